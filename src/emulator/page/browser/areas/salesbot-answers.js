// @ts-check
/** What a widget answers the salesbot designer, checked against the language of the bot. */
import { log, warn } from '../core/log.js';

/** Parts of a step (https://www.amocrm.ru/developers/content/digital_pipeline/salesbot). */
const STEP_PARTS = ['question', 'answer', 'finish'];

/** Largest code of a bot, in bytes. */
const LARGEST_BOT = 64 * 1024;

/**
 * The exits that `salesbotDesignerSettings` names.
 * @param {unknown} answer
 * @returns {{ code: string, title: string }[]}
 */
export function checkExits(answer) {
  const exits = /** @type {{ exits?: unknown } | null | undefined} */ (answer)?.exits;
  if (!Array.isArray(exits)) {
    warn(
      'salesbotDesignerSettings',
      'salesbotDesignerSettings must answer { exits: [{ code, title }] }: the block has no exits',
    );
    return [];
  }
  return exits.flatMap((exit) => {
    const { code, title } = /** @type {{ code?: unknown, title?: unknown }} */ (exit ?? {});
    if (typeof code === 'string' && typeof title === 'string') return [{ code, title }];
    warn('salesbotDesignerSettings', 'an exit of the block lacks its code or its title', exit);
    return [];
  });
}

/**
 * The bot that `onSalesbotDesignerSave` answers.
 * @param {unknown} answer
 * @returns {unknown} undefined if it is no code of a bot, which is in the log then
 */
export function checkBot(answer) {
  if (typeof answer !== 'string') {
    refuse('must answer the bot as a JSON string', answer);
    return undefined;
  }
  let bot;
  try {
    bot = JSON.parse(answer);
  } catch {
    refuse('answered a string that is no JSON', answer);
    return undefined;
  }
  if (typeof bot !== 'object' || bot === null) {
    refuse('answered no steps of a bot', answer);
    return undefined;
  }
  if (new TextEncoder().encode(answer).length > LARGEST_BOT)
    refuse('answered more than the 64 KB a bot may have', answer);
  for (const [number, step] of Object.entries(bot)) checkStep(number, step);
  return bot;
}

/**
 * @param {string} number `error` names what happens when a message cannot be delivered
 * @param {unknown} step
 */
function checkStep(number, step) {
  if (number === 'error' && Array.isArray(step)) return;
  const parts = STEP_PARTS.filter((part) => Object.hasOwn(Object(step), part));
  if (parts.length === 0)
    refuse(`step ${number} of the bot has no question, answer or finish`, step);
  for (const part of parts) {
    const acts = /** @type {Record<string, unknown>} */ (step)[part];
    if (!Array.isArray(acts)) {
      refuse(`${part} of step ${number} is no array of handlers`, acts);
      continue;
    }
    const odd = acts.filter((act) => typeof Object(act).handler !== 'string');
    // The page of the salesbot widget prints such a bot itself; the page of the language knows none.
    if (odd.length > 0)
      log('page', 'salesbot', `${part} of step ${number} has entries without a handler`, odd);
  }
}

/**
 * @param {string} what
 * @param {unknown} answer
 */
function refuse(what, answer) {
  warn('onSalesbotDesignerSave', `onSalesbotDesignerSave: ${what}`, { answer });
}
