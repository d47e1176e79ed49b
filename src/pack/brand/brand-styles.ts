import { readFileSync } from 'node:fs';
import type { Brand, BrandFault } from '../../brand/brand.ts';
import {
  ACCENT_TOKENS,
  accentColours,
  type Colour,
  contrast,
  DEFAULT_ACCENT,
  hoverOf,
  PAIRS,
  type Theme,
  type Tokens,
  textOn,
  withContrast,
} from '../../brand/colours.ts';
import { PROJECT } from '../project.ts';

type Colours = Brand['colours'];

/** Where the stylesheet declares the colours of each theme. The dark ones stand on top of the light ones. */
const BLOCKS: Readonly<Record<Theme, string>> = {
  light: '.chat-connector {',
  dark: 'html[data-color-scheme="dark"] .chat-connector {',
};

const THEMES = Object.keys(BLOCKS) as Theme[];

/** Written into white on the buttons by the stylesheet, and so no variable there. */
const ON_PRIMARY = 'on-primary';
const DEFAULT_ON_PRIMARY = '#ffffff';

/** The stylesheet as it is written. */
export function readStyles(): string {
  return readFileSync(`${PROJECT}/src/widget/ui/styles.css`, 'utf8');
}

/** All colours of a theme by their names, as a stylesheet declares them. */
export function tokensOf(sheet: string, theme: Theme): Record<string, Colour> {
  const light = declaredIn(blockOf(sheet, 'light'));
  const own = theme === 'light' ? light : { ...light, ...declaredIn(blockOf(sheet, 'dark')) };
  return { [ON_PRIMARY]: DEFAULT_ON_PRIMARY, ...own };
}

/** The stylesheet with the brand's colours. With those it is written with, it stays as it is. */
export function brandStyles(sheet: string, { colours }: Pick<Brand, 'colours'>): string {
  if (isOwn(colours)) return sheet;
  let styles = sheet;
  let isWhite = true;
  for (const theme of THEMES) {
    const before = tokensOf(sheet, theme);
    const wanted = brandTokens(sheet, colours, theme);
    // What the light theme has counts in the dark one, unless that has its own.
    const inherited = theme === 'dark' ? brandTokens(sheet, colours, 'light') : before;
    const block = blockOf(styles, theme);
    let next = block;
    for (const name of ACCENT_TOKENS) {
      const value = wanted[name] ?? '';
      if (name === ON_PRIMARY && value !== DEFAULT_ON_PRIMARY) isWhite = false;
      next = declare(next, name, value, value !== inherited[name]);
    }
    styles = styles.replace(block, () => next);
  }
  return isWhite
    ? styles
    : `${styles.trimEnd()}\n\n.chat-connector .kcc-button--primary {\n  color: var(--chat-connector-${ON_PRIMARY});\n}\n`;
}

/** Two colours that are too much alike, by the field of `brand.json` that has one of them. */
export function checkBrandStyles(sheet: string, { colours }: Pick<Brand, 'colours'>): BrandFault[] {
  return THEMES.flatMap((theme) => {
    const tokens = brandTokens(sheet, colours, theme);
    const given = { ...(theme === 'dark' ? {} : colours.light), ...colours[theme] };
    const seen = new Set<string>();
    return PAIRS.flatMap(({ front, back, ratio }): BrandFault[] => {
      const [one = '', other = ''] = [tokens[front], tokens[back]];
      const found = contrast(one, other);
      const own = [front, back].find((name) => Object.hasOwn(given, name)) ?? '';
      if (found >= ratio || seen.has(own)) return [];
      seen.add(own);
      const what = `${front} ${one} on ${back} ${other} of the ${theme} theme has a contrast of ${toTwoPlaces(found)} and needs ${ratio}`;
      if (own === '') {
        return [{ place: 'colours.accent', message: `does not do: ${what}; take another accent` }];
      }
      const grounds = PAIRS.filter((pair) => pair.front === own).map((pair) => tokens[pair.back]);
      const advice =
        own === front
          ? `take ${withContrast(one, grounds.filter(isColour), ratio)}`
          : 'take another one';
      const message = `does not do: ${what}; ${advice}, or leave it out to have it derived from the accent`;
      return [{ place: `colours.${theme}.${own}`, message }];
    });
  });
}

/** Rounded down: what is refused must not look as if it were enough. */
function toTwoPlaces(ratio: number): string {
  return (Math.floor(ratio * 100) / 100).toFixed(2);
}

function isColour(value: Colour | undefined): value is Colour {
  return value !== undefined;
}

function isOwn({ accent, light, dark }: Colours): boolean {
  const given = { ...light, ...dark };
  return accent.toLowerCase() === DEFAULT_ACCENT && Object.keys(given).length === 0;
}

/** The colours of a theme once the brand's are in. */
function brandTokens(sheet: string, { accent, ...given }: Colours, theme: Theme): Tokens {
  const before = tokensOf(sheet, theme);
  const isDrawn = accent.toLowerCase() === DEFAULT_ACCENT;
  const derived = isDrawn ? {} : accentColours(accent, theme, before);
  const own: Partial<Record<string, Colour>> = given[theme] ?? {};
  const { primary } = own;
  // A button of another colour has what belongs to that colour.
  const followed: Record<string, Colour> =
    primary === undefined
      ? {}
      : { 'primary-hover': hoverOf(primary), [ON_PRIMARY]: textOn(primary) };
  const tokens: Record<string, Colour> = { ...before, ...derived, ...followed };
  for (const [name, value] of Object.entries(own)) if (value !== undefined) tokens[name] = value;
  return tokens;
}

/** From the selector to the closing brace. */
function blockOf(sheet: string, theme: Theme): string {
  const selector = BLOCKS[theme];
  // The light one is the end of the dark one's selector: it begins a line.
  const start = theme === 'light' ? sheet.search(/^\.chat-connector \{/m) : sheet.indexOf(selector);
  const end = sheet.indexOf('}', start);
  if (start < 0 || end < 0) throw new Error(`The stylesheet has no "${selector} … }".`);
  return sheet.slice(start, end + 1);
}

function declaredIn(block: string): Record<string, Colour> {
  const found = block.matchAll(/--chat-connector-([\w-]+):\s*(?:var\([^,]+,\s*)?(#[0-9a-f]{6})/gi);
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, value]));
}

/** Changes a declaration, or adds one where the theme has none and needs it. */
function declare(block: string, name: string, value: Colour, isNeeded: boolean): string {
  const declaration = new RegExp(`(--chat-connector-${name}:\\s*)#[0-9a-fA-F]{6}`);
  if (declaration.test(block)) return block.replace(declaration, `$1${value}`);
  if (!isNeeded) return block;
  return block.replace(
    /\n(\s*)color-scheme:/,
    `\n$1--chat-connector-${name}: ${value};\n$1color-scheme:`,
  );
}
