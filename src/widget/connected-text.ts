import type { Channel } from '../contract/api.ts';
import type { TextKey } from './i18n.ts';

/** What a channel that was just connected can do now, and what it still needs. Never promises messages in vain. */
export function connectedText({ is_saved, messages }: Channel): TextKey {
  if (messages.carries) return is_saved ? 'channels.connected_again' : 'channels.connected_text';
  return is_saved ? 'channels.connected_sign_in_again' : 'channels.connected_sign_in';
}
