import { z } from 'zod';
import type { Outbound, OutboundAnswer } from '../../platform/outbound.ts';
import { askOnce, uploadOnce } from '../ask-once.ts';
import type { Credentials, Tools } from '../connector.ts';
import {
  demandAnswer,
  notUnderstood,
  optionalText,
  rateLimited,
  refused,
  safeReason,
  sendJson,
  unavailable,
} from '../http.ts';
import { type FormFile, multipart } from '../multipart.ts';
import { eventOf } from '../webhook-proof.ts';

/** Which bot speaks, and where. The token is part of every address, so no address may reach an error or a log. */
export interface Bot {
  /** `https://api.telegram.org`, or a Bot API server of one's own. */
  apiRoot: string;
  token: string;
}

/** What Telegram made of a call about one message. */
export type Verdict =
  | { state: 'accepted'; result: unknown }
  | {
      state: 'refused';
      status: number;
      /** Telegram's own words, one plain line without secrets. */
      description: string;
      /** The group became a supergroup, which has this id. */
      movedTo?: string;
    }
  /** Asked, and not answered in a way that says what happened. */
  | { state: 'unknown' };

/** Telegram answers a few kilobytes. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Telegram reads a video before it answers. */
const UPLOAD_HEADERS_MS = 60_000;

const envelope = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  /** Telegram's status; a server in between may send another one. */
  error_code: z.number().optional().catch(undefined),
  description: optionalText,
  parameters: z
    .object({ migrate_to_chat_id: z.union([z.number().int(), z.string().regex(/^-?\d{1,20}$/)]) })
    .optional()
    .catch(undefined),
});

const storedToken = z.object({ token: z.string() });

export function botOf(apiRoot: string, credentials: Credentials): Bot {
  return { apiRoot, token: storedToken.parse(credentials).token };
}

/** What Telegram answers to a question. */
export type TelegramAnswer =
  | { ok: true; result: unknown }
  | {
      ok: false;
      status: number;
      /** Telegram's own words, unfiltered. */
      description: string | undefined;
      /** Refused for the bot and not for what was asked. */
      isDead: boolean;
    };

/**
 * Calls one method that may be repeated and unwraps Telegram's envelope.
 *
 * @throws ConnectorError `rejected` (Telegram itself refuses: the token is wrong or revoked, the bot logged out
 *   or deactivated), `misconfigured` (our webhook address is refused, or it is not Telegram that answers),
 *   `rate_limited`, `unavailable`
 */
export async function callTelegram(
  send: Outbound,
  bot: Bot,
  method: string,
  parameters: Record<string, unknown> = {},
): Promise<unknown> {
  const answer = await questionTelegram(send, bot, method, parameters);
  if (answer.ok) return answer.result;
  const { status, description: text } = answer;
  const secrets = [bot.token, secretOf(parameters)];
  if (method === 'setWebhook' && status === 400) {
    throw refused('misconfigured', { text, secrets });
  }
  throw refused('rejected', { field: 'token', text, secrets });
}

/** The same, with refusals as answers. @throws ConnectorError `misconfigured`, `rate_limited`, `unavailable` */
export async function questionTelegram(
  send: Outbound,
  bot: Bot,
  method: string,
  parameters: Record<string, unknown>,
): Promise<TelegramAnswer> {
  const answer = await sendJson(send, {
    method: 'POST',
    url: addressOf(bot, method),
    json: parameters,
  });
  const body = envelope.safeParse(answer.json).data;
  if (answer.status < 300 && body?.ok === true) return { ok: true, result: body.result };
  const status = body?.ok === false ? (body.error_code ?? answer.status) : answer.status;
  if (body?.ok === false && status === 429) throw rateLimited(undefined, answer.json);
  if (status >= 500) throw unavailable(`telegram ${method}: status ${status}`);
  if (body?.ok !== false && status !== 401) {
    throw notUnderstood(`telegram ${method}: status ${status}`);
  }
  const description = body?.description;
  return { ok: false, status, description, isDead: isDead(status, description) };
}

/**
 * Asks for something that must not happen twice: Telegram has no key to tell a repeat by, and cannot be asked what
 * it did.
 *
 * @param file sent along as a form
 * @throws ConnectorError `rate_limited`, `unavailable` (surely not done), `rejected` (the token is dead),
 *   `misconfigured` (it is not Telegram that answers)
 * @throws FileFailed
 */
export async function askTelegram(
  tools: Tools,
  bot: Bot,
  method: string,
  parameters: Record<string, unknown>,
  file?: FormFile,
): Promise<Verdict> {
  const url = addressOf(bot, method);
  const answer =
    file === undefined
      ? await askOnce(() => tools.send(jsonRequest(url, parameters)))
      : await uploadOnce(
          tools.stream,
          { method: 'POST', url, headersMs: UPLOAD_HEADERS_MS, maxBytes: MAX_ANSWER_BYTES },
          multipart(asFields(parameters), file),
        );
  return answer === undefined ? { state: 'unknown' } : verdictOf(answer, bot);
}

/** Where a file lies that `getFile` told of; `undefined` for a path that leads out of Telegram's folder. */
export function fileAddress({ apiRoot, token }: Bot, path: string): string | undefined {
  const isPlain = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(path) && path.length <= 500;
  return isPlain ? `${apiRoot}/file/bot${token}/${path}` : undefined;
}

function verdictOf(answer: OutboundAnswer, bot: Bot): Verdict {
  const json = eventOf(answer.body);
  const body = envelope.safeParse(json).data;
  if (isSuccess(answer.status) && body?.ok === true) {
    return { state: 'accepted', result: body.result };
  }
  const status = body?.ok === false ? (body.error_code ?? answer.status) : answer.status;
  if (status === 429) throw rateLimited(answer.headers['retry-after'], json);
  // It got through to somebody, and nobody says what became of it.
  if (status >= 500 || (body?.ok !== false && isSuccess(status))) return { state: 'unknown' };
  const description = safeReason(body?.description, [bot.token]);
  if (status === 401 || (body?.ok === false && isDead(status, description))) {
    throw refused('rejected', { field: 'token', text: description, secrets: [bot.token] });
  }
  if (body?.ok === false) {
    const movedTo = body.parameters?.migrate_to_chat_id;
    return {
      state: 'refused',
      status,
      description: description ?? `status ${status}`,
      ...(movedTo !== undefined && { movedTo: String(movedTo) }),
    };
  }
  // Said by the server in front of Telegram, as a page.
  if (status === 413) return { state: 'refused', status, description: 'Request Entity Too Large' };
  demandAnswer(status);
  throw notUnderstood(`telegram: status ${status}`);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function addressOf({ apiRoot, token }: Bot, method: string): string {
  return `${apiRoot}/bot${token}/${method}`;
}

function jsonRequest(url: string, parameters: object) {
  return {
    method: 'POST' as const,
    url,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(parameters),
    maxBytes: MAX_ANSWER_BYTES,
  };
}

/** In a form, what is no text is written as JSON. */
function asFields(parameters: Record<string, unknown>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    fields[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return fields;
}

function secretOf(parameters: Record<string, unknown>): string | undefined {
  return typeof parameters.secret_token === 'string' ? parameters.secret_token : undefined;
}

/** Whether a refusal is about the bot: the token is unknown or malformed, or the bot left this server. */
function isDead(status: number, description: string | undefined): boolean {
  return status === 401 || status === 404 || /\blogged out\b/i.test(description ?? '');
}
