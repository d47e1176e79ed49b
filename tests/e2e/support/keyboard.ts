import type { Locator } from '@playwright/test';

/** More stops than any screen has between two controls that a person goes to. */
const MOST_STOPS = 80;

/** Goes on with Tab until the control has the focus. @throws when Tab never gets there */
export async function tabTo(control: Locator): Promise<void> {
  const page = control.page();
  const reached = page.locator(':focus').and(control);
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    if (await reached.count()) return;
  }
  throw new Error(`Tab never reaches ${control}`);
}
