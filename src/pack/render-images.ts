import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Resvg, type ResvgRenderOptions } from '@resvg/resvg-js';
import { encodePng } from './encode-png.ts';
import { PROJECT } from './project.ts';

const HELP = `npm run images - renders images/source/*.svg to images/*.png.

Run it after a change of a drawing and commit the result: the build takes the PNGs as they are.
Texts of the tour slides are in images/source/tour.json, one slide for each language.
`;

const SOURCE = `${PROJECT}/images/source`;
const TOUR = 'tour.svg';
/** Drawn by the others, not a picture of its own. */
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
  const image = new Resvg(withMark(svg), options).render();
  const png = encodePng(image.pixels, image.width, image.height);
  writeFileSync(`${PROJECT}/images/${name}.png`, png);
  process.stdout.write(`images/${name}.png ${png.length} bytes\n`);
}

/** Puts the mark where the drawing names its file, which browsers load and resvg does not. */
function withMark(svg: string): string {
  return svg.replaceAll(/<image href="mark\.svg"([^>]*)\/>/g, (_, place: string) =>
    read(MARK).replace(/<svg([^>]*?) width="\d+" height="\d+">/, `<svg$1${place}>`),
  );
}

/** @throws when the slide lacks a text the drawing asks for */
function fillIn(svg: string, slide: Readonly<Record<string, string>>): string {
  return svg.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const text = slide[name];
    if (text === undefined) throw new Error(`images/source/tour.json lacks "${name}"`);
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  });
}

/**
 * The font of the pinned test browser (Open Sans), so that the pictures come out alike on every machine.
 * The package unpacks into the system's temporary folder, whatever that is at the moment.
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
