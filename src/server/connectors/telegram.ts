import { z } from 'zod';
import { serviceAddress } from '../platform/environment.ts';
import {
  type ApiKeyConnector,
  ConnectorError,
  type Credentials,
  type Health,
  type Linked,
  offer,
  type Tools,
} from './connector.ts';
import { CONNECTED, healthOf, unlessGone } from './health.ts';
import { optionalText, readAs } from './http.ts';
import { plainLine } from './plain-text.ts';
import { telegramMessages } from './telegram/carrier.ts';
import { type Bot, botOf, callTelegram } from './telegram/client.ts';
import { findPicture } from './telegram/picture.ts';
import { demandProof, webhookSecret } from './webhook-proof.ts';

/** A delivery failure older than this is history: Telegram never clears it. */
const RECENT_FAILURE_MS = 15 * 60_000;

/** The characters of a bot token. Nothing else may become part of an address. */
const TOKEN_LETTERS = /^[A-Za-z0-9:_-]{1,256}$/;

/** A bot's number, a colon and its secret. Telegram does not promise how long the secret is. */
const TOKEN_PATTERN = '^[0-9]{5,}:[A-Za-z0-9_-]{20,}$';

/** What we ask to be told of. Without a list, Telegram keeps reactions to itself. */
const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
  'message_reaction',
];

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
  allowed_updates: z.array(z.string()).catch([]),
});

type WebhookInfo = z.output<typeof webhookInfo>;

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
      const bot = { apiRoot, token };
      const user = await askUser(tools, bot);
      const { url } = await askWebhook(tools, bot);
      const linked: Linked = {
        externalId: String(user.id),
        name: plainLine(user.first_name) ?? String(user.id),
        handle: user.username === undefined ? null : `@${user.username}`,
        credentials: { token },
      };
      // Telegram keeps one webhook per bot: ours would silence the owner of the present one.
      if (url !== undefined && url !== tools.webhook?.url) {
        linked.warning = isOurs(tools, url) ? 'webhook_here' : 'webhook_taken';
      }
      return linked;
    },

    async link(tools, linked): Promise<Credentials> {
      const { token } = storedCredentials.parse(linked.credentials);
      if (tools.webhook === undefined) return { token };
      await setWebhook(tools, { apiRoot, token }, tools.webhook);
      return { token, webhookUrl: tools.webhook.url };
    },

    async health(tools, credentials): Promise<Health> {
      const { token, webhookUrl } = storedCredentials.parse(credentials);
      try {
        const bot = { apiRoot, token };
        await askUser(tools, bot);
        const info = await askWebhook(tools, bot);
        if (webhookUrl !== undefined && info.url !== webhookUrl) {
          return { status: 'action_needed', reason: 'webhook_taken' };
        }
        await renewWebhook(tools, bot, info);
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
        const bot = { apiRoot, token };
        const { url } = await askWebhook(tools, bot);
        if (url !== undefined && url === ours)
          await callTelegram(tools.send, bot, 'deleteWebhook', {});
      } catch (error) {
        unlessGone(error);
      }
    },

    async receive(tools, _credentials, request): Promise<undefined> {
      demandProof(request.headers['x-telegram-bot-api-secret-token'], webhookSecret(tools));
    },

    findPicture: (tools, credentials, account) =>
      findPicture(tools, botOf(apiRoot, credentials), account),

    messages: telegramMessages(apiRoot),
  };
}

async function askUser(tools: Tools, bot: Bot): Promise<z.output<typeof botUser>> {
  return readAs(botUser, await callTelegram(tools.send, bot, 'getMe'));
}

async function askWebhook(tools: Tools, bot: Bot): Promise<WebhookInfo> {
  return readAs(webhookInfo, await callTelegram(tools.send, bot, 'getWebhookInfo'));
}

/** Whether updates come to this backend: to another account's channel, or to one that was deleted a moment ago. */
function isOurs({ webhook }: Tools, url: string): boolean {
  return webhook !== undefined && url.startsWith(new URL('.', webhook.url).href);
}

async function setWebhook(
  tools: Tools,
  bot: Bot,
  { url, secret }: { url: string; secret: string },
): Promise<void> {
  await callTelegram(tools.send, bot, 'setWebhook', {
    url,
    secret_token: secret,
    allowed_updates: ALLOWED_UPDATES,
  });
}

/**
 * Asks again for updates that a channel of an older version never asked for. All that is needed is at hand, so it is
 * nothing to trouble an admin with.
 */
async function renewWebhook(tools: Tools, bot: Bot, info: WebhookInfo): Promise<void> {
  const { webhook } = tools;
  if (webhook === undefined || info.url !== webhook.url) return;
  const isComplete = ALLOWED_UPDATES.every((kind) => info.allowed_updates.includes(kind));
  if (!isComplete) await setWebhook(tools, bot, webhook);
}

function isUndelivered(info: WebhookInfo, now: Date): boolean {
  if (info.last_error_date === undefined || info.pending_update_count === 0) return false;
  return now.getTime() - info.last_error_date * 1000 < RECENT_FAILURE_MS;
}
