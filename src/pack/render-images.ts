import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants } from 'node:zlib';
import { Resvg, type ResvgRenderOptions } from '@resvg/resvg-js';
import { PNG } from 'pngjs';
import { PROJECT } from './project.ts';

const HELP = `npm run images - renders images/source/*.svg to images/*.png.

Run it after a change of a drawing and commit the result: the build takes the PNGs as they are.
Texts of the tour slides are in images/source/tour.json, one slide for each language.
`;

const SOURCE = `${PROJECT}/images/source`;
const TOUR = 'tour.svg';
/** Part of the other drawings, not a picture of its own. */
const MARK = 'mark.svg';

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), 'fonts-'));
  try {
    const options = { font: await unpackFonts(temporary) };
    for (const file of readdirSync(SOURCE)) {
      if (file.endsWith('.svg') && file !== TOUR && file !== MARK) {
        write(file.replace(/\.svg$/, ''), read(file), options);
      }
    }
    const texts = JSON.parse(read('tour.json')) as Record<string, Record<string, string>>;
    for (const [language, slide] of Object.entries(texts)) {
      write(`tour_${language}`, fillIn(read(TOUR), slide), options);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function read(file: string): string {
  return readFileSync(join(SOURCE, file), 'utf8');
}

function write(name: string, svg: string, options: ResvgRenderOptions): void {
  const png = shrink(new Resvg(withMark(svg), options).render().asPng());
  writeFileSync(`${PROJECT}/images/${name}.png`, png);
  process.stdout.write(`images/${name}.png ${png.length} bytes\n`);
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

/** Inserts the mark where the drawing refers to its file: browsers load that file, resvg does not. */
function withMark(svg: string): string {
  return svg.replaceAll(/<image href="mark\.svg"([^>]*)\/>/g, (_, place: string) =>
    read(MARK).replace(/<svg([^>]*?) width="\d+" height="\d+">/, `<svg$1${place}>`),
  );
}

/** @throws when the slide lacks a text that the drawing uses */
function fillIn(svg: string, slide: Readonly<Record<string, string>>): string {
  return svg.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const text = slide[name];
    if (text === undefined) throw new Error(`images/source/tour.json lacks "${name}"`);
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  });
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
