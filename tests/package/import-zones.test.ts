import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT } from '../../src/pack/project.ts';

const BIOME = `${PROJECT}/node_modules/@biomejs/biome/bin/biome`;

const FORBIDDEN: readonly [file: string, source: string][] = [
  ['src/widget/one.ts', "import { channel } from '../contract/api.ts';"],
  ['src/widget/two.ts', "import { a } from '../server/config.ts';"],
  ['src/widget/three.ts', "export const a = import('../server/config.ts');"],
  ['src/widget/four.ts', "import { z } from 'zod';"],
  ['src/contract/one.ts', "import { a } from '../server/config.ts';"],
  ['src/server/one.ts', "import { a } from '../widget/app.ts';"],
  ['src/server/two.ts', "import { a } from '../emulator/emulator.ts';"],
  ['src/server/http/one.ts', "import { a } from '../storage/database.ts';"],
  ['src/server/http/two.ts', "import { a } from '../kommo/kommo.ts';"],
  ['src/server/core/one.ts', "import { a } from '../http/auth.ts';"],
  ['src/server/core/two.ts', "import { fastify } from 'fastify';"],
  ['src/server/storage/one.ts', "import { a } from '../core/settings.ts';"],
  ['src/server/kommo/one.ts', "import { a } from '../storage/grants.ts';"],
  ['src/server/connectors/one.ts', "import { a } from '../kommo/kommo.ts';"],
  ['src/emulator/one.ts', "import { a } from '../contract/api.ts';"],
  ['src/emulator/rest/two.ts', "import { a } from '../../server/kommo/amojo.ts';"],
  ['src/emulator/three.ts', "import { jwtVerify } from 'jose';"],
  ['src/pack/one.ts', "import { a } from '../widget/app.ts';"],
  ['src/dev/one.ts', "import { a } from '../server/config.ts';"],
];

const ALLOWED: readonly [file: string, source: string][] = [
  ['src/widget/types.ts', "import type { Channel } from '../contract/api.ts';"],
  ['src/server/http/route.ts', "import { a } from '../core/settings.ts';"],
  ['src/server/core/use-case.ts', "import { a } from '../storage/settings.ts';"],
  ['src/server/storage/rows.ts', "import type { A } from '../../contract/api.ts';"],
  ['src/emulator/host/routes.ts', "import { a } from '../router.ts';"],
];

let folder: string;
let faulty: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zones-'));
  const settings = readFileSync(`${PROJECT}/.biome.jsonc`, 'utf8');
  // The copy is no git repository, which is all this setting is about.
  writeFileSync(join(folder, '.biome.jsonc'), settings.replace(/"vcs": \{[^}]*\},/, ''));
  for (const [file, source] of [...FORBIDDEN, ...ALLOWED]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${source}\n`);
  }
  faulty = lint();
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The files in which the linter finds a forbidden import. */
function lint(): string[] {
  const args = [BIOME, 'lint', '--only=style/noRestrictedImports', '--reporter=json', '.'];
  let output: string;
  try {
    output = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const paths = output.matchAll(/"path":\s*"([^"]+\.ts)"/g);
  return [...new Set([...paths].map(([, path = '']) => path))];
}

test.each(FORBIDDEN)('%s may not contain: %s', (file) => {
  expect(faulty).toContain(file);
});

test.each(ALLOWED)('%s may contain: %s', (file) => {
  expect(faulty).not.toContain(file);
});
