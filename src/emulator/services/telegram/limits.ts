import type { World } from '../../kommo/world.ts';
import { ApiError, tooManyRequests } from './api-error.ts';
import type { Call } from './call.ts';
import { chatKey } from './chats.ts';
import { runtimeOf } from './runtime.ts';
import { type Bot, type Chat, type Refusal, telegramState } from './state.ts';

/** How long Telegram tells a bot to wait that writes too fast, at the least. */
const WAIT_SECONDS = 1;

/**
 * Counts messages against the limits that are switched on, in the process's own time.
 *
 * @throws ApiError 429
 * @see https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
 */
export function spendRate({ world, bot }: Call, chat: Chat, count = 1): void {
  const { per_chat, per_bot } = telegramState(world).settings;
  const limits: [string, number][] = [
    [chatKey(bot.id, chat.id), per_chat],
    [String(bot.id), per_bot],
  ];
  const { rates } = runtimeOf(world);
  const second = Math.floor(performance.now() / 1000);
  const spent = (key: string) => {
    const rate = rates.get(key);
    return rate?.second === second ? rate.count : 0;
  };
  // An album may always go to a chat that was quiet.
  if (limits.some(([key, limit]) => limit > 0 && spent(key) > 0 && spent(key) + count > limit)) {
    throw tooManyRequests(WAIT_SECONDS);
  }
  for (const [key, limit] of limits) {
    if (limit > 0) rates.set(key, { second, count: spent(key) + count });
  }
}

/** The ordered refusal that this call hits, using one of its times. */
export function takeRefusal(
  world: World,
  bot: Bot,
  method: string,
  chatId: string,
): Refusal | undefined {
  for (const rule of telegramState(world).refusals) {
    if (rule.left === 0 || !hits(rule, bot, method, chatId)) continue;
    if (rule.pass > 0) {
      rule.pass -= 1;
      continue;
    }
    if (rule.left !== null) rule.left -= 1;
    rule.hits += 1;
    return rule;
  }
  return undefined;
}

function hits(rule: Refusal, bot: Bot, method: string, chatId: string): boolean {
  return (
    (rule.bot_id === null || rule.bot_id === bot.id) &&
    (rule.method === null || rule.method === method) &&
    (rule.chat_id === null || String(rule.chat_id) === chatId)
  );
}

/** The refusal as the bot sees it. */
export function refusalError({ code, description, parameters }: Refusal): ApiError {
  return new ApiError(code, description, parameters);
}
