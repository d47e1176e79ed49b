import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Launch options for Playwright: where the browser is, and the environment it needs. */
export interface Browser {
  executablePath?: string;
  env?: Record<string, string>;
}

/**
 * Finds a browser for the end-to-end tests, or brings one:
 *
 *   BROWSER_PATH=…         exactly this one
 *   Linux on x64           the Chromium pinned in package-lock.json, unpacked once
 *   HEADED=1, other systems  an installed Chrome, Edge or Chromium, else Playwright's own download
 */
export async function findBrowser(): Promise<Browser> {
  if (process.env.BROWSER_PATH) return { executablePath: process.env.BROWSER_PATH };
  if (process.platform === 'linux' && process.arch === 'x64' && !process.env.HEADED) {
    return await unpackPinned();
  }
  const installed = INSTALLED.find((path) => existsSync(path));
  return installed === undefined ? {} : { executablePath: installed };
}

async function unpackPinned(): Promise<Browser> {
  const entry = import.meta.resolve('@sparticuz/chromium');
  const parts = dirname(dirname(fileURLToPath(entry)));
  const { version } = JSON.parse(readFileSync(join(parts, 'package.json'), 'utf8')) as {
    version: string;
  };
  const home = join(CACHE, `chromium-${version}`);
  if (!existsSync(home)) await unpack(entry, parts, home);
  return {
    executablePath: join(home, 'chromium'),
    // The package carries the NSS libraries and a font, so a bare Linux needs no package of its own,
    // and screenshots look the same everywhere.
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: join(home, 'al2023/lib'),
      FONTCONFIG_PATH: join(home, 'fonts'),
    },
  };
}

/** Unpacks beside the final place and renames, so that a half-written browser is never used. */
async function unpack(entry: string, parts: string, home: string): Promise<void> {
  const unfinished = `${home}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const temporary = process.env.TMPDIR;
  process.env.TMPDIR = unfinished; // the package unpacks into the system's temporary folder
  try {
    const { inflate } = (await import(entry)) as { inflate(file: string): Promise<string> };
    for (const file of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']) {
      await inflate(join(parts, 'bin', file));
    }
  } finally {
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
  }
  // The package's own fonts.conf names the temporary folder; without any font Chromium dies at start.
  writeFileSync(
    join(unfinished, 'fonts/fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(home, 'fonts/fonts')}</dir><cachedir>${join(home, 'fonts/cache')}</cachedir></fontconfig>`,
  );
  try {
    renameSync(unfinished, home);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // else another process won the race
  }
}
