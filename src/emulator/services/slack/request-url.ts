import { createHmac, randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { World } from '../../kommo/world.ts';
import { lookup, targetOf } from '../outside-address.ts';
import type { Fields } from './entities.ts';
import { runtimeOf } from './runtime.ts';
import { slackState } from './state.ts';

/** Slack's words for what went wrong. @see https://docs.slack.dev/apis/events-api */
export type FailureReason =
  | 'http_timeout'
  | 'too_many_redirects'
  | 'connection_failed'
  | 'ssl_error'
  | 'http_error'
  | 'unknown_error';

/** What the Request URL answered to one attempt. */
export interface Attempt {
  /** Undefined after a 2xx. */
  reason: FailureReason | undefined;
  /** The answer forbids further attempts. */
  isFinal: boolean;
  status: number;
  contentType: string;
  body: string;
}

const REDIRECTS_MAX = 2;
const ANSWER_MAX = 65_536;

const UNREACHABLE =
  /^(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ECONNRESET|EPIPE)$/;
const UNTRUSTED = /CERT|SSL|TLS/;

/**
 * Where the events go: the address the developer saved, or the one the backend behind the integration has.
 * Undefined without either.
 */
export function requestUrl(world: World): string | undefined {
  const { request_url } = slackState(world).app;
  if (request_url !== null) return request_url;
  const backend = world.state.integrations[0]?.redirect_uri ?? '';
  return URL.parse('/connect/webhooks/slack/events', backend)?.href;
}

/** @see https://docs.slack.dev/authentication/verifying-requests-from-slack */
function signatureOf(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Posts a signed body to the Request URL. Never throws: what goes wrong is part of the answer. */
export async function postSigned(
  world: World,
  value: Fields,
  headers: Record<string, string> = {},
): Promise<Attempt> {
  const { life, state } = runtimeOf(world);
  const timeout = AbortSignal.timeout(state.settings.timeout_ms);
  const body = JSON.stringify(value);
  const timestamp = String(world.clock.seconds() - state.settings.timestamp_age_s);
  const signed = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signatureOf(state.app.signing_secret, timestamp, body),
    ...headers,
  };
  try {
    let url = requestUrl(world);
    if (url === undefined) return failed('connection_failed', 0);
    for (let redirects = 0; ; redirects += 1) {
      const signal = AbortSignal.any([timeout, life]);
      const answer = await post(
        { url, target: targetOf(world, url), headers: signed, body },
        signal,
      );
      const status = answer.statusCode ?? 0;
      const next = answer.headers.location;
      if ((status === 301 || status === 302) && next !== undefined) {
        answer.resume();
        if (redirects === REDIRECTS_MAX) return failed('too_many_redirects', status);
        url = new URL(next, url).href;
        continue;
      }
      return {
        reason: status >= 200 && status <= 299 ? undefined : 'http_error',
        isFinal: answer.headers['x-slack-no-retry'] === '1',
        status,
        contentType: answer.headers['content-type'] ?? '',
        body: await readStart(answer),
      };
    }
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (timeout.aborted) return failed('http_timeout', 0);
    if (UNREACHABLE.test(code)) return failed('connection_failed', 0);
    return failed(UNTRUSTED.test(code) ? 'ssl_error' : 'unknown_error', 0);
  }
}

function failed(reason: FailureReason, status: number): Attempt {
  return { reason, isFinal: false, status, contentType: '', body: '' };
}

async function post(
  call: { url: string; target: URL; headers: Record<string, string>; body: string },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = call.target.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = send(call.target, {
    method: 'POST',
    lookup,
    signal,
    agent: false,
    headers: { host: new URL(call.url).host, ...call.headers },
  });
  request.once('error', reject);
  request.once('response', resolve);
  request.end(call.body);
  return await promise;
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

/**
 * The challenge that Slack sends when a Request URL is saved. An address that passed is not asked again.
 *
 * @see https://docs.slack.dev/reference/events/url_verification
 * @returns whether the address gave the challenge back
 */
export function verifyRequestUrl(world: World): Promise<boolean> {
  const { app } = slackState(world);
  const url = requestUrl(world);
  if (url === undefined) return Promise.resolve(false);
  if (app.verified_url === url) return Promise.resolve(true);
  const { challenges } = runtimeOf(world);
  const running =
    challenges.get(url) ?? challenge(world, url).finally(() => challenges.delete(url));
  challenges.set(url, running);
  return running;
}

async function challenge(world: World, url: string): Promise<boolean> {
  const { app } = slackState(world);
  const word = randomBytes(24).toString('base64url');
  const value = { token: 'emulated-verification-token', challenge: word, type: 'url_verification' };
  const answer = await postSigned(world, value);
  const isRight = answer.reason === undefined && challengeIn(answer) === word;
  app.verified_url = isRight ? url : null;
  app.verification_error = isRight ? null : (answer.reason ?? 'challenge_failed');
  return isRight;
}

/** Plain text, a form or JSON may hold it. */
function challengeIn({ contentType, body }: Attempt): string | null {
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return new URLSearchParams(body).get('challenge');
  }
  if (!contentType.startsWith('application/json')) return body.trim();
  try {
    const value: unknown = JSON.parse(body);
    return String((value as { challenge?: unknown } | null)?.challenge ?? '');
  } catch {
    return null;
  }
}
