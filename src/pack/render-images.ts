import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeRecord } from './brand/brand-images.ts';
import { drawImages } from './brand/draw-images.ts';
import { BrandRefused, brandPath, openBrand } from './brand/open-brand.ts';
import { PackageRefused } from './package-refused.ts';
import { PROJECT } from './project.ts';

const HELP = `npm run images - renders the logos and the slides of the tour to images/*.png.

Run it after a change of a drawing in images/source, or of name, logo, accent or services in brand.json, and
commit the result: the build takes these PNGs as they are. For a brand they were not drawn for it draws its own.
Texts of the tour slides are in images/source/tour.json, one slide for each language.

  --brand <file>   draws for that brand instead of brand.json; give --out, too
  --out <folder>   writes there instead of images
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    brand: { type: 'string' },
    out: { type: 'string' },
  },
});

if (values.help) process.stdout.write(HELP);
else await main(values.out);

async function main(out: string | undefined): Promise<void> {
  try {
    const open = openBrand(brandPath(values.brand));
    const folder = path.resolve(out ?? `${PROJECT}/images`);
    mkdirSync(folder, { recursive: true });
    for (const [name, bytes] of await drawImages(open)) {
      writeFileSync(path.join(folder, name), bytes);
      process.stdout.write(`${path.relative('', folder) || '.'}/${name} ${bytes.length} bytes\n`);
    }
    if (out === undefined) writeRecord(open);
  } catch (error) {
    if (!(error instanceof BrandRefused || error instanceof PackageRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
