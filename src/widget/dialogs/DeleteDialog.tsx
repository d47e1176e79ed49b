import { type ReactNode, useState } from 'react';
import { type ApiError, asApiError } from '../api-error.ts';
import type { DialogsModule } from '../app.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { SelectField } from '../ui/SelectField.tsx';
import { useTexts } from '../use-app.tsx';

/** Asks for confirmation before deleting a channel, and for a new default if it was the default one. */
export function DeleteDialog({
  channel,
  onClose,
  onDeleted,
}: Omit<Parameters<DialogsModule['DeleteDialog']>[0], 'app'>): ReactNode {
  const { t } = useTexts();
  const { draft, settings } = useSettings();
  const others = draft.channels.filter((row) => row.channel.id !== channel.id);
  const [replacement, setReplacement] = useState(others[0]?.channel.id ?? '');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const name = draft.channels.find((row) => row.channel.id === channel.id)?.name ?? channel.name;
  const needsReplacement = draft.defaultChannelId === channel.id && others.length > 0;

  async function remove(): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    try {
      await settings.deleteChannel(channel.id);
      if (needsReplacement) settings.chooseDefault(replacement);
      onDeleted();
    } catch (caught) {
      setError(asApiError(caught));
      setIsBusy(false);
    }
  }

  return (
    <Dialog title={t('delete.title', { name })} onClose={onClose}>
      <p>{t('delete.text')}</p>
      {needsReplacement && (
        <SelectField
          label={t('delete.new_default')}
          hint={t('delete.new_default_text', { name })}
          value={replacement}
          onChange={setReplacement}
          options={others.map((row) => ({ value: row.channel.id, label: row.name }))}
        />
      )}
      {error && <FailureBanner title={t('delete.failed')} error={error} />}
      <div className="kcc-actions kcc-actions--end">
        <Button data-first-focus onClick={onClose}>
          {t('delete.keep')}
        </Button>
        <Button kind="danger" isBusy={isBusy} onClick={() => void remove()}>
          {t('delete.confirm')}
        </Button>
      </div>
    </Dialog>
  );
}
