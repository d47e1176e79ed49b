import type { Page } from '@playwright/test';

/** What stands around a dialog that is open. */
const MARGIN = 24;

/** A longer screen is cut off here: fifty channels need not all be drawn. */
const LONGEST = 4000;

export interface PictureOptions {
  /** Pixels; what is further down is left out. */
  height?: number;
}

/** What an admin sees of the widget: the open dialog, or else the part of Kommo's modal that is the widget's. */
export async function takePicture(
  page: Page,
  { height = LONGEST }: PictureOptions = {},
): Promise<Buffer> {
  await page.mouse.move(0, 0);
  const options = { animations: 'disabled', caret: 'hide' } as const;
  const dialogs = page.locator('.chat-connector dialog[open]');
  const dialog = (await dialogs.count()) > 0 ? await dialogs.last().boundingBox() : null;
  if (dialog) {
    const clip = {
      x: Math.max(0, dialog.x - MARGIN),
      y: Math.max(0, dialog.y - MARGIN),
      width: dialog.width + 2 * MARGIN,
      height: dialog.height + 2 * MARGIN,
    };
    return page.screenshot({ ...options, clip });
  }
  const before = page.viewportSize() ?? { width: 1280, height: 900 };
  const needed = await page.evaluate(
    () => document.querySelector('.modal-body')?.scrollHeight ?? 0,
  );
  // The modal scrolls, so only a window as tall as the modal shows all of it.
  await page.setViewportSize({ width: before.width, height: Math.min(needed + 120, LONGEST) });
  const part = page.locator('.widget-settings__wrap-desc-space').first();
  await part.scrollIntoViewIfNeeded();
  const box = (await part.boundingBox()) ?? { x: 0, y: 0, ...before };
  const top = Math.max(0, box.y);
  const shown = Math.min(box.y + box.height, LONGEST) - top;
  const clip = { x: box.x, y: top, width: box.width, height: Math.min(shown, height) };
  const picture = await page.screenshot({ ...options, clip });
  await page.setViewportSize(before);
  return picture;
}
