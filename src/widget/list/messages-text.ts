import type { Channel } from '../../contract/api.ts';
import type { Texts } from '../i18n.ts';

/** How the channel's messages are doing, or that it carries none. */
export function messagesText({ t, ago }: Texts, { messages, is_saved, status }: Channel): string {
  const { carries, last_received_at: received, last_sent_at: sent, pending } = messages;
  const isPaused = status === 'paused';
  if (!carries) return t('messages.carries_none');
  const last =
    received && sent
      ? t('messages.last_both', { received: ago(received), sent: ago(sent) })
      : received
        ? t('messages.last_received', { received: ago(received) })
        : sent
          ? t('messages.last_sent', { sent: ago(sent) })
          : t('messages.last_none');
  return [
    last,
    pending > 0 && t(isPaused ? 'messages.paused_pending' : 'messages.pending', { count: pending }),
    !is_saved && !isPaused && t('messages.wait_for_save'),
  ]
    .filter(Boolean)
    .join(' ');
}
