import { memo, type ReactNode, useState } from 'react';
import { ChannelStatusBadge } from '../ui/ChannelStatusBadge.tsx';
import { Choice } from '../ui/Choice.tsx';
import { menuButtonId, rowId } from '../ui/focus.ts';
import { Icon } from '../ui/Icon.tsx';
import { ServiceSign } from '../ui/ServiceSign.tsx';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import { useTexts } from '../use-app.tsx';
import type { ChannelLine } from './channel-line.ts';

/** What can be done with a row. Stays the same object, so that a row is not drawn again because of it. */
export interface RowActions {
  toggleDetails(id: string): void;
  toggleMenu(id: string): void;
  chooseDefault(id: string): void;
  select(id: string, isSelected: boolean): void;
  showUndelivered(id: string): void;
}

interface ChannelRowProps extends ChannelLine {
  actions: RowActions;
  isEditable: boolean;
  isOpen: boolean;
  isMenuOpen: boolean;
  /** Undefined unless several are being selected. */
  isSelected: boolean | undefined;
  /** In place of the name, while it is being changed. */
  nameField?: ReactNode;
  /** What is open below the line, and the menu. */
  children?: ReactNode;
}

/**
 * One channel in a line: whose account it is, how it is doing, and where its leads go. The rest is below it, on
 * demand. There can be fifty, so it takes plain values, reads no store, and has as few elements as it can.
 */
export const ChannelRow = memo(function ChannelRow(props: ChannelRowProps): ReactNode {
  const { id, name, status, actions, isEditable, isOpen, isMenuOpen, isSelected } = props;
  const { t } = useTexts();
  const isSelecting = isSelected !== undefined;
  return (
    <li
      className={isOpen ? 'kcc-channel kcc-channel--open' : 'kcc-channel'}
      id={rowId(id)}
      tabIndex={-1}
      aria-label={name}
    >
      {isSelecting && (
        <input
          type="checkbox"
          className="kcc-channel__select"
          checked={isSelected}
          aria-label={t('bulk.select_of', { name })}
          onChange={(event) => actions.select(id, event.target.checked)}
        />
      )}
      <Picture {...props} />
      {props.nameField ?? (
        <button
          type="button"
          className="kcc-channel__name"
          aria-expanded={isOpen}
          aria-label={t('channels.details_of', { name })}
          onClick={() => actions.toggleDetails(id)}
        >
          {name}
        </button>
      )}
      <Facts {...props} />
      <span className="kcc-channel__state">
        <ChannelStatusBadge status={status} />
        {!props.isSaved && (
          <StatusBadge tone="info" icon="info">
            {t('channels.unsaved')}
          </StatusBadge>
        )}
      </span>
      {isEditable ? (
        <Choice
          type="radio"
          name="chat-connector-default"
          checked={props.isDefault}
          aria-label={t('channels.default_of', { name })}
          onChoose={() => actions.chooseDefault(id)}
        >
          {t('channels.default')}
        </Choice>
      ) : (
        props.isDefault && <span className="kcc-choice">{t('channels.default')}</span>
      )}
      {isEditable && (
        <button
          type="button"
          className="kcc-more"
          id={menuButtonId(id)}
          aria-haspopup="menu"
          aria-expanded={isMenuOpen}
          aria-label={t('channels.more_of', { name })}
          onClick={() => actions.toggleMenu(id)}
        >
          •••
        </button>
      )}
      {props.problem && <p className="kcc-field__error">{props.problem}</p>}
      {props.children}
    </li>
  );
});

/**
 * The account's picture with a small sign of its service, or the sign alone: the backend may only learn from the service
 * that there is no picture when it is asked for it.
 */
function Picture({ avatarUrl, connector, auth = 'api_key' }: ChannelRowProps): ReactNode {
  const [missing, setMissing] = useState<string>();
  if (!avatarUrl || avatarUrl === missing) return <ServiceSign connector={connector} auth={auth} />;
  return (
    <span className="kcc-picture">
      <img
        className="kcc-avatar"
        src={avatarUrl}
        alt=""
        referrerPolicy="no-referrer"
        onError={() => setMissing(avatarUrl)}
      />
      <ServiceSign connector={connector} auth={auth} size={16} />
    </span>
  );
}

/** The line below the name. */
function Facts(props: ChannelRowProps): ReactNode {
  const { t } = useTexts();
  const { undelivered, name } = props;
  const unsent = t('messages.short_undelivered', { count: undelivered });
  return (
    <p className="kcc-channel__facts">
      <span className="kcc-channel__where">
        <span className="kcc-hidden">{props.service} </span>
        {props.where}
      </span>
      <span className="kcc-channel__messages">
        {props.hasMessages && <span className="kcc-hidden">{t('messages.last')} </span>}
        {props.messages}
      </span>
      {undelivered > 0 && (
        <button
          type="button"
          className="kcc-undelivered-mark"
          aria-label={`${unsent}: ${name}`}
          onClick={() => props.actions.showUndelivered(props.id)}
        >
          <Icon name="warning" />
          {unsent}
        </button>
      )}
    </p>
  );
}
