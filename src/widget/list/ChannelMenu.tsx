import { type FocusEvent, type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import type { ChannelAction } from '../app.ts';
import type { TextKey } from '../i18n.ts';
import { shownName } from '../settings/channel-line.ts';
import type { DraftChannel } from '../settings/draft.ts';
import { useSettings } from '../settings/useSettings.ts';
import { menuButtonId } from '../ui/focus.ts';
import { useEscape } from '../ui/useEscape.ts';
import { useTexts } from '../use-app.tsx';
import { reconnectLabel } from './reconnect-label.ts';

interface ChannelMenuProps {
  row: DraftChannel;
  onClose: (returnsFocus: boolean) => void;
  onAction: (action: ChannelAction) => void;
}

/** What can be done with a channel. Works as menus do: arrows, Home, End and first letters move. */
export function ChannelMenu({ row, onClose, onAction }: ChannelMenuProps): ReactNode {
  const { t } = useTexts();
  const { saved } = useSettings();
  const { channel } = row;
  const node = useRef<HTMLDivElement>(null);
  const escapeKey = useEscape(true, () => onClose(true));
  const isOffered = saved.connectors.some(({ id }) => id === channel.connector);
  const isPaused = channel.status === 'paused';

  const entries: [ChannelAction, TextKey][] = [
    ['rename', 'channels.rename'],
    ...(isOffered ? [['reconnect', reconnectLabel(channel)] as [ChannelAction, TextKey]] : []),
    ...(channel.test ? [['test', 'channels.test'] as [ChannelAction, TextKey]] : []),
    isPaused ? ['resume', 'pausing.resume'] : ['pause', 'pausing.pause'],
    ['history', 'channels.history'],
    ['delete', 'channels.delete'],
  ];

  useEffect(() => {
    const menu = node.current;
    menu?.querySelector('button')?.focus({ preventScroll: true });
    menu?.scrollIntoView?.({ block: 'nearest' });
  }, []);

  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    /** A press anywhere else closes the menu; on its own button, that button does. */
    function press({ target }: PointerEvent): void {
      const opener = document.getElementById(menuButtonId(channel.id));
      if (!(target instanceof Node) || node.current?.contains(target) || opener?.contains(target))
        return;
      close.current(false);
    }
    document.addEventListener('pointerdown', press, true);
    return () => document.removeEventListener('pointerdown', press, true);
  }, [channel.id]);

  function move(event: KeyboardEvent): void {
    const items: Element[] = [...(node.current?.querySelectorAll('button') ?? [])];
    const index = items.indexOf(event.target as Element);
    const { key } = event;
    const letter = key.length === 1 ? key.toLocaleLowerCase() : undefined;
    const rest = [...items.slice(index + 1), ...items.slice(0, index + 1)];
    const next =
      key === 'ArrowDown'
        ? rest[0]
        : key === 'ArrowUp'
          ? items.at(index - 1)
          : key === 'Home'
            ? items[0]
            : key === 'End'
              ? items.at(-1)
              : letter &&
                rest.find((item) => item.textContent?.toLocaleLowerCase().startsWith(letter));
    if (key === 'Tab') onClose(true);
    if (!next || key === ' ') return;
    event.preventDefault();
    (next as HTMLElement).focus();
  }

  function leave({ relatedTarget }: FocusEvent): void {
    if (relatedTarget instanceof Node && !node.current?.contains(relatedTarget)) onClose(false);
  }

  return (
    <div
      ref={node}
      className="kcc-menu"
      role="menu"
      tabIndex={-1}
      aria-label={t('channels.more_of', { name: shownName(row) })}
      onBlur={leave}
      onKeyDown={(event) => {
        escapeKey.onKeyDown(event);
        move(event);
      }}
    >
      {entries.map(([action, label]) => (
        <button
          key={action}
          type="button"
          role="menuitem"
          tabIndex={-1}
          className={`kcc-menu__item${action === 'delete' ? ' kcc-menu__item--danger' : ''}`}
          onClick={() => {
            // A dialog gives the focus back to where it was: to the menu's button.
            onClose(true);
            onAction(action);
          }}
        >
          {t(label)}
        </button>
      ))}
    </div>
  );
}
