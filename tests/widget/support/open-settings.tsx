import { act, render } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { type App, createApp } from '../../../src/widget/app.ts';
import { AppScreen } from '../../../src/widget/settings/AppScreen.tsx';
import { AppProvider } from '../../../src/widget/use-app.tsx';
import { createFakeHost, type FakeHost } from './fake-host.ts';
import { settingsShown } from './settings-shown.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

export interface OpenSettings {
  app: App;
  host: FakeHost;
  clock: TestClock;
  user: UserEvent;
  /** Kommo's own Save button, as far as the widget is concerned. */
  pressSave(): Promise<boolean>;
  /** Closes Kommo's modal. */
  close(): void;
  /** Opens it again on the same page. */
  reopen(): void;
}

/** Opens the settings modal and waits until the settings are there. */
export async function openSettings(
  options: { host?: FakeHost; waitFor?: 'settings' | 'nothing'; laterByMs?: number } = {},
): Promise<OpenSettings> {
  const host = options.host ?? createFakeHost();
  const clock = createTestClock(options.laterByMs);
  const app = createApp(host, clock);
  let view: ReturnType<typeof render>;

  function show(): void {
    act(() => app.open(host));
    view = render(
      <AppProvider app={app}>
        <AppScreen />
      </AppProvider>,
    );
  }

  show();
  if (options.waitFor !== 'nothing') {
    await settingsShown();
    await act(() => app.sections.load());
  }
  return {
    app,
    host,
    clock,
    user: userEvent.setup(),
    async pressSave() {
      let isSaved = false;
      await act(async () => {
        isSaved = await app.settings.save();
      });
      return isSaved;
    },
    close() {
      view.unmount();
      app.close();
    },
    reopen: show,
  };
}
