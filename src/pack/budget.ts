import { gzipSync } from 'node:zlib';
import type { PackageFiles } from './package-files.ts';

const KB = 1024;

/** One line of the table: what is measured, its size and its limit in bytes. */
export interface BudgetLine {
  what: string;
  bytes: number;
  limit: number;
}

/** Everything the browser fetches from the widget's folder to show the complete settings screen. */
const SETTINGS_SCREEN = ['script.js', 'app.js', 'vendor.js', 'style.css'];

/**
 * Kommo loads script.js on every page of the account, so it stays tiny. The rest is fetched when the settings
 * open, the panels when the admin connects a channel, the dialogs when one is opened. The language file does not
 * count: Kommo fetches it itself and passes its texts to every widget on any page.
 */
export function measureBudget(files: PackageFiles, zip: Uint8Array): BudgetLine[] {
  const screen = SETTINGS_SCREEN.reduce((sum, name) => sum + compressed(files, name), 0);
  return [
    {
      what: 'script.js, on every page (gzip)',
      bytes: compressed(files, 'script.js'),
      limit: 2.5 * KB,
    },
    { what: 'settings screen, all files (gzip)', bytes: screen, limit: 110 * KB },
    {
      what: 'connect.js, on demand (gzip)',
      bytes: compressed(files, 'connect.js'),
      limit: 20 * KB,
    },
    {
      what: 'dialogs.js, on demand (gzip)',
      bytes: compressed(files, 'dialogs.js'),
      limit: 10 * KB,
    },
    { what: 'widget.zip', bytes: zip.length, limit: 400 * KB },
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
