import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { openPackage } from './open-package.ts';
import type { WidgetPackage } from './widget-package.ts';

/** More than any real widget; keeps a wrong path from filling the memory. */
const MAX_FILES = 3000;
const TOO_MANY = `More than ${MAX_FILES} files: is this a widget?`;
const MAX_BYTES = 64 * 1024 * 1024;
/** Never part of a widget, and often beside one. */
const NOT_WIDGET = new Set(['node_modules', '.git']);

const loaded = new Map<string, { fingerprint: string; package: WidgetPackage }>();

/**
 * Reads a widget from a folder or a zip. Never throws for a faulty widget: the faults are in `problems`. An
 * unchanged widget is not read again.
 */
export async function loadWidget(path: string): Promise<WidgetPackage> {
  const full = resolve(path);
  try {
    const found = await stat(full);
    const listed = found.isDirectory() ? await listFolder(full) : undefined;
    const fingerprint = listed?.fingerprint ?? `${found.mtimeMs} ${found.size}`;
    const known = loaded.get(full);
    if (known?.fingerprint === fingerprint) return known.package;
    const raw = listed ? await readFolder(full, listed.names) : await readZip(full);
    const widget = { path: full, ...openPackage(raw) };
    loaded.set(full, { fingerprint, package: widget });
    return widget;
  } catch (error) {
    const problem = { severity: 'error', file: path, message: reasonOf(error) } as const;
    const nothing = { files: new Map(), manifest: undefined, i18n: {}, json: new Map() };
    return { path: full, ...nothing, problems: [problem] };
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (code === 'ENOENT') return 'There is no such folder or file';
  if (code === 'EACCES') return 'It may not be read';
  return error instanceof Error ? error.message : String(error);
}

async function listFolder(folder: string): Promise<{ names: string[]; fingerprint: string }> {
  const names: string[] = [];
  const marks: string[] = [];
  const pending = [folder];
  for (let here = pending.pop(); here !== undefined; here = pending.pop()) {
    for (const entry of await readdir(here, { withFileTypes: true })) {
      const path = join(here, entry.name);
      if (entry.isDirectory()) {
        if (!NOT_WIDGET.has(entry.name)) pending.push(path);
        continue;
      }
      if (!entry.isFile() && !entry.isSymbolicLink()) continue;
      const found = await stat(path).catch(() => undefined);
      // Of links only those to files: one to a folder may lead in a circle.
      if (found?.isFile() !== true) continue;
      if (names.length >= MAX_FILES) throw new Error(TOO_MANY);
      const { mtimeMs, size } = found;
      names.push(relative(folder, path).replaceAll('\\', '/'));
      marks.push(`${path} ${mtimeMs} ${size}`);
    }
  }
  return { names: names.sort(), fingerprint: marks.sort().join('\n') };
}

async function readFolder(folder: string, names: string[]): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  for (const name of names) {
    const content = await readFile(join(folder, name));
    bytes += content.length;
    if (bytes > MAX_BYTES) throw new Error('More than 64 MB: is this a widget?');
    files.set(name, content);
  }
  return files;
}

async function readZip(path: string): Promise<Map<string, Uint8Array>> {
  const content = await readFile(path);
  if (content.subarray(0, 2).toString('latin1') !== 'PK')
    throw new Error('It is not a zip archive');
  let bytes = 0;
  let count = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(content, {
      filter: ({ originalSize }) => {
        bytes += originalSize;
        count += 1;
        return bytes <= MAX_BYTES && count <= MAX_FILES;
      },
    });
  } catch (error) {
    throw new Error(
      `The archive cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (count > MAX_FILES) throw new Error(TOO_MANY);
  if (bytes > MAX_BYTES) throw new Error('More than 64 MB when unpacked: is this a widget?');
  return new Map(Object.entries(entries).filter(([name]) => !name.endsWith('/')));
}
