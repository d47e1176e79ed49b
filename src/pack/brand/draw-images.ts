import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants } from 'node:zlib';
import { Resvg, type ResvgRenderOptions } from '@resvg/resvg-js';
import { PNG } from 'pngjs';
import { brandName, offeredServices } from '../../brand/brand.ts';
import { type Colour, DEFAULT_ACCENT, mix, READ_RATIO, withContrast } from '../../brand/colours.ts';
import { PROJECT } from '../project.ts';
import { serviceTitle } from './brand-texts.ts';
import type { OpenBrand } from './open-brand.ts';

/** Folder of the drawings, and of the texts in them. */
export const DRAWINGS = `${PROJECT}/images/source`;

const TOUR = 'tour.svg';
/** Part of the other drawings, not a picture of its own; a brand puts its logo in its place. */
const MARK = 'mark.svg';

/** What the slides show of a service. */
interface DrawnService {
  title: string;
  colour: Colour;
  accounts: readonly [string, string];
}

type Values = Readonly<Record<string, string>>;

/** Every picture of the package, drawn with the name, the logo, the accent and the services of the brand. */
export async function drawImages(open: OpenBrand): Promise<Map<string, Uint8Array>> {
  const temporary = mkdtempSync(join(tmpdir(), 'fonts-'));
  try {
    const options = { font: await unpackFonts(temporary) };
    const pictures = new Map<string, Uint8Array>();
    const draw = (name: string, file: string, values: Values) => {
      const svg = withLogo(coloured(fillIn(file, values), open.brand.colours.accent), open);
      pictures.set(
        `${name}.png`,
        shrink(new Resvg(fitted(svg, options), options).render().asPng()),
      );
    };
    for (const file of readdirSync(DRAWINGS)) {
      if (!file.endsWith('.svg') || file === TOUR || file === MARK) continue;
      draw(file.replace(/\.svg$/, ''), file, nameValues(brandName(open.brand, 'en')));
    }
    const slides = readJson('tour.json') as Record<string, Values>;
    // The accent often is the logo's own colour, and would swallow it. The project's mark has a ground of its own.
    const tile = isOwnMark(open.logo) ? '0' : '1';
    for (const [language, slide] of Object.entries(slides)) {
      const name = nameValues(brandName(open.brand, language));
      draw(`tour_${language}`, TOUR, { ...slide, ...name, ...serviceValues(open, slide), tile });
    }
    return pictures;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function isOwnMark({ svg }: OpenBrand['logo']): boolean {
  return svg === read(MARK);
}

function read(file: string): string {
  return readFileSync(join(DRAWINGS, file), 'utf8');
}

function readJson(file: string): unknown {
  return JSON.parse(read(file));
}

/** The name, and the same in two lines that differ as little as they can in length. */
function nameValues(name: string): Values {
  const words = name.split(/\s+/).filter(Boolean);
  const breaks = words.slice(1).map((_, index) => {
    const lines = [words.slice(0, index + 1).join(' '), words.slice(index + 1).join(' ')];
    return { lines, longest: Math.max(...lines.map((line) => line.length)) };
  });
  const [best] = breaks.sort((one, other) => one.longest - other.longest);
  const [first = name, second = ''] = best?.lines ?? [];
  // A single line stands in the middle.
  return { name, name_1: first, name_2: second, name_y: second === '' ? '50' : '40' };
}

/** The services that are offered, and the two that are drawn as channels. */
function serviceValues({ brand }: OpenBrand, slide: Values): Values {
  const drawn = readJson('services.json') as Record<string, DrawnService>;
  const ids = offeredServices(brand) ?? Object.keys(drawn);
  const titleOf = (id: string) => drawn[id]?.title ?? serviceTitle(id);
  const [first = '', second = first] = ids;
  const accountOf = (id: string, row: 0 | 1) =>
    drawn[id]?.accounts[row] ?? slide[`pipeline_${row + 1}`] ?? '';
  const colourOf = (id: string) => drawn[id]?.colour ?? brand.colours.accent;
  return {
    services: [...new Set(ids.map(titleOf))].join('  ·  '),
    service_1: titleOf(first),
    service_2: titleOf(second),
    colour_1: colourOf(first),
    colour_2: colourOf(second),
    account_1: accountOf(first, 0),
    account_2: accountOf(second, first === second || titleOf(first) === titleOf(second) ? 1 : 0),
  };
}

/** @throws when there is no text for a place of the drawing */
function fillIn(file: string, values: Values): string {
  return read(file).replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const text = values[name];
    if (text === undefined) throw new Error(`images/source/${file} has no text for "${name}"`);
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  });
}

