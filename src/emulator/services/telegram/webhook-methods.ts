import { ApiError, badRequest, tooManyRequests } from './api-error.ts';
import type { Call, Method } from './call.ts';
import { reloadDelivery } from './delivery.ts';
import type { Parameters } from './parameters.ts';
import { runtimeOf } from './runtime.ts';
import { type Bot, telegramState } from './state.ts';

/** @see https://core.telegram.org/bots/api#setwebhook */
const CONNECTIONS = { least: 1, most: 100, usual: 40 };
const SECRET_MAX = 256;
const SET_INTERVAL_MS = 1000;

/** @see https://core.telegram.org/bots/api#update */
const UPDATE_TYPES = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'message_reaction',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
];

/** The result, and the sentence beside it. */
export class Described {
  readonly result: unknown;
  readonly description: string;

  constructor(result: unknown, description: string) {
    this.result = result;
    this.description = description;
  }
}

/** Methods about how updates reach the bot, by name in lower case. */
export const WEBHOOK_METHODS: Record<string, Method> = {
  setwebhook: setWebhook,
  deletewebhook: deleteWebhook,
  getwebhookinfo: getWebhookInfo,
  getupdates: getUpdates,
};

function setWebhook(call: Call): Described {
  const { world, bot, parameters } = call;
  const url = parameters.text('url');
  if (url === '') return deleteWebhook(call);
  limitSetWebhook(call);
  const secret_token = parameters.text('secret_token');
  checkAddress(url);
  if (secret_token.length > SECRET_MAX) throw badRequest('secret token is too long');
  if (!/^[\w-]*$/.test(secret_token)) {
    throw badRequest('secret token contains unallowed characters');
  }
  const { least, most, usual } = CONNECTIONS;
  const max_connections = parameters.integer('max_connections', usual, [least, most]);
  rememberAllowed(bot, parameters);
  const old = bot.webhook;
  const isSame =
    old.url === url &&
    old.secret_token === secret_token &&
    old.max_connections === max_connections &&
    !parameters.flag('drop_pending_updates');
  if (isSame) return new Described(true, 'Webhook is already set');
  if (parameters.flag('drop_pending_updates')) bot.pending = {};
  bot.webhook = { url, secret_token, max_connections };
  reloadDelivery(world, bot);
  return new Described(true, 'Webhook was set');
}

function limitSetWebhook({ world, bot }: Call): void {
  if (!telegramState(world).settings.limit_set_webhook) return;
  const { webhookSetAt } = runtimeOf(world);
  const now = performance.now();
  if (now < (webhookSetAt.get(bot.id) ?? Number.NEGATIVE_INFINITY) + SET_INTERVAL_MS) {
    throw tooManyRequests(1);
  }
  webhookSetAt.set(bot.id, now);
}

function checkAddress(url: string): void {
  if (!URL.canParse(url)) throw badRequest('invalid webhook URL specified');
  const { protocol, hostname, port } = new URL(url);
  // Loopback over plain http stands for a public address here; Telegram itself takes https only.
  const isLocal = /^(localhost|127\.0\.0\.1|[\w.-]+\.localhost)$/.test(hostname);
  if (isLocal && /^https?:$/.test(protocol)) return;
  if (protocol !== 'https:') {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  }
  if (!['', '80', '88', '443', '8443'].includes(port)) {
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443');
  }
}

/** What is left out, or cannot be read, changes nothing; an empty list is the default again (Client.cpp). */
function rememberAllowed(bot: Bot, parameters: Parameters): void {
  let given: unknown;
  try {
    given = parameters.json('allowed_updates', 'allowed_updates');
  } catch {
    return;
  }
  if (!Array.isArray(given) || !given.every((one) => typeof one === 'string')) return;
  const names = given.map((one) => one.toLowerCase());
  const known = UPDATE_TYPES.filter((type) => names.includes(type));
  bot.allowed_updates = known.length === 0 ? null : known;
}

function deleteWebhook({ world, bot, parameters }: Call): Described {
  const wasSet = bot.webhook.url !== '';
  if (parameters.flag('drop_pending_updates')) bot.pending = {};
  bot.webhook = { url: '', secret_token: '', max_connections: 0 };
  reloadDelivery(world, bot);
  return new Described(true, wasSet ? 'Webhook was deleted' : 'Webhook is already deleted');
}

/** @see https://core.telegram.org/bots/api#webhookinfo */
function getWebhookInfo({ bot }: Call): object {
  const { url, max_connections, last_error_date, last_error_message } = bot.webhook;
  return {
    url,
    has_custom_certificate: false,
    pending_update_count: Object.keys(bot.pending).length,
    ...(last_error_date !== undefined && { last_error_date, last_error_message }),
    ...(url !== '' && { max_connections, ip_address: '127.0.0.1' }),
    ...(bot.allowed_updates !== null && { allowed_updates: bot.allowed_updates }),
  };
}

/** Answers at once, whatever `timeout` says. @see https://core.telegram.org/bots/api#getupdates */
function getUpdates({ world, bot, parameters }: Call): object[] {
  if (bot.webhook.url !== '') {
    throw new ApiError(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  }
  rememberAllowed(bot, parameters);
  const all = Object.values(bot.pending);
  const asked = Math.trunc(parameters.number('offset') ?? 0);
  const offset = asked < 0 ? (all.at(asked)?.update_id ?? 0) : asked;
  const now = world.clock.seconds();
  for (const { update_id, expires_at } of all) {
    if (update_id < offset || expires_at < now) delete bot.pending[update_id];
  }
  reloadDelivery(world, bot);
  const limit = parameters.integer('limit', 100, [1, 100]);
  return Object.values(bot.pending)
    .slice(0, limit)
    .map(({ update_id, type, body }) => ({ update_id, [type]: body }));
}
