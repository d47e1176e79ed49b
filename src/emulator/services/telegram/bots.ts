import { UnknownThing, type World } from '../../kommo/world.ts';
import { type Bot, type Fields, own, telegramState } from './state.ts';

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

/** Telegram begins anywhere; this is easy to recognise. */
const FIRST_UPDATE_ID = 900_001;

/** The bot of a token; undefined for an unknown token. */
export function findBot(world: World, token: string): Bot | undefined {
  const { bots } = telegramState(world);
  const named = own(NAMED, token);
  const number = NUMBERED.exec(token)?.[1];
  if (named === undefined && number === undefined) return undefined;
  bots[token] ??= {
    id: Number(token.split(':')[0]),
    token,
    ...(named ?? {
      first_name: `Numbered Bot ${number}`,
      username: `demo_numbered_${number}_bot`,
    }),
    webhook: { url: '', secret_token: '', max_connections: 0 },
    allowed_updates: null,
    next_update_id: FIRST_UPDATE_ID,
    pending: {},
    queries: {},
    is_revoked: false,
  };
  return bots[token];
}

/** The bot a person names by token, user name or id. @throws UnknownThing */
export function botOf(world: World, reference: unknown): Bot {
  const text = String(reference ?? '').replace(/^@/, '');
  const bot = findBot(world, text) ?? findBot(world, tokenOf(text) ?? '');
  if (bot === undefined) throw new UnknownThing(`There is no bot ${text.split(':')[0]}.`);
  return bot;
}

function tokenOf(text: string): string | undefined {
  const number = /^(?:71000000(\d\d)|demo_numbered_(\d\d)_bot)$/.exec(text);
  const digits = number?.[1] ?? number?.[2];
  if (digits !== undefined) {
    return `71000000${digits}:AAEmulatedBotTokenNumbered00000000${digits}`;
  }
  const named = Object.entries(NAMED).find(
    ([token, { username }]) => username === text || token.startsWith(`${text}:`),
  );
  return named?.[0];
}

/** The named bots, and those that somebody used. */
export function knownBots(world: World): Bot[] {
  for (const token of Object.keys(NAMED)) findBot(world, token);
  return Object.values(telegramState(world).bots);
}

/** The bot as sender of a message. */
export function botUser(bot: Bot): Fields {
  return { id: bot.id, is_bot: true, first_name: bot.first_name, username: bot.username };
}
