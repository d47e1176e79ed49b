import { type ReactNode, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Channel } from '../../contract/api.ts';
import { focusRow } from '../ui/focus.ts';
import { TextField } from '../ui/TextField.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { ChannelRow } from './ChannelRow.tsx';
import { DeleteDialog } from './DeleteDialog.tsx';
import type { DraftChannel } from './draft.ts';
import { useSettings } from './useSettings.ts';

/** Longer lists get a search field. */
const FILTER_ABOVE = 8;

/** All channels, with the default one marked. `onLastDeleted` moves the focus when no row is left. */
export function ChannelList({ onLastDeleted }: { onLastDeleted: () => void }): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { draft } = useSettings();
  const [filter, setFilter] = useState('');
  const [deleting, setDeleting] = useState<Channel>();
  const hasFilter = draft.channels.length > FILTER_ABOVE;
  const shown = hasFilter ? draft.channels.filter((row) => matches(row, filter)) : draft.channels;

  function afterDelete(deleted: Channel): void {
    const index = shown.findIndex(({ channel }) => channel.id === deleted.id);
    const neighbour = shown[index + 1] ?? shown[index - 1];
    // The focus can leave the dialog only after it is closed.
    flushSync(() => setDeleting(undefined));
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
      <fieldset className="kcc-channels">
        <legend className="kcc-hidden">{t('channels.default_group')}</legend>
        <ul className="kcc-list">
          {shown.map((row) => (
            <ChannelRow key={row.channel.id} row={row} onDelete={() => setDeleting(row.channel)} />
          ))}
        </ul>
      </fieldset>
      {deleting && (
        <DeleteDialog
          channel={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={() => afterDelete(deleting)}
        />
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
