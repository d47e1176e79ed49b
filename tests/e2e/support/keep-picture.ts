import type { Locator, Page } from '@playwright/test';

interface Size {
  width: number;
  height: number;
}

/**
 * Keeps a picture of what is seen as `<name>.png`, for the pages in `docs`, when `PICTURES=<folder>` says where to.
 * Otherwise it does nothing.
 *
 * @param size of the window meanwhile; only for a whole page
 */
export async function keepPicture(seen: Page | Locator, name: string, size?: Size): Promise<void> {
  const folder = process.env.PICTURES;
  if (folder === undefined) return;
  const page = 'page' in seen ? seen.page() : seen;
  const before = page.viewportSize();
  if (size) await page.setViewportSize(size);
  await seen.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled', caret: 'hide' });
  if (size && before) await page.setViewportSize(before);
}
