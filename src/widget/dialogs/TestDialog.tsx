import { type ReactNode, useState } from 'react';
import { type ApiError, asApiError } from '../api-error.ts';
import type { DialogProps } from '../app.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { type SentTest, TestSteps } from './TestSteps.tsx';

/** Failures after which the message may have arrived all the same. */
const UNSURE: readonly ApiError['code'][] = ['test_unanswered', 'unreachable', 'in_progress'];

/** Sends a test message through a channel, and shows its way there and back. */
export function TestDialog({ channel: opened, onClose }: DialogProps): ReactNode {
  const { t, find } = useTexts();
  const { api } = useApp();
  const { saved, settings } = useSettings();
  const channel = saved.channels.find(({ id }) => id === opened.id) ?? opened;
  const [sent, setSent] = useState<SentTest>();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const isUnsure = error !== undefined && UNSURE.includes(error.code);
  const cause = error?.fields.find(({ path }) => path === 'message');

  async function send(): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    setSent(undefined);
    // What came before must not count as an answer.
    await settings.refreshFigures();
    const before = settings.get().saved?.channels.find(({ id }) => id === channel.id);
    const lastReceivedAt = before?.messages.last_received_at ?? null;
    try {
      const { sent_to: to } = await api.testChannel(channel.id);
      setSent({ to, lastReceivedAt });
    } catch (caught) {
      setError(asApiError(caught));
    }
    setIsBusy(false);
  }

  return (
    <Dialog title={t('test.title', { name: channel.name })} onClose={onClose}>
      <p>{t(`test.text_${channel.test ?? 'last_chat'}`)}</p>
      {error && (
        <FailureBanner title={t(isUnsure ? 'test.unsure' : 'test.failed')} error={error} takesFocus>
          {cause && <p>{find(`undelivered.reason.${cause.code}`)}</p>}
        </FailureBanner>
      )}
      <TestSteps channel={channel} isSending={isBusy} sent={sent} />
      <div className="kcc-actions kcc-actions--end">
        <Button onClick={onClose}>{t('test.close')}</Button>
        <Button data-first-focus kind="primary" isBusy={isBusy} onClick={() => void send()}>
          {t(sent || isUnsure ? 'test.send_again' : error ? 'app.retry' : 'test.send')}
        </Button>
      </div>
    </Dialog>
  );
}
