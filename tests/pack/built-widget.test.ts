import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describeProblem } from '../../src/emulator/upload/problem.ts';
import { isOverBudget, measureBudget } from '../../src/pack/budget.ts';
import { DEVELOPMENT_MARK } from '../../src/pack/development-mark.ts';
import { OWN_SCRIPTS } from '../../src/pack/own-files.ts';
import { checkPackage } from '../../src/pack/package-rules.ts';
import { PROJECT, projectVersion } from '../../src/pack/project.ts';

const API_URL = 'https://connector.example.org';

let folder: string;
let zip: Buffer;
let files: Map<string, Uint8Array>;

function build(name: string, env: Record<string, string>): Buffer {
  const out = join(folder, name);
  execFileSync(process.execPath, [`${PROJECT}/src/pack/build.ts`, '--out', out], {
    env: { ...process.env, WIDGET_API_URL: API_URL, AMPLITUDE_API_KEY: '', ...env },
    stdio: 'pipe',
  });
  return readFileSync(join(out, 'widget.zip'));
}

function unpack(archive: Uint8Array): Map<string, Uint8Array> {
  return new Map(Object.entries(unzipSync(archive)));
}

function text(name: string, from = files): string {
  const content = from.get(name);
  if (content === undefined) throw new Error(`${name} is not in the package`);
  return new TextDecoder().decode(content);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'widget-'));
  zip = build('first', {});
  files = unpack(zip);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('Kommo would accept the package', () => {
  expect(checkPackage(files, projectVersion()).map(describeProblem)).toEqual([]);
});

test('another build gives the same bytes', () => {
  expect(build('second', {}).equals(zip)).toBe(true);
}, 120_000);

test('the folder beside the zip holds the same files', () => {
  const unpacked = join(folder, 'first/widget');
  const names = readdirSync(unpacked, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1));
  expect(names.sort()).toEqual([...files.keys()].sort());
  for (const name of names) {
    expect(Buffer.from(files.get(name) ?? []).equals(readFileSync(join(unpacked, name)))).toBe(
      true,
    );
  }
});

test('every part stays within its budget', () => {
  expect(measureBudget(files, zip).filter(isOverBudget)).toEqual([]);
});

test('every script is an anonymous AMD module, and the screen names its vendor file with the version', () => {
  for (const name of ['script.js', 'vendor.js'])
    expect(text(name)).toMatch(/^(\/\*.*\*\/\s*)?define\(\(?/);
  expect(text('app.js')).toMatch(/^define\(\[/);
  expect(text('app.js')).toContain(`'./vendor.js?v=${projectVersion()}'`);
});

test('the entry brings neither React nor a stylesheet', () => {
  expect(text('script.js')).not.toMatch(/createRoot|jsx|i18next/);
});

test('nothing tells where or when it was built', () => {
  const year = String(new Date().getFullYear());
  for (const [name, content] of files) {
    expect(Buffer.from(content).includes(PROJECT)).toBe(false);
    if (name === 'app.js' || name === 'script.js') expect(text(name)).not.toContain(year);
  }
});

test('the backend’s address is baked in, and the local one is not', () => {
  const scripts = text('app.js') + text('script.js');
  expect(scripts).toContain(API_URL);
  expect(scripts).not.toContain('localhost:8080');
});

test('nothing of a development build is in it, nor a switch for one', () => {
  for (const name of OWN_SCRIPTS) {
    expect(text(name)).not.toContain(DEVELOPMENT_MARK);
    expect(text(name)).not.toMatch(/development|localhost|app-created/i);
  }
});

test('no library of the server is in it', () => {
  for (const name of ['app.js', 'script.js', 'vendor.js']) {
    expect(text(name)).not.toMatch(/node_modules\/(zod|fastify|kysely|pg|jose)\//);
  }
});

test('the licence of each packed library is in it', () => {
  const licences = text('vendor.js.LICENSE.txt');
  for (const name of ['react', 'react-dom', 'scheduler', 'i18next']) {
    expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
  }
  expect(licences).toContain('Permission is hereby granted');
});

test('without a key no byte of the analytics library is shipped', () => {
  expect(files.has('amplitude.js')).toBe(false);
  for (const name of ['app.js', 'script.js', 'vendor.js']) {
    expect(text(name)).not.toMatch(/amplitude/i);
  }
});

test('with a key the analytics library is a file of its own with its licence', () => {
  const withKey = unpack(build('analytics', { AMPLITUDE_API_KEY: 'key-for-this-test' }));
  expect(text('amplitude.js', withKey)).toMatch(/define\(/);
  expect(text('app.js', withKey)).toContain('key-for-this-test');
  expect(text('vendor.js.LICENSE.txt', withKey)).toMatch(/^amplitude-js \d/m);
  expect(text('vendor.js', withKey)).not.toMatch(/amplitude/i);
}, 120_000);
