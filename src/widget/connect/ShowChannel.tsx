import type { ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { focusRow } from '../ui/focus.ts';
import { useApp, useTexts } from '../use-app.tsx';
import { useConnectionStore } from './useConnection.ts';

/** Leads to the channel that has the account already. */
export function ShowChannel({ channelId }: { channelId: string }): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const connection = useConnectionStore();

  function show(): void {
    connection.close();
    app.show({ name: 'settings' });
    requestAnimationFrame(() => {
      if (focusRow(channelId)) return;
      // Another admin connected it since this list was loaded.
      void app.settings.load().then(() => requestAnimationFrame(() => focusRow(channelId)));
    });
  }

  return <Button onClick={show}>{t('result.existing')}</Button>;
}
