import { type ReactNode, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Channel } from '../../contract/api.ts';
import { focusRow } from '../ui/focus.ts';
import { TextField } from '../ui/TextField.tsx';
import { useEscape } from '../ui/useEscape.ts';
import { useApp, useTexts } from '../use-app.tsx';
import { ChannelRow } from './ChannelRow.tsx';
import type { DraftChannel } from './draft.ts';
import { LazyPart } from './LazyPart.tsx';
import { useSettings } from './useSettings.ts';

/** Longer lists get a search field. */
const FILTER_ABOVE = 8;

/** All channels, with the default one marked. `onLastDeleted` moves the focus when no row is left. */
export function ChannelList({ onLastDeleted }: { onLastDeleted: () => void }): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { draft } = useSettings();
  const [filter, setFilter] = useState('');
  const [opened, setOpened] = useState<{ dialog: 'delete' | 'undelivered'; channel: Channel }>();
  const hasFilter = draft.channels.length > FILTER_ABOVE;
  const shown = hasFilter ? draft.channels.filter((row) => matches(row, filter)) : draft.channels;

  function close(): void {
    // The focus can leave the dialog only after it is closed.
    flushSync(() => setOpened(undefined));
  }

  // While the dialog is being fetched; once it is there, it has the focus.
  const escapeKey = useEscape(opened !== undefined, close);

  /** What opened the dialog may be gone by now: then its row gets the focus. */
  function afterUndelivered(channel: Channel): void {
    close();
    if (document.activeElement === document.body) focusRow(channel.id);
  }

  function afterDelete(deleted: Channel): void {
    const index = shown.findIndex(({ channel }) => channel.id === deleted.id);
    const neighbour = shown[index + 1] ?? shown[index - 1];
    close();
    app.announce(t('delete.done', { name: deleted.name }));
    if (!neighbour || !focusRow(neighbour.channel.id)) onLastDeleted();
  }

  return (
    <>
      {hasFilter && (
        <div className="kcc-filter">
          <TextField
            type="search"
            label={t('channels.filter')}
            value={filter}
            onChange={setFilter}
          />
          <p className="kcc-hidden" role="status">
            {filter && t('channels.found', { count: shown.length })}
          </p>
        </div>
      )}
      <fieldset className="kcc-channels" {...escapeKey}>
        <legend className="kcc-hidden">{t('channels.default_group')}</legend>
        <ul className="kcc-list">
          {shown.map((row) => (
            <ChannelRow
              key={row.channel.id}
              row={row}
              onOpen={(dialog) => setOpened({ dialog, channel: row.channel })}
            />
          ))}
        </ul>
      </fieldset>
      {opened && (
        <LazyPart
          part={app.dialogs}
          name={opened.dialog}
          onBack={() => afterUndelivered(opened.channel)}
        >
          {({ DeleteDialog, UndeliveredDialog }) =>
            opened.dialog === 'delete' ? (
              <DeleteDialog
                app={app}
                channel={opened.channel}
                onClose={close}
                onDeleted={() => afterDelete(opened.channel)}
              />
            ) : (
              <UndeliveredDialog
                app={app}
                channel={opened.channel}
                onClose={() => afterUndelivered(opened.channel)}
              />
            )
          }
        </LazyPart>
      )}
    </>
  );
}

function matches({ channel, name }: DraftChannel, filter: string): boolean {
  const { account } = channel;
  const wanted = filter.trim().toLocaleLowerCase();
  return [name, account.name, account.handle ?? '', channel.phone].some((text) =>
    text.toLocaleLowerCase().includes(wanted),
  );
}
