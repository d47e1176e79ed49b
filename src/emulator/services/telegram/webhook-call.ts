import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { World } from '../../kommo/world.ts';
import { lookup, targetOf } from '../outside-address.ts';
import type { Runtime } from './runtime.ts';

/** What a webhook answered to one update. */
export interface WebhookAnswer {
  status: number;
  /** As `getWebhookInfo` tells it; undefined after a 2xx. */
  error: string | undefined;
  /** Seconds of the answer's `Retry-After`. */
  retryAfter: number;
  contentType: string;
  body: string;
}

/** A larger answer is no call of a method. */
const ANSWER_MAX = 65_536;

const MESSAGES: Record<string, string> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  ENOTFOUND: 'Failed to resolve host: Name or service not known',
  ETIMEDOUT: 'Connection timed out',
};

/** Posts one update. Never throws: what goes wrong is part of the answer. */
export async function callWebhook(
  world: World,
  runtime: Runtime,
  webhook: { url: string; secret_token: string },
  body: string,
): Promise<WebhookAnswer> {
  const timeout = AbortSignal.timeout(runtime.state.settings.timeout_ms);
  try {
    return await post(
      { ...webhook, target: targetOf(world, webhook.url), body },
      { runtime, signal: AbortSignal.any([timeout, runtime.stopped]) },
    );
  } catch (error) {
    const { code } = error as { code?: string };
    const reason = timeout.aborted
      ? 'Read timeout expired'
      : (MESSAGES[code ?? ''] ?? 'Webhook connection closed');
    return { status: 0, error: reason, retryAfter: 0, contentType: '', body: '' };
  }
}

async function post(
  call: { url: string; secret_token: string; target: URL; body: string },
  { runtime, signal }: { runtime: Runtime; signal: AbortSignal },
): Promise<WebhookAnswer> {
  const isSecure = call.target.protocol === 'https:';
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (isSecure ? httpsRequest : httpRequest)(call.target, {
    method: 'POST',
    lookup,
    signal,
    agent: isSecure ? runtime.agents.https : runtime.agents.http,
    headers: {
      host: new URL(call.url).host,
      ...(call.secret_token !== '' && { 'x-telegram-bot-api-secret-token': call.secret_token }),
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(call.body),
      'accept-encoding': 'gzip, deflate',
    },
  });
  request.once('error', reject);
  request.once('response', resolve);
  request.end(call.body);
  const response = await promise;
  const text = await readStart(response);
  const status = response.statusCode ?? 0;
  const isTaken = status >= 200 && status <= 299;
  return {
    status,
    error: isTaken
      ? undefined
      : `Wrong response from the webhook: ${status} ${response.statusMessage ?? ''}`.trim(),
    retryAfter: Math.trunc(Number(response.headers['retry-after'] ?? 0)) || 0,
    contentType: response.headers['content-type'] ?? '',
    body: text,
  };
}

async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= ANSWER_MAX) chunks.push(chunk);
  }
  return size <= ANSWER_MAX ? Buffer.concat(chunks).toString('utf8') : '';
}
