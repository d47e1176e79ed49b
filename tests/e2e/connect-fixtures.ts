import { test as base, expect } from './settings-fixtures.ts';
import { SettingsModal } from './support/settings-modal.ts';

interface ConnectFixtures {
  /** Opens the same account's settings in another tab of the browser. */
  openSecondTab(): Promise<SettingsModal>;
  /** Lets time pass for the emulated services; the next test begins with the right time. */
  passTime(milliseconds: number): void;
}

/**
 * Each test has an account of its own in a stack that the worker's tests share, and chat services on which nothing
 * is left of the test before it. A test that kills the backend takes a stack of its own: `test` of fixtures.ts.
 */
export const test = base.extend<ConnectFixtures>({
  account: async ({ account, stack }, use) => {
    await use(account);
    // A chat account that another Kommo account still uses is not signed out at its service.
    await account.deleteChannels();
    stack.emulator.state.services = {};
  },
  passTime: async ({ stack }, use) => {
    let passed = 0;
    await use((milliseconds) => {
      passed += milliseconds;
      stack.emulator.advance(milliseconds);
    });
    // Kommo's tokens are dated by the same clock, too.
    stack.emulator.advance(-passed);
  },
  openSecondTab: async ({ page, stack, account }, use) => {
    const tabs: SettingsModal[] = [];
    await use(async () => {
      const tab = new SettingsModal(await page.context().newPage(), stack, account.settingsUrl());
      tabs.push(tab);
      await tab.open();
      return tab;
    });
    for (const tab of tabs) await tab.page.close();
  },
});

export { expect };
