import { contrast, DEFAULT_ACCENT, PAIRS, type Theme } from '../../src/brand/colours.ts';
import { readStyles, tokensOf } from '../../src/pack/brand/brand-styles.ts';

const SHEET = readStyles();

for (const theme of ['light', 'dark'] satisfies Theme[]) {
  const tokens = tokensOf(SHEET, theme);

  test.each(PAIRS)(`in the ${theme} theme $front stands out from $back`, (pair) => {
    const { front, back, ratio } = pair;
    expect(contrast(colour(tokens, front), colour(tokens, back))).toBeGreaterThanOrEqual(ratio);
  });
}

test('the accent of the stylesheet is the one that changes nothing', () => {
  expect(tokensOf(SHEET, 'light').primary).toBe(DEFAULT_ACCENT);
});

function colour(tokens: Record<string, string>, name: string): string {
  const value = tokens[name];
  if (value === undefined) throw new Error(`styles.css has no colour ${name}`);
  return value;
}
