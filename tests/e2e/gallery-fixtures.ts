import { test as base, expect } from '@playwright/test';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { Stage, startKommo } from '../gallery/stage.ts';
import { STATES } from '../gallery/states.ts';
import { PATIENCE } from '../support/patience.ts';

interface WorkerFixtures {
  kommo: Emulator;
  /** One page, on which one state after the other is shown. */
  stage: Stage;
}

/** Playwright's `test` with the gallery: the built widget in the emulated modal, and a backend that says what a state needs. */
export const test = base.extend<object, WorkerFixtures>({
  kommo: [
    // biome needs a pattern here and Playwright reads it: a worker's fixture that asks for nothing.
    async ({ playwright: _ }, use) => {
      const kommo = await startKommo();
      await use(kommo);
      await kommo.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  stage: [
    async ({ kommo, browser }, use) => {
      const stage = await Stage.open(kommo, browser);
      stage.page.setDefaultTimeout(10_000 * PATIENCE);
      await use(stage);
      await stage.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** With `GALLERY=all` nothing is left out: for a night, or before a release. */
export const IS_WHOLE = process.env.GALLERY === 'all';

/** A state by its name. */
export function stateOf(name: string) {
  const state = STATES.find((known) => known.name === name);
  if (!state) throw new Error(`The gallery has no state ${name}`);
  return state;
}

export { expect };
