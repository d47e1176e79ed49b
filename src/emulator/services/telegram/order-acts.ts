/** What a test orders of the double itself: refusals, lost answers, limits, quick repetition. */

import { UnknownThing, type World } from '../../kommo/world.ts';
import { type Given, optional, whole } from '../given.ts';
import { botOf } from './bots.ts';
import { own, type Refusal, type Settings, telegramState } from './state.ts';

/** Refusals by name, so that nobody need know Telegram's words. */
const NAMED: Record<string, [number, string]> = {
  too_many_requests: [429, 'Too Many Requests: retry after'],
  blocked: [403, 'Forbidden: bot was blocked by the user'],
  deactivated: [403, 'Forbidden: user is deactivated'],
  kicked: [403, 'Forbidden: bot was kicked from the supergroup chat'],
  chat_not_found: [400, 'Bad Request: chat not found'],
  upgraded: [400, 'Bad Request: group chat was upgraded to a supergroup chat'],
  unauthorized: [401, 'Unauthorized'],
  internal: [500, 'Internal Server Error'],
  restart: [500, 'Internal Server Error: restart'],
  bad_gateway: [502, 'Bad Gateway'],
};

/**
 * The next matching calls of methods are refused, or carried out with the answer lost.
 *
 * @param given `bot?`, `chat_id?`, `method?`, `times?` (1; 0: until cleared), `after?` (0), and what happens: `error`
 * (a name), or `code` and `description`, with `retry_after?` or `migrate_to_chat_id?`; or `lose_answer: true`
 * @throws TypeError, UnknownThing
 */
export function refuseAct(world: World, given: Given): { id: number } {
  const { refusals } = telegramState(world);
  const times = whole(given, 'times', 1);
  const pass = whole(given, 'after', 0);
  if (times < 0 || pass < 0) throw new TypeError('times, after: 0 or more');
  const isLost = given.lose_answer === true;
  const rule: Refusal = {
    id: (refusals.at(-1)?.id ?? 0) + 1,
    bot_id: given.bot === undefined ? null : botOf(world, given.bot).id,
    chat_id: given.chat_id === undefined ? null : whole(given, 'chat_id'),
    method: optional(given, 'method')?.toLowerCase() ?? null,
    left: times === 0 ? null : times,
    pass,
    hits: 0,
    action: isLost ? 'lose_answer' : 'refuse',
    ...(isLost ? { code: 0, description: '', parameters: {} } : wordsOf(given)),
  };
  refusals.push(rule);
  return { id: rule.id };
}

function wordsOf(given: Given): Pick<Refusal, 'code' | 'description' | 'parameters'> {
  const name = optional(given, 'error');
  const named = name === undefined ? undefined : own(NAMED, name);
  if (name !== undefined && named === undefined) {
    throw new TypeError(`error: one of ${Object.keys(NAMED).join(', ')} is expected`);
  }
  const [code, description] = named ?? [whole(given, 'code'), optional(given, 'description') ?? ''];
  const move = given.migrate_to_chat_id;
  if (code !== 429) {
    const parameters =
      move === undefined ? {} : { migrate_to_chat_id: whole(given, 'migrate_to_chat_id') };
    return { code, description, parameters };
  }
  const retry_after = whole(given, 'retry_after', 1);
  return {
    code,
    description: `Too Many Requests: retry after ${retry_after}`,
    parameters: { retry_after },
  };
}

/** One refusal is over, or all. */
export function clearRefusals(world: World, id: number | undefined): void {
  const state = telegramState(world);
  state.refusals = id === undefined ? [] : state.refusals.filter((rule) => rule.id !== id);
}

const SETTINGS: Record<keyof Settings, 'number' | 'boolean'> = {
  pause_factor: 'number',
  pause_cap: 'number',
  timeout_ms: 'number',
  per_chat: 'number',
  per_bot: 'number',
  limit_set_webhook: 'boolean',
};

/** Changes some settings. @returns all @throws TypeError naming the wrong one */
export function settingsAct(world: World, given: Given): Settings {
  const { settings } = telegramState(world);
  for (const [name, value] of Object.entries(given)) {
    const type = SETTINGS[name as keyof Settings];
    if (type === undefined) throw new TypeError(`${name}: no such setting`);
    if (typeof value !== type || (typeof value === 'number' && !(value >= 0))) {
      throw new TypeError(
        `${name}: a ${type}${type === 'number' ? ', 0 or more,' : ''} is expected`,
      );
    }
  }
  return Object.assign(settings, given);
}

/** A file can no longer be had by `getFile`, or can again. */
export function fileAct(world: World, given: Given): { file_id: string } {
  const file = own(telegramState(world).files, optional(given, 'file_id') ?? '');
  if (file === undefined) throw new UnknownThing('There is no such file.');
  file.is_unavailable = given.is_available === false;
  if (given.expire_path === true) file.path_until = 0;
  return { file_id: file.file_id };
}
