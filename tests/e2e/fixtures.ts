import { rmSync } from 'node:fs';
import { test as base, expect } from '@playwright/test';
import { accountSeed } from './support/kommo-account.ts';
import { collectErrors } from './support/page-errors.ts';
import { SettingsModal } from './support/settings-modal.ts';
import { type Groundwork, layGroundwork, Stack } from './support/stack.ts';

interface TestFixtures {
  /** A backend and an emulator of this test's own. */
  stack: Stack;
  /** The settings modal; `open` it first. */
  settings: SettingsModal;
  /** Console errors a test means to cause, such as the browser's note about a refused request. */
  expectedErrors: RegExp[];
}

interface WorkerFixtures {
  groundwork: Groundwork;
  /** For tests that take an account of their own in it; see settings-fixtures.ts. */
  sharedStack: Stack;
}

/**
 * Playwright's `test` with the whole product behind it. An error in the console or an uncaught one fails the
 * test, unless the test names it in `expectedErrors`.
 */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  groundwork: [
    // biome needs a pattern here and Playwright reads it: a worker's fixture that asks for nothing.
    async ({ playwright: _ }, use) => {
      const groundwork = await layGroundwork();
      await use(groundwork);
      rmSync(groundwork.dataDir, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  sharedStack: [
    async ({ groundwork }, use) => {
      const stack = await Stack.start(groundwork, accountSeed());
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  stack: async ({ groundwork }, use, { status, expectedStatus, attach }) => {
    const stack = await Stack.start(groundwork);
    await use(stack);
    if (status !== expectedStatus) await attach('backend.log', { body: stack.backendLog });
    await stack.stop();
  },
  expectedErrors: async ({ playwright: _ }, use) => {
    await use([]);
  },
  page: async ({ page, stack: _beforeTheStackEnds, expectedErrors }, use) => {
    const errors: string[] = [];
    collectErrors(page, errors);
    await use(page);
    await page.close();
    const isExpected = (error: string) => expectedErrors.some((pattern) => pattern.test(error));
    expect(errors.filter((error) => !isExpected(error))).toEqual([]);
  },
  settings: async ({ page, stack }, use) => {
    await use(new SettingsModal(page, stack));
  },
});

export { expect };
