import { z } from 'zod';
import type { Outbound } from '../../platform/outbound.ts';
import type { Credentials } from '../connector.ts';
import {
  notUnderstood,
  optionalText,
  rateLimited,
  refused,
  sendJson,
  unavailable,
} from '../http.ts';

/** Which bot speaks, and where. The token is part of every address, so no address may reach an error or a log. */
export interface Bot {
  /** `https://api.telegram.org`, or a Bot API server of one's own. */
  apiRoot: string;
  token: string;
}

/** How Telegram wraps every answer. */
export const envelope = z.object({
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

/** Where a file lies that `getFile` told of; `undefined` for a path that leads out of Telegram's folder. */
export function fileAddress({ apiRoot, token }: Bot, path: string): string | undefined {
  const isPlain = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(path) && path.length <= 500;
  return isPlain ? `${apiRoot}/file/bot${token}/${path}` : undefined;
}

export function addressOf({ apiRoot, token }: Bot, method: string): string {
  return `${apiRoot}/bot${token}/${method}`;
}

function secretOf(parameters: Record<string, unknown>): string | undefined {
  return typeof parameters.secret_token === 'string' ? parameters.secret_token : undefined;
}

/** Whether a refusal is about the bot: the token is unknown or malformed, or the bot left this server. */
export function isDead(status: number, description: string | undefined): boolean {
  return status === 401 || status === 404 || /\blogged out\b/i.test(description ?? '');
}
