import type { RefusalReason, SendOutcome } from '../messages.ts';
import type { Verdict } from './client.ts';

type Refused = Extract<Verdict, { state: 'refused' }>;

/**
 * What Telegram's words mean. They are not documented; these are its server's own.
 *
 * @see https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp
 */
const MEANINGS: [RegExp, RefusalReason][] = [
  [/blocked by the user|user_is_blocked/i, 'blocked'],
  [/user is deactivated|input_user_deactivated/i, 'person_gone'],
  [/bot was kicked|not a member|group chat was de(?:leted|activated)/i, 'removed_from_chat'],
  [/bot is not a participant|channel_private|chat_forbidden/i, 'removed_from_chat'],
  [/chat not found|user not found|peer_id_invalid|chat_id is empty/i, 'chat_unknown'],
  [/can't initiate conversation|upgraded to a supergroup/i, 'chat_unknown'],
  [/too (?:big|large)|entity too large|message is too long/i, 'too_large'],
  [/file must be non-empty|wrong file/i, 'file_unavailable'],
  [/reaction_invalid|can't send messages to bots|can't be sent to/i, 'unsupported'],
];

/** What Telegram says of a file that it would take as a document, without looking into it. */
const NOT_THIS_WAY =
  /photo_|image_process|sticker|voice_messages_forbidden|video_messages_forbidden|video_file|audio_|media_invalid|wrong type of|wrong file type|can't use file of type/i;

export function refusalOf({ status, description }: Refused): SendOutcome {
  const known = MEANINGS.find(([pattern]) => pattern.test(description))?.[1];
  const reason = status === 413 ? 'too_large' : (known ?? 'refused');
  return { state: 'refused', reason, detail: description };
}

/** Whether the same file may pass as a document. */
export function mayPassAsDocument(verdict: Verdict): boolean {
  return (
    verdict.state === 'refused' && verdict.status === 400 && NOT_THIS_WAY.test(verdict.description)
  );
}
