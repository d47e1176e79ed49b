import {
  accentColours,
  contrast,
  mix,
  PAIRS,
  READ_RATIO,
  type Theme,
  textOn,
  withContrast,
} from '../../src/brand/colours.ts';
import { readStyles, tokensOf } from '../../src/pack/brand/brand-styles.ts';

const SHEET = readStyles();

/** From black to white and all around the circle, among them those that neither black nor white suits well. */
const ACCENTS = ['00', '33', '66', '99', 'cc', 'ff'].flatMap((red) =>
  ['00', '55', 'aa', 'ff'].flatMap((green) =>
    ['00', '44', '88', 'ff'].map((blue) => `#${red}${green}${blue}`),
  ),
);

test.each<Theme>(['light', 'dark'])(
  'whatever the accent, the %s theme keeps every contrast',
  (theme) => {
    const tokens = tokensOf(SHEET, theme);
    const faults = ACCENTS.flatMap((accent) => {
      const branded: Record<string, string> = {
        ...tokens,
        ...accentColours(accent, theme, tokens),
      };
      return PAIRS.filter(
        ({ front, back, ratio }) => contrast(branded[front] ?? '', branded[back] ?? '') < ratio,
      ).map(({ front, back }) => `${accent}: ${front} on ${back}`);
    });
    expect(faults).toEqual([]);
  },
);

test('black on white has all the contrast there is, and a colour on itself none', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#336699', '#336699')).toBe(1);
});

test('a colour that stands out enough stays as it is, and another one changes as little as it can', () => {
  expect(withContrast('#326fd8', ['#ffffff'], READ_RATIO)).toBe('#326fd8');
  const darker = withContrast('#ffd400', ['#ffffff'], READ_RATIO);
  expect(contrast(darker, '#ffffff')).toBeGreaterThanOrEqual(READ_RATIO);
  expect(contrast(darker, '#ffffff')).toBeLessThan(READ_RATIO + 0.5);
});

test.each([
  ['#7a1fa2', '#ffffff'],
  ['#ffd400', '#1d2329'],
])('a text on %s is %s', (colour, text) => {
  expect(textOn(colour)).toBe(text);
});

test('two colours are mixed channel by channel', () => {
  expect(mix('#000000', '#ffffff', 0.5)).toBe('#808080');
  expect(mix('#102030', '#ffffff', 0)).toBe('#102030');
});
