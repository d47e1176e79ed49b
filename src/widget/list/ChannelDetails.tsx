import type { ReactNode } from 'react';
import type { ChannelAction } from '../app.ts';
import { serviceTitle } from '../service-texts.ts';
import { addressOf, shownName } from '../settings/channel-line.ts';
import type { DraftChannel } from '../settings/draft.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Button } from '../ui/Button.tsx';
import { useEscape } from '../ui/useEscape.ts';
import { useTexts } from '../use-app.tsx';
import { ChannelOptions } from './ChannelOptions.tsx';
import { messagesText } from './messages-text.ts';
import { PipelinePicker } from './PipelinePicker.tsx';
import { reconnectLabel } from './reconnect-label.ts';

interface ChannelDetailsProps {
  row: DraftChannel;
  onClose: () => void;
  onAction: (action: ChannelAction) => void;
}

/** What opens below a channel's line: how it is, what to do about it, and everything that can be set. */
export function ChannelDetails({ row, onClose, onAction }: ChannelDetailsProps): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const { saved, isEditable } = useSettings();
  const { channel } = row;
  const key = channel.account.credential_hint;
  const escapeKey = useEscape(true, () => {
    // Closing takes the focused control away, so the focus goes to the line first.
    document
      .getElementById(`chat-connector-channel-${channel.id}`)
      ?.querySelector('button')
      ?.focus();
    onClose();
  });
  const account = [
    serviceTitle(texts, saved.connectors, channel.connector),
    channel.account.name,
    addressOf(channel),
  ];
  return (
    <div className="kcc-details" {...escapeKey}>
      <Status row={row} onAction={onAction} />
      <p className="kcc-muted">{[...new Set(account)].filter(Boolean).join(' · ')}</p>
      {key && (
        <p className="kcc-muted">
          {t('channels.key_ends', { last4: key.last4, date: texts.date(key.set_at) })}
        </p>
      )}
      <p className="kcc-muted">{messagesText(texts, channel)}</p>
      <PipelinePicker row={row} />
      <ChannelOptions row={row} />
      {!isEditable && (
        <Button
          kind="quiet"
          aria-label={`${t('channels.history')}: ${shownName(row)}`}
          onClick={() => onAction('history')}
        >
          {t('channels.history')}
        </Button>
      )}
    </div>
  );
}

/** A sentence about the status, how old it is, and the one thing to do, if there is any. */
function Status({
  row,
  onAction,
}: {
  row: DraftChannel;
  onAction: (action: ChannelAction) => void;
}): ReactNode {
  const { t, ago } = useTexts();
  const { saved, isEditable } = useSettings();
  const { channel } = row;
  const { status, status_reason: reason, checked_at: checkedAt } = channel;
  const isOffered = saved.connectors.some(({ id }) => id === channel.connector);
  const action: ChannelAction | undefined =
    status === 'paused'
      ? 'resume'
      : (status === 'action_needed' || status === 'error') && isOffered
        ? 'reconnect'
        : undefined;
  const label = action === 'resume' ? t('pausing.resume') : t(reconnectLabel(channel));
  return (
    <div className="kcc-state">
      <p className="kcc-state__text">
        {t(reason ? `status_reason.${reason}` : `status_text.${status}`)}{' '}
        {checkedAt && t('channels.checked', { ago: ago(checkedAt) })}
      </p>
      {action && isEditable && (
        <Button
          kind={action === 'resume' ? 'neutral' : 'primary'}
          aria-label={`${label}: ${shownName(row)}`}
          onClick={() => onAction(action)}
        >
          {label}
        </Button>
      )}
    </div>
  );
}
