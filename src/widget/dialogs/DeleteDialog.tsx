import { type ReactNode, useState } from 'react';
import type { Channel } from '../../contract/api.ts';
import { type ApiError, asApiError } from '../api-error.ts';
import { shownName } from '../settings/channel-line.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { SelectField } from '../ui/SelectField.tsx';
import { useTexts } from '../use-app.tsx';

interface DeleteDialogProps {
  channels: Channel[];
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before channels are deleted, and for a new default if the default one is among them. */
export function DeleteDialog({ channels, onClose, onDeleted }: DeleteDialogProps): ReactNode {
  const { t } = useTexts();
  const { draft, settings } = useSettings();
  // What is being deleted stays the same when somebody else deletes some of it meanwhile.
  const [names] = useState(() => {
    const rows = draft.channels.filter(({ channel }) =>
      channels.some(({ id }) => id === channel.id),
    );
    return new Map(rows.map((row) => [row.channel.id, shownName(row)]));
  });
  const others = draft.channels.filter((row) => !names.has(row.channel.id));
  const [replacement, setReplacement] = useState(others[0]?.channel.id ?? '');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const count = channels.length;
  const name = names.get(channels[0]?.id ?? '') ?? channels[0]?.name ?? '';
  const texts = count > 1 ? 'delete_several' : 'delete';
  const lostDefault = names.get(draft.defaultChannelId ?? '');

  async function remove(): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    try {
      const [first] = channels;
      if (count === 1 && first) await settings.deleteChannel(first.id);
      else await settings.deleteChannels(channels.map(({ id }) => id));
      if (lostDefault !== undefined && replacement !== '') settings.chooseDefault(replacement);
      onDeleted();
    } catch (caught) {
      setError(asApiError(caught));
      setIsBusy(false);
    }
  }

  return (
    <Dialog title={t(`${texts}.title`, { count, name })} onClose={onClose}>
      {count > 1 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
        <ul className="kcc-delete__names" tabIndex={0} aria-label={t('bulk.title')}>
          {[...names].map(([id, shown]) => (
            <li key={id}>{shown}</li>
          ))}
        </ul>
      )}
      <p>{t(`${texts}.text`)}</p>
      {lostDefault !== undefined && others.length > 0 && (
        <SelectField
          label={t('delete.new_default')}
          hint={t('delete.new_default_text', { name: lostDefault })}
          value={replacement}
          onChange={setReplacement}
          options={others.map((row) => ({ value: row.channel.id, label: shownName(row) }))}
        />
      )}
      {error && <FailureBanner title={t(`${texts}.failed`)} error={error} takesFocus />}
      <div className="kcc-actions kcc-actions--end">
        <Button data-first-focus onClick={onClose}>
          {t(`${texts}.keep`)}
        </Button>
        <Button kind="danger" isBusy={isBusy} onClick={() => void remove()}>
          {t(`${texts}.confirm`)}
        </Button>
      </div>
    </Dialog>
  );
}
