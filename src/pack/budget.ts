import { gzipSync } from 'node:zlib';
import { OWN_SCRIPTS } from './own-files.ts';
import type { PackageFiles } from './package-files.ts';

const KB = 1024;

/** One line of the table: what is measured, its size and its limit in bytes. */
export interface BudgetLine {
  what: string;
  bytes: number;
  limit: number;
}

/** Everything the browser fetches from the widget's folder before the settings are first seen. */
const FIRST_PAINT = ['script.js', 'app.js', 'vendor.js', 'style.css'];

/** What it fetches afterwards: most of it while the admin reads, the rest when it is asked for. */
const ON_DEMAND = OWN_SCRIPTS.filter((name) => !FIRST_PAINT.includes(name));

/**
 * Kommo loads script.js on every page of the account, so it stays tiny. The rest is fetched when the settings
 * open: first what is seen, then the other parts. The language file does not count: Kommo fetches it itself and
 * passes its texts to every widget on any page.
 */
export function measureBudget(files: PackageFiles, zip: Uint8Array): BudgetLine[] {
  const sizeOf = (names: string[]) => names.reduce((sum, name) => sum + compressed(files, name), 0);
  return [
    {
      what: 'script.js, on every page (gzip)',
      bytes: compressed(files, 'script.js'),
      limit: 2.5 * KB,
    },
    { what: 'first paint, all files (gzip)', bytes: sizeOf(FIRST_PAINT), limit: 100 * KB },
    { what: 'parts on demand (gzip)', bytes: sizeOf(ON_DEMAND), limit: 35 * KB },
    { what: 'widget.zip', bytes: zip.length, limit: 500 * KB },
  ];
}

/** Sizes of the individual files, to explain the table. */
export function measureFiles(files: PackageFiles): { name: string; bytes: number; gzip: number }[] {
  return [...files.keys()]
    .filter((name) => /\.(js|css|json)$/.test(name))
    .sort()
    .map((name) => ({
      name,
      bytes: files.get(name)?.length ?? 0,
      gzip: compressed(files, name),
    }));
}

export function isOverBudget(line: BudgetLine): boolean {
  return line.bytes > line.limit;
}

/** `12.3 KB`, with 1 KB = 1024 bytes. */
export function kilobytes(bytes: number): string {
  return `${(bytes / KB).toFixed(1)} KB`;
}

/** The table `npm run check` and `npm run build` print. */
export function formatBudget(lines: readonly BudgetLine[]): string {
  return lines
    .map((line) => {
      const share = Math.round((line.bytes / line.limit) * 100);
      const verdict = isOverBudget(line) ? 'OVER BUDGET' : `${share} %`;
      return `  ${line.what.padEnd(36)}${kilobytes(line.bytes).padStart(10)} of ${kilobytes(line.limit).padStart(9)}  ${verdict}`;
    })
    .join('\n');
}

function compressed(files: PackageFiles, name: string): number {
  const bytes = files.get(name);
  return bytes === undefined ? 0 : gzipSync(bytes, { level: 9 }).length;
}
