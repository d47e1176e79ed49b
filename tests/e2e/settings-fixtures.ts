import { test as base, expect } from './fixtures.ts';
import { KommoAccount } from './support/kommo-account.ts';
import { SettingsModal } from './support/settings-modal.ts';

/**
 * The tests of a worker share a backend and an emulator, whose start costs more than most tests; each has an
 * account of its own in them.
 */
export const test = base.extend<{ account: KommoAccount }>({
  stack: async ({ sharedStack }, use, { status, expectedStatus, attach }) => {
    await use(sharedStack);
    if (status !== expectedStatus) await attach('backend.log', { body: sharedStack.backendLog });
    sharedStack.emulator.clearFaults();
    sharedStack.emulator.world.barriers.release();
  },
  account: async ({ sharedStack }, use) => {
    await use(new KommoAccount(sharedStack));
  },
  settings: async ({ page, stack, account }, use) => {
    await use(new SettingsModal(page, stack, account.settingsUrl()));
  },
});

export { expect };
