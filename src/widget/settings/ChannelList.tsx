import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Channel } from '../../contract/api.ts';
import { asApiError } from '../api-error.ts';
import type { App, ChannelAction } from '../app.ts';
import { focusRow, menuButtonId, REVEAL_ROW } from '../ui/focus.ts';
import { useEscape } from '../ui/useEscape.ts';
import { useApp, useTexts, useView } from '../use-app.tsx';
import { ChannelDialog, type OpenDialog } from './ChannelDialog.tsx';
import { ChannelRow, type RowActions } from './ChannelRow.tsx';
import { toLines } from './channel-line.ts';
import { isBroken } from './channel-order.ts';
import { type DraftChannel, findProblems } from './draft.ts';
import { LazyPart } from './LazyPart.tsx';
import { FILTER_ABOVE, type Filter, filterRows, isFiltered, NO_FILTER } from './list-filter.ts';
import { NoMatch } from './NoMatch.tsx';
import { RenameField } from './RenameField.tsx';
import { type FailedPause, RowParts } from './RowParts.tsx';
import { useGrowingCount } from './useGrowingCount.ts';
import { useIdleFetch } from './useIdleFetch.ts';
import { useMinutes } from './useMinutes.ts';
import { useRowOrder } from './useRowOrder.ts';
import { useSettings } from './useSettings.ts';

/** The channel whose account is being signed in again: whoever comes back without it starts at its row. */
const leftFrom = new WeakMap<App, string>();

interface ChannelListProps {
  isSelecting: boolean;
  /** Moves the focus when no row is left. */
  onLastDeleted: () => void;
}

