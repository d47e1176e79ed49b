/** A colour as `#rrggbb`. */
export type Colour = string;

export type Theme = 'light' | 'dark';

/** The accent that the stylesheet and the drawings are made with: with it, both stay as they are. */
export const DEFAULT_ACCENT: Colour = '#326fd8';

/** The colours of a theme that follow the accent, by their names in the stylesheet. */
export const ACCENT_TOKENS = [
  'primary',
  'primary-hover',
  'on-primary',
  'edge',
  'ticked',
  'mark',
  'link',
  'focus',
  'info-text',
  'info-tint',
] as const;

export type AccentToken = (typeof ACCENT_TOKENS)[number];

/** All colours of a theme by their names in the stylesheet. */
export type Tokens = Readonly<Record<string, Colour>>;

/** Two colours of a theme, and how much the first has to stand out from the second. */
export interface Pair {
  front: string;
  back: string;
  ratio: number;
}

/** Texts are read at 4.5 to 1 (WCAG 1.4.3); edges, rings and signs are seen at 3 to 1 (WCAG 1.4.11). */
export const READ_RATIO = 4.5;
export const SEEN_RATIO = 3;

const TINTS = ['info-tint', 'success-tint', 'warning-tint', 'danger-tint'];

/** What a link may stand on. */
const LINK_GROUNDS = ['surface', 'panel', 'hover', 'neutral-tint', ...TINTS];

const READ: Readonly<Record<string, readonly string[]>> = {
  text: ['surface', 'panel', 'hover', 'neutral-tint', ...TINTS],
  muted: ['surface', 'panel'],
  link: LINK_GROUNDS,
  error: ['surface', 'panel'],
  'on-primary': ['primary', 'primary-hover'],
  'info-text': ['info-tint'],
  'success-text': ['success-tint'],
  'warning-text': ['warning-tint'],
  'danger-text': ['danger-tint'],
};

const SEEN: Readonly<Record<string, readonly string[]>> = {
  control: ['surface', 'panel'],
  focus: ['surface', 'panel'],
  edge: ['surface'],
  ticked: ['surface', 'panel'],
  mark: ['ticked'],
};

/** What every theme of the widget has to keep, whoever chose its colours. */
export const PAIRS: readonly Pair[] = [...pairs(READ, READ_RATIO), ...pairs(SEEN, SEEN_RATIO)];

function pairs(table: typeof READ, ratio: number): Pair[] {
  return Object.entries(table).flatMap(([front, backs]) =>
    backs.map((back) => ({ front, back, ratio })),
  );
}

/** Contrast of two colours, 1 to 21 (WCAG 2). */
export function contrast(one: Colour, other: Colour): number {
  const [first, second] = [luminance(one), luminance(other)];
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

/** Relative luminance of WCAG 2. */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(colour: Colour): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** A colour with a share (0 to 1) of another one in it. */
export function mix(colour: Colour, other: Colour, share: number): Colour {
  const added = channels(other);
  const mixed = channels(colour).map((value, index) =>
    Math.round(value + ((added[index] ?? 0) - value) * share),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const WHITE = '#ffffff';
const BLACK = '#000000';
const STEPS = 50;

/** The colour, darkened or lightened as little as it takes to stand out from every ground. */
export function withContrast(colour: Colour, grounds: readonly Colour[], ratio: number): Colour {
  const isEnough = (one: Colour) => grounds.every((ground) => contrast(one, ground) >= ratio);
  for (let step = 0; step <= STEPS; step += 1) {
    const found = [BLACK, WHITE].map((end) => mix(colour, end, step / STEPS)).find(isEnough);
    if (found !== undefined) return found;
  }
  // No ground is far from both ends, unless there are light and dark ones.
  return textOn(grounds[0] ?? WHITE);
}

/** White or nearly black, whichever can be read on the colour. */
export function textOn(colour: Colour): Colour {
  const candidates = [WHITE, '#1d2329', BLACK];
  return candidates.find((one) => contrast(one, colour) >= READ_RATIO) ?? BLACK;
}

/** The accent for a pressed or pointed-at button: away from the text on it. */
export function hoverOf(accent: Colour): Colour {
  return mix(accent, textOn(accent) === WHITE ? BLACK : WHITE, 0.2);
}

/** How much of the accent is in the ground of a hint. */
const TINT: Readonly<Record<Theme, number>> = { light: 0.1, dark: 0.25 };

/**
 * What follows the accent in a theme.
 *
 * @param tokens the theme's other colours, which stay
 */
export function accentColours(
  accent: Colour,
  theme: Theme,
  tokens: Tokens,
): Record<AccentToken, Colour> {
  const { surface = WHITE, text = BLACK } = tokens;
  const on = (names: readonly string[]) => names.map((name) => tokens[name] ?? surface);
  let share = TINT[theme];
  while (contrast(mix(surface, accent, share), text) < READ_RATIO && share > 0) share -= 0.01;
  const tint = mix(surface, accent, Math.max(share, 0));
  const linkGrounds = on(LINK_GROUNDS.filter((name) => name !== 'info-tint'));
  const ticked = withContrast(accent, on(SEEN.ticked ?? []), SEEN_RATIO);
  return {
    primary: accent,
    'primary-hover': hoverOf(accent),
    'on-primary': textOn(accent),
    edge: withContrast(accent, on(SEEN.edge ?? []), SEEN_RATIO),
    ticked,
    mark: textOn(ticked),
    link: withContrast(accent, [...linkGrounds, tint], READ_RATIO),
    focus: withContrast(accent, [...linkGrounds, tint], SEEN_RATIO),
    'info-text': withContrast(accent, [tint], READ_RATIO),
    'info-tint': tint,
  };
}
