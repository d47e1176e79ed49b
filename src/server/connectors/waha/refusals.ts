import type { RefusalReason, SendOutcome } from '../messages.ts';
import type { Verdict } from './ask.ts';

type Refused = Extract<Verdict, { state: 'refused' }>;

/**
 * What WAHA's words mean. They are not documented; these are its own and its engines'.
 *
 * @see https://github.com/devlikeapro/waha/blob/core/src/core/exceptions.ts
 */
const MEANINGS: [RegExp, RefusalReason][] = [
  [/no lid for user|invalid wid|not (?:registered|exist|on whatsapp)/i, 'chat_unknown'],
  [/too ?large|entity too large/i, 'too_large'],
  [/only in plus|plus version|not implemented|not supported|unsupported/i, 'unsupported'],
  [/not (?:a )?(?:participant|member|admin)|forbidden|not-authorized/i, 'removed_from_chat'],
  [/blocked/i, 'blocked'],
];

export function refusalOf({ status, description }: Refused): SendOutcome {
  const known = MEANINGS.find(([pattern]) => pattern.test(description))?.[1];
  const reason = status === 413 ? 'too_large' : (known ?? 'refused');
  return { state: 'refused', reason, detail: description };
}
