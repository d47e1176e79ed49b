import type { ReactNode } from 'react';
import type { Channel } from '../../contract/api.ts';
import { serviceTitle } from '../service-texts.ts';
import { Button } from '../ui/Button.tsx';
import { Choice } from '../ui/Choice.tsx';
import { rowId } from '../ui/focus.ts';
import { Icon } from '../ui/Icon.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { ChannelMessages } from './ChannelMessages.tsx';
import { ChannelName } from './ChannelName.tsx';
import { ChannelOptions } from './ChannelOptions.tsx';
import { ChannelState } from './ChannelState.tsx';
import type { DraftChannel } from './draft.ts';
import { PipelinePicker } from './PipelinePicker.tsx';
import { useSettings } from './useSettings.ts';

/** One channel: its account, its status, how its messages are doing, and where its leads go. */
export function ChannelRow({
  row,
  onOpen,
}: {
  row: DraftChannel;
  onOpen: (dialog: 'delete' | 'undelivered') => void;
}): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const app = useApp();
  const { saved, draft, isEditable, settings } = useSettings();
  const { channel, name } = row;
  const handle = channel.account.handle ?? channel.phone;
  const key = channel.account.credential_hint;
  const connector = saved.connectors.find(({ id }) => id === channel.connector);

  function reconnect(): void {
    if (connector) app.connect({ connector, channel });
  }

  return (
    <li className="kcc-channel" id={rowId(channel.id)} tabIndex={-1} aria-label={name}>
      <div className="kcc-channel__head">
        <Avatar channel={channel} />
        <div className="kcc-channel__who">
          <ChannelName row={row} />
          <p className="kcc-muted">
            {serviceTitle(texts, saved.connectors, channel.connector)}
            {handle && ` · ${handle}`}
          </p>
          {key && (
            <p className="kcc-muted">
              {t('channels.key_ends', { last4: key.last4, date: texts.date(key.set_at) })}
            </p>
          )}
        </div>
        <Choice
          type="radio"
          name="chat-connector-default"
          checked={draft.defaultChannelId === channel.id}
          disabled={!isEditable}
          aria-label={t('channels.default_of', { name })}
          onChoose={() => settings.chooseDefault(channel.id)}
        >
          {t('channels.default')}
        </Choice>
      </div>
      <ChannelState
        channel={channel}
        onReconnect={isEditable && connector ? reconnect : undefined}
      />
      <ChannelMessages channel={channel} onOpen={() => onOpen('undelivered')} />
      <PipelinePicker row={row} />
      <ChannelOptions row={row} />
      {isEditable && (
        <div className="kcc-actions">
          {connector && (
            <Button
              kind="quiet"
              aria-label={t(key ? 'channels.replace_key_of' : 'channels.reconnect_of', { name })}
              onClick={reconnect}
            >
              {t(key ? 'status_action.key_rejected' : 'channels.reconnect')}
            </Button>
          )}
          <Button
            kind="quiet"
            aria-label={t('channels.delete_of', { name })}
            onClick={() => onOpen('delete')}
          >
            {t('channels.delete')}
          </Button>
        </div>
      )}
    </li>
  );
}

/** The account's picture or an icon, as decoration next to the name. */
function Avatar({ channel }: { channel: Channel }): ReactNode {
  const { avatar_url: url } = channel.account;
  if (!url)
    return (
      <span className="kcc-avatar">
        <Icon name="chat" />
      </span>
    );
  return <img className="kcc-avatar" src={url} alt="" referrerPolicy="no-referrer" />;
}
