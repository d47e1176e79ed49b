import type { Locator, Page } from '@playwright/test';

/**
 * Keeps a picture of what is seen as `<name>.png`, for the pages in `docs`, when `PICTURES=<folder>` says where to.
 * Otherwise it does nothing.
 */
export async function keepPicture(seen: Page | Locator, name: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (folder === undefined) return;
  await seen.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled', caret: 'hide' });
}
