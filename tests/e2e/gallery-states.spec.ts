import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { faultsOfLook, smallTargets } from '../gallery/checks/look.ts';
import { committedTree, nameless, readTree } from '../gallery/checks/tree.ts';
import { faultsOfWords } from '../gallery/checks/words.ts';
import { STATES } from '../gallery/states.ts';
import { expect, test } from './gallery-fixtures.ts';

const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const WIDTHS = [320, 600, 1280];

test.describe.configure({ mode: 'parallel' });

test('every state has a name of its own', () => {
  const names = STATES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

for (const state of STATES) {
  test(`${state.name} fits at every width, breaks no rule in either theme, and tells what was committed`, async ({
    stage,
  }) => {
    const { page } = stage;
    await page.setViewportSize({ width: 1280, height: 900 });
    await stage.show(state, 'en');
    const tree = await readTree(page);
    expect.soft(nameless(tree), 'controls without a name').toEqual([]);
    expect.soft(tree).toBe(committedTree(state.name, tree));
    expect.soft(await faultsOfWords(page, 'en')).toEqual([]);
    expect.soft(await violations(page, AXE_TAGS), 'axe, light').toEqual([]);
    await stage.useTheme('dark');
    expect.soft(await violations(page), 'axe, dark').toEqual([]);
    await stage.useTheme('light');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      expect.soft(await faultsOfLook(page), `${width} px wide`).toEqual([]);
      expect.soft(await smallTargets(page), `targets, ${width} px wide`).toEqual([]);
    }
  });
}

/** The theme changes colours only, so that in the dark one rule is left to ask. */
async function violations(page: Page, tags?: string[]): Promise<string[]> {
  // At the end of the page the bar above Save lies over nothing, whose targets it would otherwise come close to.
  const save = page.locator('.js-widget-save');
  if (await save.isVisible()) await save.scrollIntoViewIfNeeded();
  // Without the legacy mode axe opens another page for each run, for the frames that we have not.
  const axe = new AxeBuilder({ page }).include('.chat-connector').setLegacyMode(true);
  const { violations: found } = await (tags
    ? axe.withTags(tags)
    : axe.withRules('color-contrast')
  ).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`),
  );
}
