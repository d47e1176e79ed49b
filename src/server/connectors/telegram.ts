import { z } from 'zod';
import { serviceAddress } from '../platform/environment.ts';
import type { Outbound } from '../platform/outbound.ts';
import {
  type ApiKeyConnector,
  ConnectorError,
  type Credentials,
  type Health,
  type Linked,
  offer,
} from './connector.ts';
import { CONNECTED, healthOf, unlessGone } from './health.ts';
import {
  notUnderstood,
  optionalText,
  rateLimited,
  readAs,
  refused,
  sendJson,
  unavailable,
} from './http.ts';
import { plainLine } from './plain-text.ts';
import { demandProof, webhookSecret } from './webhook-proof.ts';

/** A delivery failure older than this is history: Telegram never clears it. */
const RECENT_FAILURE_MS = 15 * 60_000;

/** The characters of a bot token. Nothing else may become part of an address. */
const TOKEN_LETTERS = /^[A-Za-z0-9:_-]{1,256}$/;

/** A bot's number, a colon and its secret. Telegram does not promise how long the secret is. */
const TOKEN_PATTERN = '^[0-9]{5,}:[A-Za-z0-9_-]{20,}$';

const envelope = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  /** Telegram's status; a server in between may send another one. */
  error_code: z.number().optional().catch(undefined),
  description: optionalText,
});

const botUser = z.object({
  id: z.number().int(),
  is_bot: z.literal(true),
  first_name: optionalText,
  username: z
    .string()
    .regex(/^\w{1,64}$/)
    .optional()
    .catch(undefined),
});

const webhookInfo = z.object({
  url: optionalText,
  pending_update_count: z.number().catch(0),
  last_error_date: z.number().optional().catch(undefined),
});

const storedCredentials = z.object({ token: z.string(), webhookUrl: z.string().optional() });

export const telegram = offer({
  environment: { TELEGRAM_API_ROOT: serviceAddress },
  settings: ({ TELEGRAM_API_ROOT: apiRoot }) => ({ apiRoot }),
  create: createTelegram,
});

/**
 * Telegram bots by their token.
 *
 * @param settings.apiRoot `https://api.telegram.org`, or a Bot API server of one's own
 * @see https://core.telegram.org/bots/api
 */
export function createTelegram(settings: { apiRoot: string }): ApiKeyConnector {
  const { apiRoot } = settings;

  return {
    id: 'telegram',
    titleKey: 'connectors.telegram.title',
    auth: 'api_key',
    fields: [
      { name: 'token', type: 'password', required: true, secret: true, pattern: TOKEN_PATTERN },
    ],

    async verify(tools, values): Promise<Linked> {
      const token = (values.token ?? '').trim();
      if (!TOKEN_LETTERS.test(token)) throw new ConnectorError('rejected', { field: 'token' });
      const bot = readAs(botUser, await call(tools.send, apiRoot, token, 'getMe'));
      const { url } = readAs(webhookInfo, await call(tools.send, apiRoot, token, 'getWebhookInfo'));
      const linked: Linked = {
        externalId: String(bot.id),
        name: plainLine(bot.first_name) ?? String(bot.id),
        handle: bot.username === undefined ? null : `@${bot.username}`,
        credentials: { token },
      };
      // Telegram keeps one webhook per bot: ours would silence the owner of the present one.
      if (url !== undefined && url !== tools.webhook?.url) linked.warning = 'webhook_taken';
      return linked;
    },

    async link(tools, linked): Promise<Credentials> {
      const { token } = storedCredentials.parse(linked.credentials);
      if (tools.webhook === undefined) return { token };
      const { url, secret } = tools.webhook;
      await call(tools.send, apiRoot, token, 'setWebhook', { url, secret_token: secret });
      return { token, webhookUrl: url };
    },

    async health(tools, credentials): Promise<Health> {
      const { token, webhookUrl } = storedCredentials.parse(credentials);
      try {
        readAs(botUser, await call(tools.send, apiRoot, token, 'getMe'));
        const info = readAs(webhookInfo, await call(tools.send, apiRoot, token, 'getWebhookInfo'));
        if (webhookUrl !== undefined && info.url !== webhookUrl) {
          return { status: 'action_needed', reason: 'webhook_taken' };
        }
        return isUndelivered(info, tools.now())
          ? { status: 'error', reason: 'service_error' }
          : CONNECTED;
      } catch (error) {
        return healthOf(error, 'key_rejected');
      }
    },

    async unlink(tools, credentials): Promise<void> {
      const { token, webhookUrl } = storedCredentials.parse(credentials);
      const ours = webhookUrl ?? tools.webhook?.url;
      try {
        const { url } = readAs(
          webhookInfo,
          await call(tools.send, apiRoot, token, 'getWebhookInfo'),
        );
        if (url !== undefined && url === ours)
          await call(tools.send, apiRoot, token, 'deleteWebhook', {});
      } catch (error) {
        unlessGone(error);
      }
    },

    async receive(tools, _credentials, request): Promise<undefined> {
      demandProof(request.headers['x-telegram-bot-api-secret-token'], webhookSecret(tools));
    },
  };
}

/**
 * Calls one method and unwraps Telegram's envelope. The token is part of the address, so no address may
 * reach an error or a log.
 *
 * @throws ConnectorError `rejected` (Telegram itself refuses: the token is wrong or revoked, the bot logged out
 *   or deactivated), `misconfigured` (our webhook address is refused, or it is not Telegram that answers),
 *   `rate_limited`, `unavailable`
 */
async function call(
  send: Outbound,
  apiRoot: string,
  token: string,
  method: string,
  parameters: Record<string, unknown> = {},
): Promise<unknown> {
  const answer = await sendJson(send, {
    method: 'POST',
    url: `${apiRoot}/bot${token}/${method}`,
    json: parameters,
  });
  const body = envelope.safeParse(answer.json).data;
  if (answer.status < 300 && body?.ok === true) return body.result;
  const status = body?.ok === false ? (body.error_code ?? answer.status) : answer.status;
  if (body?.ok === false && status === 429) throw rateLimited(undefined, answer.json);
  if (status >= 500) throw unavailable(`telegram ${method}: status ${status}`);
  const text = body?.description;
  const secrets = [token, secretOf(parameters)];
  if (method === 'setWebhook' && status === 400) {
    throw refused('misconfigured', { text, secrets });
  }
  if (body?.ok === false || status === 401) {
    throw refused('rejected', { field: 'token', text, secrets });
  }
  throw notUnderstood(`telegram ${method}: status ${status}`);
}

function secretOf(parameters: Record<string, unknown>): string | undefined {
  return typeof parameters.secret_token === 'string' ? parameters.secret_token : undefined;
}

function isUndelivered(info: z.output<typeof webhookInfo>, now: Date): boolean {
  if (info.last_error_date === undefined || info.pending_update_count === 0) return false;
  return now.getTime() - info.last_error_date * 1000 < RECENT_FAILURE_MS;
}
