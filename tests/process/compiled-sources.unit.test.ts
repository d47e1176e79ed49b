import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../../src/pack/project.ts';

const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));

test('npm ci leaves behind what the first start needs compiled, and the start adds nothing to it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
  const env = { ...process.env, NODE_COMPILE_CACHE: folder };
  const options = { cwd: PROJECT, env, shell: true } as const;
  try {
    expect(spawnSync(scripts.postinstall, options)).toMatchObject({ status: 0 });
    const compiled = filesIn(folder);
    expect(compiled.length).toBeGreaterThan(300);
    // It ends at once for want of configuration, when all is imported.
    expect(spawnSync(scripts.server.split(' || ')[0], options).stderr.toString()).toContain(
      'SECRET',
    );
    expect(filesIn(folder)).toEqual(compiled);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => ({ name, file: statSync(join(folder, name)) }))
    .filter(({ file }) => file.isFile())
    .map(({ name, file }) => `${name} ${file.mtimeMs}`)
    .sort();
}
