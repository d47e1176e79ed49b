import type { ReactNode } from 'react';
import type { Channel } from '../../contract/api.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useTexts } from '../use-app.tsx';

/** How the channel's messages are doing, or that it carries none. `onOpen` shows the undelivered ones. */
export function ChannelMessages({
  channel,
  onOpen,
}: {
  channel: Channel;
  onOpen: () => void;
}): ReactNode {
  const { t, ago } = useTexts();
  const { carries, last_received_at: received, last_sent_at: sent } = channel.messages;
  const { pending, undelivered } = channel.messages;

  function last(): string {
    if (received && sent)
      return t('messages.last_both', { received: ago(received), sent: ago(sent) });
    if (received) return t('messages.last_received', { received: ago(received) });
    return sent ? t('messages.last_sent', { sent: ago(sent) }) : t('messages.last_none');
  }

  const texts = carries
    ? [
        last(),
        pending > 0 && t('messages.pending', { count: pending }),
        !channel.is_saved && t('messages.wait_for_save'),
      ]
    : [t('messages.carries_none')];
  const open = t('messages.undelivered', { count: undelivered });
  return (
    <div className="kcc-state">
      <p className="kcc-state__text">{texts.filter(Boolean).join(' ')}</p>
      {undelivered > 0 && (
        <Button kind="alert" aria-label={`${open}: ${channel.name}`} onClick={onOpen}>
          <Icon name="warning" />
          {open}
        </Button>
      )}
    </div>
  );
}
