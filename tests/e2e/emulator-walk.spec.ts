import { SAMPLE_SUBJECTS, STYLE_SUBJECTS } from '../support/settings-subjects.ts';
import { combinations, defaultCombination, walkSubject } from '../support/settings-walk.ts';
import { expect, test } from './support/kommo-page.ts';

/** Those that decide whether a screen is drawn once, and into what; `node tests/emulator/walk-switches.ts` walks all. */
const DECIDING = ['settingsArgument', 'settingsAfterInstall', 'redrawAfterInstall'];

test.describe('With every switch as it is by itself', () => {
  for (const subject of [...STYLE_SUBJECTS, ...SAMPLE_SUBJECTS]) {
    test(`the settings of ${subject.name} are as its author means them`, async ({ page }) => {
      page.on('dialog', (dialog) => dialog.accept());
      expect(await walkSubject(page, subject, [defaultCombination()])).toEqual([[]]);
    });
  }
});

test('Every other choice of what settings gets, and when, is wrong for one way of drawing at least', async ({
  page,
}) => {
  const others = combinations(DECIDING).filter(
    (one) => JSON.stringify(one) !== JSON.stringify(defaultCombination()),
  );
  expect(others).toHaveLength(5);
  const failed = new Set<number>();
  for (const subject of STYLE_SUBJECTS) {
    const left = others.filter((_, index) => !failed.has(index));
    const results = await walkSubject(page, subject, left);
    results.forEach((wrong, at) => {
      const combination = left[at];
      if (wrong.length > 0 && combination) failed.add(others.indexOf(combination));
    });
    if (failed.size === others.length) return;
  }
  expect(others.filter((_, index) => !failed.has(index))).toEqual([]);
});
