import type { Channel } from '../../contract/api.ts';
import type { TextKey } from '../i18n.ts';

/** What signing the channel's account in again is called: by why it must be, or by how it is done. */
export function reconnectLabel({ status_reason: reason, account }: Channel): TextKey {
  if (
    reason === 'scan_again' ||
    reason === 'sign_in_again' ||
    reason === 'key_rejected' ||
    reason === 'webhook_taken'
  )
    return `status_action.${reason}`;
  return account.credential_hint ? 'status_action.key_rejected' : 'channels.reconnect';
}