/** The drawings' own colours, and what a brand has in their place. Those of services and statuses stay. */
const PALETTE: Readonly<Record<Colour, (accent: Colour) => Colour>> = {
  // The accent, under white and on light grounds.
  '#2f6fe4': (accent) => solid(accent),
  '#0aa5a0': (accent) => mix(solid(accent), '#000000', 0.25),
  '#f2a33a': (accent) => mix(solid(accent), '#ffffff', 0.35),
  '#7a5be0': (accent) => mix(solid(accent), '#ffffff', 0.6),
  // The ground of the slides, from top to bottom.
  '#2a64d3': (accent) => solid(accent),
  '#0a8f94': (accent) => mix(solid(accent), '#000000', 0.35),
  // Light grounds.
  '#f3f7fd': (accent) => mix('#ffffff', accent, 0.05),
  '#f5f9ff': (accent) => mix('#ffffff', accent, 0.04),
  '#e3f3f4': (accent) => mix('#ffffff', accent, 0.12),
  '#eaf1fd': (accent) => mix('#ffffff', accent, 0.1),
  // A text on one of them.
  '#1f57b8': (accent) => withContrast(accent, [mix('#ffffff', accent, 0.1)], READ_RATIO),
};

/** The accent, dark enough for white texts. */
function solid(accent: Colour): Colour {
  return withContrast(accent, ['#ffffff'], READ_RATIO);
}

function coloured(svg: string, accent: Colour): string {
  if (accent.toLowerCase() === DEFAULT_ACCENT) return svg;
  return svg.replaceAll(/#[0-9a-f]{6}\b/g, (colour) => PALETTE[colour]?.(accent) ?? colour);
}

/** Texts that would be wider than their `data-fit` become smaller, those of one width alike. */
function fitted(svg: string, options: ResvgRenderOptions): string {
  const texts = /<text\b[^>]*data-fit="(\d+)"[^>]*>[^<]*<\/text>/g;
  const shares = new Map<string, number>();
  for (const [element, width = ''] of svg.matchAll(texts)) {
    const share = Number(width) / Math.max(1, widthOf(element, options));
    shares.set(width, Math.min(shares.get(width) ?? 1, share));
  }
  return svg.replaceAll(texts, (element: string, width: string) =>
    element.replace(/font-size="([\d.]+)"/, (before, size: string) => {
      const share = shares.get(width) ?? 1;
      return share < 1 ? `font-size="${(Number(size) * share).toFixed(2)}"` : before;
    }),
  );
}

function widthOf(text: string, options: ResvgRenderOptions): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2000 1000" width="2000" height="1000" font-family="Open Sans">${text}</svg>`;
  return new Resvg(svg, options).getBBox()?.width ?? 0;
}

/**
 * Puts the logo where the drawing refers to the mark: a picture of its own, so that no style or id of it leaks out.
 * The project's mark is known to have none, and is a part of the drawing: a picture is rounded a little differently.
 */
function withLogo(svg: string, { logo }: OpenBrand): string {
  if (isOwnMark(logo)) {
    return svg.replaceAll(/<image href="mark\.svg"([^>]*)\/>/g, (_, place: string) =>
      logo.svg.replace(/<svg([^>]*?) width="\d+" height="\d+">/, `<svg$1${place}>`),
    );
  }
  const address = `data:image/svg+xml;base64,${Buffer.from(logo.svg).toString('base64')}`;
  return svg.replaceAll(`href="${MARK}"`, `href="${address}"`);
}

/**
 * Rewrites a PNG at a third of the renderer's size, because the zip has a budget. Opaque pictures get no alpha
 * channel, and every filter is tried: flat drawings compress best with one filter throughout, others with a
 * choice for each row (-1).
 */
function shrink(rendered: Buffer): Buffer {
  const image = PNG.sync.read(rendered);
  const isOpaque = image.data.every((value, index) => index % 4 !== 3 || value === 255);
  const colorType = isOpaque ? 2 : 6;
  return [-1, 0, 1, 2, 3, 4]
    .map((filterType) =>
      PNG.sync.write(image, {
        colorType,
        filterType,
        deflateLevel: constants.Z_BEST_COMPRESSION,
        deflateStrategy: constants.Z_DEFAULT_STRATEGY,
      }),
    )
    .reduce((best, other) => (other.length < best.length ? other : best));
}

/**
 * The font of the pinned test browser (Open Sans), so that the pictures are the same on every machine. The
 * package unpacks into the system's temporary folder, which is why `TMPDIR` is set for it.
 */
async function unpackFonts(folder: string): Promise<ResvgRenderOptions['font']> {
  const parts = dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))));
  const { inflate } = (await import('@sparticuz/chromium')) as unknown as {
    inflate(file: string): Promise<string>;
  };
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    await inflate(join(parts, 'bin/fonts.tar.br'));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  const fontFiles = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ttf'))
    .map((name) => join(folder, name));
  return { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Open Sans' };
}