/** All channels, a line each, with the default one marked. */
export function ChannelList({ isSelecting, onLastDeleted }: ChannelListProps): ReactNode {
  const texts = useTexts();
  const { t } = texts;
  const app = useApp();
  const { connected } = useView();
  const { state, saved, draft, isEditable, settings } = useSettings();
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set());
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [menuOf, setMenuOf] = useState<string>();
  const [renaming, setRenaming] = useState<string>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(() => new Set());
  const [dialog, setDialog] = useState<OpenDialog>();
  const [failed, setFailed] = useState<FailedPause & { id: string }>();
  const [isSoughtIn, setSoughtIn] = useState(() => connected !== undefined || leftFrom.has(app));
  useMinutes();
  useIdleFetch(app);

  /** The first row opens by itself when it waits for the admin. At most one, so that the list stays a list. */
  const openFirst = useCallback(
    (order: string[]) => {
      const { saved: now, edits } = settings.get();
      const first = now?.channels.find(({ id }) => id === order[0]);
      if (!now || !first || !isEditable) return;
      const lacks = findProblems(now, edits).some(({ channelId }) => channelId === first.id);
      const waits = isBroken(first.status) && first.status !== 'phone_offline';
      if (lacks || waits) setOpen(new Set([first.id]));
    },
    [settings, isEditable],
  );
  const { listed, touch } = useRowOrder(draft.channels, connected?.id, state.isLoading, openFirst);
  const hasFilter = draft.channels.length > FILTER_ABOVE;
  const shown = hasFilter ? filterRows(listed, filter) : listed;
  const drawn = useGrowingCount(shown.length, isSoughtIn);
  const lines = toLines(texts, saved, state, draft);
  const chosen = isSelecting ? shown.filter(({ channel }) => selected.has(channel.id)) : [];

  const atStart = useRef({ listed, connected });
  useEffect(() => {
    const { listed, connected } = atStart.current;
    openFirst(listed.map(({ channel }) => channel.id));
    const left = leftFrom.get(app);
    leftFrom.delete(app);
    if (connected) focusRow(connected.id);
    else if (left !== undefined) document.getElementById(menuButtonId(left))?.focus();
  }, [app, openFirst]);

  useEffect(() => {
    function reveal({ detail: id }: CustomEvent<string>): void {
      flushSync(() => {
        setFilter(NO_FILTER);
        setSoughtIn(true);
        setOpen((now) => new Set(now).add(id));
      });
    }
    document.addEventListener(REVEAL_ROW, reveal as EventListener);
    return () => document.removeEventListener(REVEAL_ROW, reveal as EventListener);
  }, []);

  const actions = useMemo<RowActions>(
    () => ({
      toggleDetails: (id) => setOpen((now) => toggled(now, id, !now.has(id))),
      toggleMenu: (id) => setMenuOf((now) => (now === id ? undefined : id)),
      chooseDefault: settings.chooseDefault,
      select: (id, isSelected) => setSelected((now) => toggled(now, id, isSelected)),
      showUndelivered(id) {
        const channel = settings.get().saved?.channels.find((known) => known.id === id);
        if (channel) setDialog({ name: 'undelivered', channel });
      },
    }),
    [settings],
  );

  function closeMenu(id: string, returnsFocus: boolean): void {
    flushSync(() => setMenuOf(undefined));
    if (returnsFocus) document.getElementById(menuButtonId(id))?.focus();
  }

  function endRenaming(): void {
    const id = renaming;
    flushSync(() => setRenaming(undefined));
    if (id !== undefined) document.getElementById(menuButtonId(id))?.focus();
  }

  function act(action: ChannelAction, { channel }: DraftChannel): void {
    const connector = saved.connectors.find(({ id }) => id === channel.connector);
    setFailed(undefined);
    if (action === 'rename') setRenaming(channel.id);
    else if (action === 'pause' || action === 'resume') void pauseOrResume(action, channel);
    else if (action === 'delete') setDialog({ name: 'delete', channels: [channel] });
    else if (action !== 'reconnect') setDialog({ name: action, channel });
    else if (connector) {
      leftFrom.set(app, channel.id);
      app.connect({ connector, channel });
    }
  }

  async function pauseOrResume(act: 'pause' | 'resume', { id, name }: Channel): Promise<void> {
    try {
      await (act === 'pause' ? settings.pauseChannel(id) : settings.resumeChannel(id));
      app.announce(t(act === 'pause' ? 'pausing.paused' : 'pausing.resumed', { name }));
    } catch (caught) {
      setFailed({ id, act, error: asApiError(caught) });
    }
  }

  /** The row, or the button, that stands for what was deleted. */
  function afterDelete(deleted: Channel[]): void {
    const ids = new Set(deleted.map(({ id }) => id));
    const isGone = ({ channel }: DraftChannel) => ids.has(channel.id);
    const last = shown.map(isGone).lastIndexOf(true);
    const before = shown.slice(0, last).reverse();
    const neighbour = [...shown.slice(last + 1), ...before].find((row) => !isGone(row));
    flushSync(() => {
      setDialog(undefined);
      setSelected(new Set());
    });
    app.announce(
      deleted.length > 1
        ? t('delete_several.done', { count: deleted.length })
        : t('delete.done', { name: deleted[0]?.name ?? '' }),
    );
    if (!neighbour || !focusRow(neighbour.channel.id)) onLastDeleted();
  }

  function closeDialog(): void {
    const ofRow = dialog && 'channel' in dialog ? dialog.channel.id : undefined;
    // The focus can leave the dialog only after it is closed.
    flushSync(() => setDialog(undefined));
    // What opened it may be gone by now: then its row gets the focus.
    if (ofRow && document.activeElement === document.body) focusRow(ofRow);
  }

  // While the dialog is being fetched; once it is there, it has the focus.
  const escapeKey = useEscape(dialog !== undefined, closeDialog);

  function renderRow(row: DraftChannel): ReactNode {
    const { id } = row.channel;
    const line = lines.get(id);
    if (!line) return null;
    const isMenuOpen = menuOf === id;
    const isOpen = open.has(id);
    const failure = failed?.id === id ? failed : undefined;
    return (
      <ChannelRow
        key={id}
        {...line}
        actions={actions}
        isEditable={isEditable}
        isOpen={isOpen}
        isMenuOpen={isMenuOpen}
        isSelected={isSelecting ? selected.has(id) : undefined}
        nameField={renaming === id ? <RenameField row={row} onEnd={endRenaming} /> : undefined}
      >
        {(isMenuOpen || isOpen || failure) && (
          <RowParts
            row={row}
            isMenuOpen={isMenuOpen}
            isOpen={isOpen}
            failure={failure}
            onCloseMenu={(returnsFocus) => closeMenu(id, returnsFocus)}
            onCloseDetails={() => actions.toggleDetails(id)}
            onAction={(action) => act(action, row)}
          />
        )}
      </ChannelRow>
    );
  }

  const list = (
    <ul className="kcc-list kcc-channels__list" aria-label={t('channels.title')}>
      {shown.slice(0, drawn).map(renderRow)}
    </ul>
  );
  return (
    <div onFocusCapture={touch} onPointerDownCapture={touch} {...escapeKey}>
      {hasFilter && (
        <LazyPart part={app.list} name="filter" waiting={<div className="kcc-filter" />}>
          {({ ListFilter }) => (
            <ListFilter filter={filter} found={shown.length} onChange={setFilter} />
          )}
        </LazyPart>
      )}
      {isSelecting && (
        <LazyPart part={app.list} name="bulk" waiting={<div className="kcc-bulk" />}>
          {({ BulkBar }) => (
            <BulkBar
              selected={chosen}
              shown={shown}
              onSelect={(ids) => setSelected(new Set(ids))}
              onDelete={() =>
                setDialog({ name: 'delete', channels: chosen.map(({ channel }) => channel) })
              }
            />
          )}
        </LazyPart>
      )}
      {shown.length === 0 && isFiltered(filter) ? (
        <NoMatch onClear={() => setFilter(NO_FILTER)} />
      ) : isEditable ? (
        <fieldset className="kcc-channels">
          <legend className="kcc-hidden">{t('channels.default_group')}</legend>
          {list}
        </fieldset>
      ) : (
        list
      )}
      {dialog && <ChannelDialog dialog={dialog} onClose={closeDialog} onDeleted={afterDelete} />}
    </div>
  );
}

function toggled(set: ReadonlySet<string>, id: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (isIn) next.add(id);
  else next.delete(id);
  return next;
}
