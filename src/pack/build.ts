import { createHash } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BrandRefused, brandPath, type OpenBrand, openBrand } from './brand/open-brand.ts';
import { formatBudget, isOverBudget, measureBudget } from './budget.ts';
import { hashSources, LOCAL_API_URL, stampBuild } from './build-stamp.ts';
import { buildWidget } from './build-widget.ts';
import { BundleError } from './bundle.ts';
import { PackageRefused } from './package-refused.ts';
import { PROJECT } from './project.ts';

const HELP = `npm run build - writes dist/widget.zip, ready to upload, and dist/widget/, the same unpacked.

  WIDGET_API_URL      origin of your backend, such as https://connector.example.com
                      (default http://localhost:8080, for local development)
  AMPLITUDE_API_KEY   turns analytics on; without it no analytics code is shipped

  --brand <file>      builds with that brand instead of brand.json: docs/branding.md (BRAND_FILE says the same)
  --out <folder>      writes there instead of dist
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    brand: { type: 'string' },
    out: { type: 'string', default: `${PROJECT}/dist` },
  },
});

if (values.help) process.stdout.write(HELP);
else await main(path.resolve(values.out));

async function main(outDir: string): Promise<void> {
  const brand = brandPath(values.brand);
  const hash = hashSources(brand);
  try {
    const open = openBrand(brand);
    const { files, zip, zipPath } = await buildWidget(open, outDir);
    stampBuild(hash, outDir);
    const budget = measureBudget(files, zip);
    const digest = createHash('sha256').update(zip).digest('hex');
    process.stdout.write(
      `${path.relative('', zipPath)}: ${files.size} files, sha256 ${digest}\n${formatBudget(budget)}\n`,
    );
    hint(open);
    if (budget.some(isOverBudget)) process.exitCode = 1;
  } catch (error) {
    if (!isExpected(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** A mistake in what the developer wrote, which the message explains. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof BundleError || error instanceof PackageRefused || error instanceof BrandRefused
  );
}

/** Points out what is fine on a developer's machine but wrong in an uploaded widget. */
function hint({ brand, path: file }: OpenBrand): void {
  if (!process.env.WIDGET_API_URL) {
    process.stdout.write(
      `This build talks to ${LOCAL_API_URL}: it is for local development. Set WIDGET_API_URL to your backend before you upload.\n`,
    );
  }
  if (JSON.stringify(brand.support).includes('example.com')) {
    const name = path.relative('', file);
    process.stdout.write(`${name} still names example.com as the support contact.\n`);
  }
}
