import type { ReactNode } from 'react';
import type { Channel, ChannelStatus } from '../../contract/api.ts';
import { Button } from '../ui/Button.tsx';
import type { IconName } from '../ui/Icon.tsx';
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx';
import { useTexts } from '../use-app.tsx';

const LOOKS: Record<ChannelStatus, { tone: Tone; icon: IconName }> = {
  connected: { tone: 'success', icon: 'check' },
  connecting: { tone: 'info', icon: 'wait' },
  action_needed: { tone: 'warning', icon: 'warning' },
  phone_offline: { tone: 'warning', icon: 'phone' },
  error: { tone: 'danger', icon: 'error' },
  paused: { tone: 'neutral', icon: 'pause' },
};

/** The channel's status: a word, an explanation if it needs one, and what to do. */
export function ChannelState({
  channel,
  onReconnect,
}: {
  channel: Channel;
  onReconnect: (() => void) | undefined;
}): ReactNode {
  const { t } = useTexts();
  const { status, status_reason: reason } = channel;
  const isWell = status === 'connected';
  const action =
    reason === 'scan_again' ||
    reason === 'sign_in_again' ||
    reason === 'key_rejected' ||
    reason === 'webhook_taken'
      ? t(`status_action.${reason}`)
      : t('channels.reconnect');
  return (
    <div className="kcc-state">
      <StatusBadge {...LOOKS[status]}>{t(`status.${status}`)}</StatusBadge>
      {!channel.is_saved && (
        <StatusBadge tone="info" icon="info">
          {t('channels.unsaved')}
        </StatusBadge>
      )}
      {!isWell && (
        <p className="kcc-state__text">
          {t(reason ? `status_reason.${reason}` : `status_text.${status}`)}
        </p>
      )}
      {(status === 'action_needed' || status === 'error' || status === 'paused') && onReconnect && (
        <Button aria-label={`${action}: ${channel.name}`} onClick={onReconnect}>
          {action}
        </Button>
      )}
    </div>
  );
}
