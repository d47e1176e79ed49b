import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zonesFile } from '../../src/dev/import-zones.ts';
import { PROJECT } from '../../src/pack/project.ts';

const BIOME = `${PROJECT}/node_modules/@biomejs/biome/bin/biome`;

const FORBIDDEN: readonly [file: string, source: string][] = [
  ['src/widget/one.ts', "import { channel } from '../contract/api.ts';"],
  ['src/widget/two.ts', "import { a } from '../server/config.ts';"],
  ['src/widget/three.ts', "export const a = import('../server/config.ts');"],
  ['src/widget/four.ts', "import { z } from 'zod';"],
  ['src/widget/five.ts', "import { a } from './development/client.ts';"],
  ['src/contract/one.ts', "import { a } from '../server/config.ts';"],
  ['src/widget/five.ts', "import { a } from '../brand/brand.ts';"],
  ['src/brand/one.ts', "import { a } from '../server/config.ts';"],
  ['src/brand/two.ts', "import { readFileSync } from 'node:fs';"],
  ['src/server/one.ts', "import { a } from '../widget/app.ts';"],
  ['src/server/two.ts', "import { a } from '../emulator/emulator.ts';"],
  ['src/server/platform/one.ts', "import { a } from '../kommo/kommo.ts';"],
  ['src/server/platform/two.ts', "import { a } from '../context.ts';"],
  ['src/server/platform/three.ts', "import { sql } from 'kysely';"],
  ['src/server/platform/http/one.ts', "import { a } from '../../access/admin.ts';"],
  ['src/server/kommo/one.ts', "import { a } from '../connectors/connector.ts';"],
  ['src/server/kommo/grants/two.ts', "import { a } from '../../accounts/rows.ts';"],
  ['src/server/connectors/one.ts', "import { a } from '../kommo/kommo.ts';"],
  ['src/server/connectors/two.ts', "import type { Config } from '../config.ts';"],
  ['src/server/accounts/one.ts', "import { a } from '../access/admin.ts';"],
  ['src/server/access/one.ts', "import { a } from '../channels/channels.ts';"],
  ['src/server/channels/one.ts', "import { a } from '../settings/rows.ts';"],
  ['src/server/channels/attempts/two.ts', "import { a } from '../../settings/rows.ts';"],
  ['src/server/settings/one.ts', "import { a } from '../messages/receive.ts';"],
  ['src/server/messages/one.ts', "import { a } from '../settings/rows.ts';"],
  ['src/server/settings/two.ts', "import { a } from '../server.ts';"],
  ['src/server/settings/three.ts', "import { fastify } from 'fastify';"],
  ['src/server/channels/health/three.ts', "import { sql } from 'kysely';"],
  ['src/server/channels/health/rows.ts', "import type { FastifyInstance } from 'fastify';"],
  ['src/server/channels/routes.ts', "import { sql } from 'kysely';"],
  ['src/server/config.ts', "import { a } from './accounts/rows.ts';"],
  ['src/server/admin/one.ts', "import { a } from '../server.ts';"],
  ['src/server/admin/keys/two.ts', "import { sql } from 'kysely';"],
  ['src/server/messages/two.ts', "import { a } from '../admin/command.ts';"],
  ['src/server/rotate-secret-keys.ts', "import { a } from './admin/command.ts';"],
  ['src/emulator/one.ts', "import { a } from '../contract/api.ts';"],
  ['src/emulator/kommo/rest/two.ts', "import { a } from '../../../server/kommo/amojo/connect.ts';"],
  ['src/emulator/four.ts', "import { a } from '../brand/brand.ts';"],
  ['src/emulator/three.ts', "import { jwtVerify } from 'jose';"],
  ['src/emulator/engine/one.ts', "import type { World } from '../kommo/world.ts';"],
  ['src/emulator/engine/two.ts', "import { a } from '../upload/rules.ts';"],
  ['src/emulator/upload/one.ts', "import { a } from '../kommo/world.ts';"],
  ['src/emulator/kommo/one.ts', "import { a } from './hooks/call-hook.ts';"],
  ['src/emulator/kommo/two.ts', "import { a } from '../services/slack.ts';"],
  ['src/emulator/kommo/hooks/one.ts', "import { a } from '../oauth/grants.ts';"],
  ['src/emulator/kommo/oauth/one.ts', "import { a } from '../rest/guard.ts';"],
  ['src/emulator/kommo/rest/one.ts', "import { a } from '../ajax/ajax-routes.ts';"],
  ['src/emulator/kommo/amojo/one.ts', "import { a } from '../rest/guard.ts';"],
  ['src/emulator/services/one.ts', "import { a } from '../page/host/document.ts';"],
  ['src/emulator/page/host/one.ts', "import { a } from '../../control/controlled.ts';"],
  ['src/emulator/page/host/two.ts', "import { a } from '../../server/config.ts';"],
  ['src/emulator/control/one.ts', "import { a } from '../routes.ts';"],
  ['src/pack/one.ts', "import { a } from '../widget/app.ts';"],
  ['src/pack/two.ts', "import { a } from '../emulator/kommo/world.ts';"],
  ['src/pack/three.ts', "import { a } from '../emulator/emulator.ts';"],
  ['src/dev/one.ts', "import { a } from '../server/config.ts';"],
  ['src/dev/two.ts', "import { a } from '../emulator/upload/rules.ts';"],
];

