import { controlsOf } from '../gallery/checks/controls.ts';
import type { Stage } from '../gallery/stage.ts';
import type { GalleryState } from '../gallery/state.ts';
import { STATES } from '../gallery/states.ts';
import { expect, IS_WHOLE, test } from './gallery-fixtures.ts';

test.describe.configure({ mode: 'parallel' });

/** Errors that the states themselves mean: the browser notes each refused request. */
const EXPECTED = /Failed to load resource/;

const GROUPS = [...new Set(STATES.map(({ group }) => group))];

/** Names of channels, which are alike in what can be done with them. */
const CHANNEL = /Demo Support|Front desk|Acme workspace|Night shift|Front office| \d+$/g;

for (const group of GROUPS) {
  test(`in ${group}, whatever is pressed, the focus is never lost and nothing breaks`, async ({
    stage,
  }) => {
    test.slow();
    await stage.page.setViewportSize({ width: 1280, height: 900 });
    const pressed = new Set<string>();
    const faults: string[] = [];
    for (const state of STATES.filter((one) => one.group === group)) {
      await pressAll(stage, state, pressed, faults);
    }
    expect(faults).toEqual([]);
  });
}

/** Presses each control that no earlier state of the group had; with `GALLERY=all`, each control of each state. */
async function pressAll(
  stage: Stage,
  state: GalleryState,
  pressed: Set<string>,
  faults: string[],
): Promise<void> {
  const first = await controlsOf(await stage.show(state, 'en'));
  const places = first.flatMap(({ label }, place) => {
    const kind = label.replaceAll(CHANNEL, '…');
    if (pressed.has(kind) && !IS_WHOLE) return [];
    pressed.add(kind);
    return [place];
  });
  let isFresh = true;
  for (const place of places) {
    const controls = isFresh ? first : await controlsOf(await stage.show(state, 'en'));
    isFresh = false;
    const found = controls[place];
    // The button says what it does by a word that changes with it, such as Show and Hide.
    if (!found) continue;
    await found.control.focus();
    // Enter presses links and buttons, the space bar chooses.
    await stage.page.keyboard.press(found.label.startsWith('INPUT') ? 'Space' : 'Enter');
    const where = await focusAfter(stage);
    if (where !== '') faults.push(`${state.name}, ${found.label}: ${where}`);
    const errors = stage.errors.filter((error) => !EXPECTED.test(error));
    if (errors.length > 0) faults.push(`${state.name}, ${found.label}: ${errors.join('; ')}`);
  }
}

/** Waits for the focus to arrive somewhere; says where it is when it does not. */
async function focusAfter({ page }: Stage): Promise<string> {
  const isKept = () =>
    page.evaluate(() => {
      const { activeElement } = document;
      return activeElement !== null && activeElement !== document.body;
    });
  try {
    // What is fetched on demand takes the focus when it has arrived.
    await expect.poll(isKept, { timeout: 3000 }).toBe(true);
    return '';
  } catch {
    return 'the focus is on the body of the page';
  }
}
