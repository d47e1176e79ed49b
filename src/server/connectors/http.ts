import { z } from 'zod';
import { NotReached, type Outbound, type OutboundAnswer } from '../platform/outbound.ts';
import { ConnectorError, type ConnectorFailure } from './connector.ts';
import { parseExactJson } from './exact-json.ts';
import { plainLine } from './plain-text.ts';

/** Answers of the services here are a few kilobytes; more is a fault or an attack. */
const MAX_BYTES = 256 * 1024;

/** Longest pause a service may ask for. After that we try again anyway. */
const MAX_RETRY_AFTER_SECONDS = 3600;

/** Statuses of refusals that only mean "not now": request timeout, too early. */
const BUSY = new Set([408, 425]);

/** How much of a service's words an admin reads, in characters. */
const LONGEST_REASON = 200;

export interface JsonRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string | URL;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as an HTML form. */
  form?: Record<string, string>;
  /** In milliseconds; the outbound default otherwise. */
  deadlineMs?: number;
}

/** A success, or a refusal (4xx but 429) that the connector must read. */
export interface JsonAnswer {
  status: number;
  /** The parsed body; `undefined` when it was not JSON, which only a refusal or an empty success may be. */
  json: unknown;
}

/**
 * Sends one request and sorts the answer out, so that connectors see only real answers.
 *
 * @throws ConnectorError `unavailable` when not reached or told to wait (5xx and the like); `rate_limited` on
 *   429; `misconfigured` for an answer that waiting does not change: a redirect, a success that is not JSON
 */
export async function sendJson(
  send: Outbound,
  request: JsonRequest,
): Promise<JsonAnswer & Pick<OutboundAnswer, 'headers'>> {
  const answer = await reach(send, request);
  const json = parseJson(answer.body);
  if (answer.status === 429) throw rateLimited(answer.headers['retry-after'], json);
  demandAnswer(answer.status);
  // Every service here answers with an object or a list; a captive portal or a proxy does not.
  if (answer.status < 300 && answer.body.length > 0 && typeof json !== 'object') {
    throw notUnderstood('not JSON');
  }
  return { status: answer.status, headers: answer.headers, json };
}

/**
 * Lets successes and refusals through.
 *
 * @throws ConnectorError `unavailable` where waiting may help, `misconfigured` for a redirect: it leads to
 *   another address than the configured one
 */
export function demandAnswer(status: number): void {
  if (status >= 500 || BUSY.has(status)) throw unavailable(`status ${status}`);
  if (status < 200 || (status >= 300 && status < 400)) throw notUnderstood(`status ${status}`);
}

/**
 * Checks the shape of a parsed body. A service that answers in another shape was reached, and will answer so
 * tomorrow: it is not the one we were set up for.
 *
 * @throws ConnectorError `misconfigured`
 */
export function readAs<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw notUnderstood('unexpected shape');
  return parsed.data;
}

/** An optional text. Null, empty or of another type, it must not spoil the rest of an answer. */
export const optionalText = z.string().min(1).optional().catch(undefined);

/** Not reached, or told to wait. `detail` is in our own words, never the service's. */
export function unavailable(detail: string): ConnectorError {
  return new ConnectorError('unavailable', { cause: detail });
}

/** Reached, but the answer makes no sense to us, and waiting will not change it. `detail` as above. */
export function notUnderstood(detail: string): ConnectorError {
  return new ConnectorError('misconfigured', { cause: detail });
}

/** What an unfinished call says about the service. */
export function failureOfCall({ reason }: NotReached): ConnectorError {
  const isAnswered = reason === 'too_large' || reason === 'refused_address';
  return isAnswered ? notUnderstood(reason) : unavailable(reason);
}

/** `header` is `Retry-After`; `json` may say it instead, as Telegram and Kommo do. */
export function rateLimited(header: string | undefined, json?: unknown): ConnectorError {
  const inBody = json as
    | { retry_after?: unknown; parameters?: { retry_after?: unknown } }
    | undefined;
  const seconds = [inBody?.parameters?.retry_after, inBody?.retry_after, Number(header)].find(
    (value): value is number => typeof value === 'number' && value > 0 && Number.isFinite(value),
  );
  return new ConnectorError('rate_limited', {
    retryAfterSeconds:
      seconds === undefined ? undefined : Math.min(Math.ceil(seconds), MAX_RETRY_AFTER_SECONDS),
  });
}

interface Refusal {
  field?: string;
  /** The service's own words, unfiltered. */
  text?: unknown;
  /** The secrets the request carried; a service that echoes them must not leak them through us. */
  secrets: readonly (string | undefined)[];
}

/** An error in the service's own words, made safe to show. */
export function refused(failure: ConnectorFailure, refusal: Refusal): ConnectorError {
  return new ConnectorError(failure, {
    field: refusal.field,
    reason: safeReason(refusal.text, refusal.secrets),
  });
}

/** One plain line without the secrets; `undefined` when nothing is left. */
export function safeReason(
  text: unknown,
  secrets: readonly (string | undefined)[],
): string | undefined {
  const first = Array.isArray(text) ? text[0] : text;
  if (typeof first !== 'string') return undefined;
  // A repeated Authorization header, however the credentials in it are encoded.
  let line = first.replaceAll(/\b(Basic|Bearer)\s+[\w.~+/=-]+/gi, '$1 …');
  for (const secret of secrets) {
    if (!secret) continue;
    for (const form of [secret, encodeURIComponent(secret)]) line = line.replaceAll(form, '…');
  }
  return plainLine(line, LONGEST_REASON);
}

async function reach(send: Outbound, request: JsonRequest): Promise<OutboundAnswer> {
  const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
  let body: string | undefined;
  if (request.json !== undefined) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(request.json);
  } else if (request.form !== undefined) {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    body = new URLSearchParams(request.form).toString();
  }
  try {
    return await send({
      method: request.method ?? 'GET',
      url: request.url,
      headers,
      body,
      deadlineMs: request.deadlineMs,
      maxBytes: MAX_BYTES,
    });
  } catch (error) {
    if (error instanceof NotReached) throw failureOfCall(error);
    throw error;
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return parseExactJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