const ALLOWED: readonly [file: string, source: string][] = [
  ['src/widget/types.ts', "import type { Channel } from '../contract/api.ts';"],
  ['src/server/settings/routes.ts', "import type { FastifyInstance } from 'fastify';"],
  ['src/server/settings/rows.ts', "import { sql } from 'kysely';"],
  ['src/server/settings/use-case.ts', "import { a } from '../channels/rows.ts';"],
  ['src/server/platform/http/page.ts', "import type { FastifyReply } from 'fastify';"],
  ['src/server/platform/database/open.ts', "import { sql } from 'kysely';"],
  ['src/server/admin/use-case.ts', "import { a } from '../messages/rows.ts';"],
  ['src/server/admin/keys/rows.ts', "import { sql } from 'kysely';"],
  ['src/server/platform/brand-file.ts', "import { readBrand } from '../../brand/brand.ts';"],
  ['src/server/server.ts', "import { a } from './settings/routes.ts';"],
  ['src/emulator/kommo/site.ts', "import { a } from '../engine/listener.ts';"],
  ['src/emulator/kommo/adopt.ts', "import { a } from '../upload/widget-folder.ts';"],
  ['src/emulator/kommo/rest/guard.ts', "import { a } from '../oauth/grants.ts';"],
  ['src/emulator/page/host/routes.ts', "import { a } from '../../kommo/rest/guard.ts';"],
  ['src/emulator/control/pages.ts', "import { a } from '../page/host/open-pages.ts';"],
  ['src/emulator/emulator.ts', "import { a } from './routes.ts';"],
  ['src/pack/brand/open.ts', "import { readBrand } from '../../brand/brand.ts';"],
  ['src/pack/brand/texts.ts', "import { a } from '../../emulator/upload/named-texts.ts';"],
  ['src/pack/rules.ts', "import { a } from '../emulator/upload/open-package.ts';"],
];

let folder: string;
let faulty: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zones-'));
  const settings = readFileSync(`${PROJECT}/.biome.jsonc`, 'utf8');
  // The copy is no git repository, which is all this setting is about.
  writeFileSync(join(folder, '.biome.zones.json'), zonesFile());
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

test('the rules the linter reads are those of the table', () => {
  expect(readFileSync(`${PROJECT}/.biome.zones.json`, 'utf8')).toBe(zonesFile());
});

/** What only a `rows.ts` may do, beside importing a library: begin a statement. */
const STATEMENT = /\.(?:selectFrom|insertInto|updateTable|deleteFrom)\(|\bsql(?:<[^`]*>)?`/;

test('only rows.ts and platform/database hold SQL', () => {
  const files = readdirSync(`${PROJECT}/src/server`, { recursive: true, encoding: 'utf8' });
  const holders = files.filter(
    (file) =>
      file.endsWith('.ts') &&
      !file.endsWith('rows.ts') &&
      !/^platform.database/.test(file) &&
      STATEMENT.test(readFileSync(`${PROJECT}/src/server/${file}`, 'utf8')),
  );
  expect(holders).toEqual([]);
});
