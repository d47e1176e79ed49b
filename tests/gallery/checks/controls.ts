import type { Locator } from '@playwright/test';
import type { Screen } from '../screen.ts';

const SELECTOR =
  'button:not([aria-disabled="true"], :disabled), a[href], input:is([type="radio"], [type="checkbox"]):not(:disabled), [role="menuitem"], summary';

/** Everything that can be pressed now, and how it is called; under an open dialog, only what is in it. */
export async function controlsOf(screen: Screen): Promise<{ control: Locator; label: string }[]> {
  const dialog = screen.widget.locator('dialog[open]');
  const isCovered = (await dialog.count()) > 0;
  const controls = (isCovered ? dialog.last() : screen.widget).locator(SELECTOR);
  const labels = await controls.evaluateAll((elements) =>
    elements.map((element) =>
      element.checkVisibility()
        ? `${element.tagName} ${element.getAttribute('aria-label') ?? element.closest('label')?.textContent ?? element.textContent}`
        : '',
    ),
  );
  return labels
    .map((label, place) => ({ label: label.trim(), control: controls.nth(place) }))
    .filter(({ label }) => label !== '');
}
