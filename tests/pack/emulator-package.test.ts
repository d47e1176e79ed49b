import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { servedPackages } from '../../src/emulator/page/host/vendor-modules.ts';
import { buildEmulatorPackage } from '../../src/pack/emulator-package.ts';
import { call } from '../support/emulator-client.ts';
import { sampleWidget, writeFolder } from '../support/sample-widget.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

describe('the package of the emulator', () => {
  let folder: string;
  let out: string;
  let needed: string[];
  const running = new Set<ChildProcess>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emulator-package-'));
    out = join(folder, 'package');
    // In place of an installation; a release is really installed by its workflow.
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    needed = await buildEmulatorPackage(out);
  });
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  // Node must not have to leave out types, which it would refuse to do below node_modules.
  const node = (...args: string[]) => [
    '--no-experimental-strip-types',
    join(out, 'lib', 'main.js'),
    ...args,
  ];
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, node(...args), {
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  };

  /** Starts it, and waits for the address it prints. */
  async function serve(...args: string[]): Promise<{ url: string }> {
    const child = spawn(process.execPath, node('--port', '0', ...args));
    running.add(child);
    let output = '';
    const { promise, resolve, reject } = Promise.withResolvers<{ url: string }>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const port = /kommo\.localhost:(\d+)\//.exec(output)?.[1];
        if (port !== undefined) resolve({ url: `http://127.0.0.1:${port}` });
      });
    }
    child.once('close', () => reject(new Error(output)));
    return promise;
  }

  test('holds plain JavaScript and what the emulator serves, no sources', () => {
    const files = globSync('**/*', { cwd: out }).map((name) => name.replaceAll('\\', '/'));
    expect(files.filter((name) => /\.ts$|tsconfig/.test(name))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'manifest.schema.json',
        'package.json',
        'lib/page/browser/main.js',
        'lib/page/browser/css/settings.css',
        'lib/page/browser/tmpl/controls/button.twig',
        'lib/page/browser/texts/es.json',
        'lib/services/telegram/page/client.html',
        'lib/services/telegram/samples/voice.ogg',
      ]),
    );
    expect(readFileSync(join(out, 'lib', 'main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('needs exactly what it imports and serves, at the versions of the project', () => {
    const manifest = JSON.parse(readFileSync(join(out, 'package.json'), 'utf8'));
    const project = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({
      name: 'kommo-widget-emulator',
      version: project.version,
      license: project.license,
      type: 'module',
      bin: { 'kommo-widget-emulator': 'lib/main.js' },
      engines: { node: '>=22' },
    });
    expect(Object.keys(manifest.dependencies)).toEqual(needed);
    expect(needed).toEqual(
      expect.arrayContaining(['fflate', 'oidc-provider', ...servedPackages()]),
    );
    expect(needed).not.toEqual(expect.arrayContaining([expect.stringMatching(/^node:|^\./)]));
    const versions = { ...project.devDependencies, ...project.dependencies };
    for (const name of needed) expect(manifest.dependencies[name]).toBe(versions[name]);
  });

  test('explains itself by its own name', () => {
    const { status, output } = run('--help');
    expect(status).toBe(0);
    expect(output).toContain('kommo-widget-emulator [options]');
    expect(output).not.toContain('npm run');
  });

  test('judges a widget by its exit code', () => {
    const good = writeFolder(join(folder, 'good'), sampleWidget());
    const bad = writeFolder(join(folder, 'bad'), sampleWidget({ 'images/logo.png': null }));
    expect(run('--check', '--widget', good)).toEqual({
      status: 0,
      output: 'Kommo would take this widget.\n',
    });
    expect(run('--check', '--widget', bad).status).toBe(1);
    expect(run('--check').status).toBe(2);
  });

  test('opens a widget with every library of its page, and the doubles of the services', async () => {
    const widget = writeFolder(join(folder, 'shown'), sampleWidget());
    const emulator = await serve('--widget', widget);
    const page = await call(emulator, '/settings/widgets/');
    expect(page.status).toBe(200);
    const json = /id="emulator-boot">(.*?)<\/script>/s.exec(page.text)?.[1] ?? '{}';
    const { modules, controls } = JSON.parse(json);
    expect(Object.keys(controls)).toContain('button');
    expect((await call(emulator, '/upl/chat_connector/widget/script.js')).text).toContain(
      'define(',
    );
    const scripts = [...page.text.matchAll(/href="(\/frontend\/[^"]+)"/g)].map(([, path]) => path);
    const libraries = modules.lazy.map((name: string) => `/frontend/vendor/${name}.js`);
    const paths = [...scripts, ...libraries, '/frontend/host/amd/es6promise.js'];
    const missing: string[] = [];
    for (const path of paths) {
      const { status } = await call(emulator, path);
      if (status !== 200) missing.push(path);
    }
    expect(missing).toEqual([]);
    expect(paths.length).toBeGreaterThan(50);
    for (const [host, path] of [
      ['kommo.localhost', '/__services/telegram/client'],
      ['oidc.localhost', '/.well-known/openid-configuration'],
    ]) {
      expect((await call(emulator, path ?? '', { host: host ?? '' })).status).toBe(200);
    }
  });

  test('empties no folder that holds something else', async () => {
    const other = mkdtempSync(join(folder, 'other-'));
    writeFileSync(join(other, 'precious.txt'), 'mine');
    await expect(buildEmulatorPackage(other)).rejects.toThrow('holds something else');
    expect(readFileSync(join(other, 'precious.txt'), 'utf8')).toBe('mine');
  });
});
