import { type Zippable, zipSync } from 'fflate';
import type { PackageFiles } from './package-files.ts';

/** The earliest time a zip can store. Any fixed time would do; the real time would change the bytes. */
const MODIFIED = new Date(1980, 0, 1);
const UNIX = 3;
const REGULAR_FILE_RW_R_R = 0o100644 << 16;

/**
 * Packs the files at the root of an archive. The same files give the same bytes on every machine: names are
 * sorted, times and modes are fixed, and the compressor comes from npm, not from the runtime.
 */
export function zipFiles(files: PackageFiles): Uint8Array {
  const entries: Zippable = {};
  for (const name of [...files.keys()].sort()) {
    const bytes = files.get(name) ?? new Uint8Array();
    entries[name] = [bytes, { level: 9, mtime: MODIFIED, os: UNIX, attrs: REGULAR_FILE_RW_R_R }];
  }
  return zipSync(entries);
}
