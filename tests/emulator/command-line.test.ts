import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createState } from '../../src/emulator/kommo/state.ts';
import { call } from '../support/emulator-client.ts';
import { sampleWidget, writeFolder, writeZip } from '../support/sample-widget.ts';

const MAIN = fileURLToPath(new URL('../../src/emulator/main.ts', import.meta.url));

interface Ended {
  code: number | null;
  output: string;
}

describe('npm run emulator', () => {
  let folder: string;
  const running = new Set<ChildProcess>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  });
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function start(...args: string[]): {
    child: ChildProcess;
    output: () => string;
    ended: Promise<Ended>;
  } {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    const { promise, resolve } = Promise.withResolvers<Ended>();
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code, output: text });
    });
    return { child, output: () => text, ended: promise };
  }

  const run = (...args: string[]) => start(...args).ended;

  /** Starts one that keeps running, and waits for the address it prints. */
  async function serve(...args: string[]) {
    const started = start('--port', '0', ...args);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = () => {
      const port = /kommo\.localhost:(\d+)\/settings\/widgets\//.exec(started.output())?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    };
    started.child.stdout?.on('data', look);
    void started.ended.then(({ output }) => reject(new Error(output)));
    const url = await promise;
    return { ...started, url };
  }

  test('explains itself', async () => {
    const { code, output } = await run('--help');
    expect(code).toBe(0);
    for (const name of ['--widget', '--check', '--port', '--seed', '--state-file', '--backend']) {
      expect(output).toContain(name);
    }
  });

  test.each([
    [['--what'], "Unknown option '--what'"],
    [['--port', '99999'], '--port: 0 to 65535'],
    [['--check'], '--check needs --widget'],
    [['--seed', '/nowhere.json'], '--seed /nowhere.json'],
    [['--backend', 'ftp://x'], '--backend'],
  ])('refuses %j in a line', async (args, reason) => {
    const { code, output } = await run(
      ...args,
      ...(args[0] === '--backend' ? ['--port', '0'] : []),
    );
    expect(code).toBe(2);
    expect(output).toContain(reason);
    expect(output).not.toContain('    at ');
  });

  test('checks a widget and says which file Kommo would refuse, and why', async () => {
    const good = writeFolder(join(folder, 'good'), sampleWidget());
    expect(await run('--check', '--widget', good)).toEqual({
      code: 0,
      output: 'Kommo would take this widget.\n',
    });
    const changes = { 'images/logo.png': null, 'manifest.json': '{' };
    const bad = writeZip(join(folder, 'bad.zip'), sampleWidget(changes));
    const { code, output } = await run('--check', '--widget', bad);
    expect(code).toBe(1);
    expect(output).toContain(
      'error  images/logo.png: is missing; Kommo needs it as a PNG of 130x100',
    );
    expect(output).toContain('error  manifest.json:1: it is not JSON');
    expect(output).toContain('Kommo would refuse this widget');
  });

  test('opens a faulty widget all the same, with the list', async () => {
    const path = writeZip(join(folder, 'faulty.zip'), sampleWidget({ 'images/logo.png': null }));
    const emulator = await serve('--widget', path);
    expect(emulator.output()).toContain('images/logo.png: is missing');
    expect((await call(emulator, '/__emulator/clock')).status).toBe(200);
    emulator.child.kill('SIGTERM');
    expect((await emulator.ended).code).toBe(0);
  });

  test('begins with a seed and a backend', async () => {
    const seed = join(folder, 'seed.json');
    writeFileSync(
      seed,
      JSON.stringify({
        accounts: [{ id: 5, subdomain: 'five', users: [{ id: 1, is_admin: true }] }],
      }),
    );
    const emulator = await serve('--seed', seed, '--backend', 'http://localhost:7777');
    expect(emulator.output()).toContain('http://five.kommo.localhost:');
    const { json } = await call(emulator, '/__emulator/state');
    expect(json).toMatchObject({
      accounts: [{ id: 5 }],
      integrations: [{ redirect_uri: 'http://localhost:7777/kommo/oauth/callback' }],
    });
    emulator.child.kill('SIGINT');
    expect((await emulator.ended).code).toBe(0);
  });

  test('keeps its state in a file over restarts', async () => {
    const file = join(folder, 'state.json');
    const first = await serve('--state-file', file);
    await call(first, '/__emulator/rename', { json: { account: 'demo', to: 'kept' } });
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await serve('--state-file', file);
    const { json } = await call(second, '/__emulator/state');
    expect((json as { accounts: { subdomain: string }[] }).accounts[0]?.subdomain).toBe('kept');
    second.child.kill('SIGTERM');
    await second.ended;
    writeFileSync(file, '{"version":0}');
    const { code, output } = await run('--state-file', file);
    expect(code).toBe(2);
    expect(output).toContain('is not a state file of this emulator');
  });

  test('loads a state file from before companies, tasks and fields', async () => {
    const { companies, customers, tasks, notes, custom_fields, ...rest } = createState();
    const { catalogs, catalog_elements, contacts, leads, ...older } = rest;
    const bare = { account_id: 31263018, responsible_user_id: 8001, created_at: 1, updated_at: 1 };
    const contact = { ...bare, id: 11, name: 'Old Friend', phones: [], emails: [] };
    const stage = { pipeline_id: 7001, status_id: 700102, contact_ids: [11], closed_at: null };
    const lead = { ...bare, id: 12, name: 'Old order', price: 5, ...stage };
    const state = { ...older, contacts: [contact], leads: [lead] };
    const file = join(folder, 'old-state.json');
    writeFileSync(file, JSON.stringify({ version: 2, state }));
    const emulator = await serve('--state-file', file);
    const { json } = await call(emulator, '/__emulator/state');
    expect(json).toMatchObject({
      leads: [{ id: 12, tags: [], company_id: null }],
      contacts: [{ id: 11, custom_fields_values: [] }],
      companies: [{ id: 701 }, { id: 702 }, {}, {}],
    });
    emulator.child.kill('SIGTERM');
    await emulator.ended;
  });

  test('refuses a faulty seed in a line for each fault', async () => {
    const seed = join(folder, 'faulty-seed.json');
    writeFileSync(seed, JSON.stringify({ leads: [{ id: 1, price: 'much' }] }));
    expect(await run('--seed', seed)).toEqual({
      code: 2,
      output: 'The seed is wrong.\n  leads[0].price: a number is expected, not "much"\n',
    });
  });

  test('says when its port is taken', async () => {
    const emulator = await serve();
    const port = new URL(emulator.url).port;
    expect(await run('--port', port)).toEqual({
      code: 2,
      output: `Port ${port} is taken; choose another by --port.\n`,
    });
    emulator.child.kill('SIGTERM');
    await emulator.ended;
  });
});
