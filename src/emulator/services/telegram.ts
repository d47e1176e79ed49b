import type { Exchange, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';

/** A bot the double knows. */
interface Bot {
  id: number;
  first_name: string;
  username: string;
  webhook: { url: string; secret_token: string; allowed_updates: string[] };
  /** Its owner made a new token: this one is refused. */
  is_revoked: boolean;
}

interface TelegramState {
  bots: Record<string, Bot>;
}

const NAMED: Record<string, Pick<Bot, 'first_name' | 'username'>> = {
  '7000000001:AAEmulatedBotTokenSupport00000000001': {
    first_name: 'Demo Support',
    username: 'demo_support_bot',
  },
  '7000000002:AAEmulatedBotTokenSales0000000000002': {
    first_name: 'Demo Sales',
    username: 'demo_sales_bot',
  },
};
const NUMBERED = /^71000000(\d\d):AAEmulatedBotTokenNumbered00000000\1$/;

/**
 * The part of the Telegram Bot API that connecting a bot needs, under `/__services/telegram` on any host.
 * https://core.telegram.org/bots/api
 */
export function telegramRoutes(): Route[] {
  return [
    { method: '*', host: 'any', path: '/__services/telegram/:bot/:call', handler: callBot },
    { method: '*', host: 'any', path: '/__services/telegram/*', handler: notFound },
  ];
}

function state(world: World): TelegramState {
  return world.service<TelegramState>('telegram', () => ({ bots: {} }));
}

/** The bot of a token; undefined for an unknown token. */
export function findBot(world: World, token: string): Bot | undefined {
  const { bots } = state(world);
  const named = NAMED[token];
  const number = NUMBERED.exec(token)?.[1];
  if (named === undefined && number === undefined) return undefined;
  bots[token] ??= {
    id: Number(token.split(':')[0]),
    ...(named ?? {
      first_name: `Numbered Bot ${number}`,
      username: `demo_numbered_${number}_bot`,
    }),
    webhook: { url: '', secret_token: '', allowed_updates: [] },
    is_revoked: false,
  };
  return bots[token];
}

function refuse(exchange: Exchange, code: number, description: string): void {
  exchange.sendJson(code, { ok: false, error_code: code, description });
}

function notFound(exchange: Exchange): void {
  refuse(exchange, 404, 'Not Found');
}

function callBot(exchange: Exchange) {
  const { world } = exchange;
  const part = exchange.param('bot');
  if (!/^bot\d+:[\w-]+$/.test(part)) return refuse(exchange, 404, 'Not Found');
  const bot = findBot(world, part.slice('bot'.length));
  if (bot === undefined || bot.is_revoked) return refuse(exchange, 401, 'Unauthorized');
  const given = { ...Object.fromEntries(exchange.url.searchParams), ...exchange.fields() };
  // Telegram reads method names without regard to case.
  switch (exchange.param('call').toLowerCase()) {
    case 'getme':
      return reply(exchange, {
        id: bot.id,
        is_bot: true,
        first_name: bot.first_name,
        username: bot.username,
        can_join_groups: true,
        can_read_all_group_messages: false,
        supports_inline_queries: false,
        can_connect_to_business: false,
        has_main_web_app: false,
      });
    case 'setwebhook':
      return setWebhook(exchange, bot, given);
    case 'deletewebhook':
      bot.webhook = { url: '', secret_token: '', allowed_updates: [] };
      return exchange.sendJson(200, { ok: true, result: true, description: 'Webhook was deleted' });
    case 'getwebhookinfo':
      return reply(exchange, {
        url: bot.webhook.url,
        has_custom_certificate: false,
        pending_update_count: 0,
        ...(bot.webhook.url !== '' && { max_connections: 40, ip_address: '127.0.0.1' }),
      });
    case 'getupdates':
      if (bot.webhook.url === '') return reply(exchange, []);
      return refuse(
        exchange,
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    case 'getuserprofilephotos':
      return reply(exchange, { total_count: 0, photos: [] });
    case 'logout':
    case 'close':
      return reply(exchange, true);
    default:
      return refuse(exchange, 404, 'Not Found');
  }
}

function reply(exchange: Exchange, result: unknown): void {
  exchange.sendJson(200, { ok: true, result });
}

function setWebhook(exchange: Exchange, bot: Bot, given: Record<string, unknown>) {
  const url = typeof given.url === 'string' ? given.url : '';
  const secret = typeof given.secret_token === 'string' ? given.secret_token : '';
  // Loopback over plain http stands for a public address here; Telegram itself takes https only.
  const isLocal = /^http:\/\/(localhost|127\.0\.0\.1|[\w.-]+\.localhost)(:\d+)?\//.test(url);
  if (url !== '' && !isLocal && !url.startsWith('https://')) {
    return refuse(
      exchange,
      400,
      'Bad Request: bad webhook: An HTTPS URL must be provided for webhook',
    );
  }
  if (secret !== '' && !/^[\w-]{1,256}$/.test(secret)) {
    return refuse(exchange, 400, 'Bad Request: secret token contains unallowed characters');
  }
  const updates = Array.isArray(given.allowed_updates) ? given.allowed_updates.map(String) : [];
  bot.webhook = { url, secret_token: secret, allowed_updates: updates };
  exchange.sendJson(200, { ok: true, result: true, description: 'Webhook was set' });
}
