import type { OutboundAnswer } from '../../platform/outbound.ts';
import { askOnce, uploadOnce } from '../ask-once.ts';
import type { Tools } from '../connector.ts';
import { demandAnswer, notUnderstood, rateLimited, refused, safeReason } from '../http.ts';
import { type FormFile, multipart } from '../multipart.ts';
import { eventOf } from '../webhook-proof.ts';
import { addressOf, type Bot, envelope, isDead } from './client.ts';

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
