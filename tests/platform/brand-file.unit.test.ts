import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../src/server/config.ts';
import { testEnvironment } from '../support/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'brand-'));
afterAll(() => rmSync(folder, { recursive: true }));

function configWith(content?: string) {
  const file = join(folder, 'brand.json');
  if (content !== undefined) writeFileSync(file, content);
  const BRAND_FILE = content === undefined ? undefined : file;
  return readConfig(testEnvironment(9_000, { BRAND_FILE }));
}

function faultsOf(content: string): readonly string[] {
  try {
    configWith(content);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('without BRAND_FILE the backend has the brand of the project', () => {
  const own = JSON.parse(readFileSync('brand.json', 'utf8'));
  expect(configWith().brand).toMatchObject({ name: own.name, colours: own.colours });
});

test('BRAND_FILE names another one', () => {
  const example = readFileSync('docs/examples/acme-brand/brand.json', 'utf8');
  expect(configWith(example).brand).toMatchObject({ colours: { accent: '#7a1fa2' } });
});

test('every fault of the brand is told with its place', () => {
  const example = readFileSync('docs/examples/acme-brand/brand.json', 'utf8');
  const faulty = JSON.parse(example);
  faulty.colours.accent = 'blue';
  delete faulty.name;
  expect(faultsOf(JSON.stringify(faulty))).toEqual([
    expect.stringMatching(/^BRAND_FILE names a brand in which name is missing; give a name/),
    expect.stringMatching(/^BRAND_FILE names a brand in which colours\.accent is "blue"; give a/),
  ]);
  expect(faultsOf('{')).toEqual(['BRAND_FILE names a file that is not valid JSON']);
});

test('a file that is not there is told', () => {
  const env = testEnvironment(9_000, { BRAND_FILE: join(folder, 'none.json') });
  expect(() => readConfig(env)).toThrow('BRAND_FILE names a file that cannot be read');
});
