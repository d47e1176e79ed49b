import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { spawnBackend } from '../support/backend-process.ts';
import { testEnvironment } from '../support/config.ts';
import { copyEmbeddedDatabase } from '../support/database-template.ts';
import { shellBlock } from '../support/documented-commands.ts';
import { freePort } from '../support/free-port.ts';
import { UNLIMITED } from '../support/hurry.ts';
import { withoutShell } from '../support/run-curl.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const ORDERS = [
  ['acme-key', '--auth', 'api-key'],
  ['acme-server', '--auth', 'api-key', '--server-address', '--name', 'Acme & Sons'],
  ['acme-qr', '--auth', 'qr'],
  ['acme-oauth', '--auth', 'oauth'],
] as const;

/** A copy of the parts that the command reads and writes. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'new-connector-'));
  const parts = [
    'brand.json',
    'src/brand',
    'src/contract',
    'src/server',
    'src/dev',
    'i18n',
    'docs/help',
    'tests/connectors',
    'tests/support',
    'tests/jest.config.mjs',
    'tsconfig.json',
    'package.json',
    '.biome.jsonc',
    '.biome.zones.json',
    '.gitignore',
    'README.md',
    'compose.yaml',
    '.env.example',
  ];
  for (const part of parts) cpSync(join(REPOSITORY, part), join(copy, part), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** The service that the documentation offers for trying a connector out, as somebody starts it. */
async function startService() {
  const program = join(REPOSITORY, 'docs/examples/acme-desk.mjs');
  const child = spawn(process.execPath, [program], {
    env: { PORT: '0', KEY: 'acme-key-1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const port = await waitFor(() => /port (\d+)/.exec(lines[0] ?? '')?.[1]);
  return {
    url: `http://127.0.0.1:${port}`,
    /** What it has printed so far. */
    lines,
    /** A client writes. */
    write: (text: string) => child.stdin.write(`${text}\n`),
    close: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/**
 * Runs the script of docs/connectors.md that drives the product without a browser: installs, connects, saves, answers,
 * and looks what became of it. @returns what it printed
 */
async function runDocumentedScript(emulator: Emulator, backendUrl: string): Promise<string> {
  const script = shellBlock('docs/connectors.md', 'backend() {')
    .replaceAll('http://127.0.0.1:9000', emulator.url)
    .replaceAll('http://127.0.0.1:8080', backendUrl)
    .replaceAll('"acme-desk"', '"acme-key"');
  const { stdout } = await run('bash', ['-euc', script]);
  return stdout;
}

describe('npm run new:connector', () => {
  let project: string;

  /** Runs a program of the project; fails with what it printed. */
  async function node(...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, args, {
      cwd: project,
      env: { ...process.env, NODE_OPTIONS: '' },
    }).catch((error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`${error.stderr ?? ''}${error.stdout ?? ''}` || error.message);
    });
    return stdout;
  }

  function create(...args: string[]): Promise<string> {
    return node('src/dev/new-connector.ts', ...args);
  }

  function read(path: string): string {
    return readFileSync(join(project, path), 'utf8');
  }

  beforeAll(async () => {
    project = copyProject();
    for (const order of ORDERS) await create(...order);
  }, 60_000);
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test('explains itself', async () => {
    await expect(create('--help')).resolves.toContain('--auth');
  });

  test('leaves types in order', async () => {
    const include = ['src/server/connectors', 'tests/connectors/acme-*.ts'];
    const settings = { extends: './tsconfig.json', include };
    writeFileSync(join(project, 'tsconfig.new.json'), JSON.stringify(settings));
    await node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.new.json');
  }, 120_000);

  test('leaves format, import order and lint in order', async () => {
    const paths = ['src/server/connectors', 'i18n', 'tests/connectors'];
    await node('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', ...paths);
  }, 60_000);

  test('leaves connectors that pass both batteries and carry a text both ways', async () => {
    const report = await node(
      '--experimental-vm-modules',
      '--no-warnings',
      'node_modules/jest/bin/jest.js',
      '--config',
      'tests/jest.config.mjs',
      '--runInBand',
      '--json',
      'tests/connectors/acme-',
      '--selectProjects',
      'unit',
    );
    const { testResults } = JSON.parse(report) as { testResults: { assertionResults: object[] }[] };
    expect(testResults).toHaveLength(ORDERS.length);
    for (const { assertionResults } of testResults) {
      for (const title of [
        'signs in, links, is healthy, unlinks, and unlinks again',
        'text gets there, or is refused',
        'carries a text both ways',
      ]) {
        expect(assertionResults).toContainEqual(
          expect.objectContaining({ title, status: 'passed' }),
        );
      }
    }
  }, 120_000);

  const shell = withoutShell('jq');
  if (shell === undefined) {
    test('leaves a connector that carries a text both ways through the running product', async () => {
      const service = await startService();
      const emulator = await createEmulator({ seed: { switches: UNLIMITED } });
      const dataDir = join(project, '.data');
      await copyEmbeddedDatabase(dataDir);
      const port = String(await freePort());
      const publicUrl = `http://localhost:${port}`;
      const own = { ACME_KEY_URL: service.url, DATA_DIR: dataDir, PORT: port };
      const env = { ...testEnvironment(emulator.port), ...own, PUBLIC_URL: publicUrl };
      const backend = spawnBackend(env, { main: join(project, 'src/server/main.js') });
      try {
        emulator.useBackend(publicUrl);
        const printed = runDocumentedScript(emulator, await backend.ready());
        // It waits for the client now, who writes here.
        await Promise.race([printed, waitFor(() => emulator.state.sources.length > 0)]);
        service.write('Hello');

        expect(await printed).toMatch(/"status": 2\b[^{]*$/);
        expect(emulator.state.chats).toMatchObject([
          {
            conversation_id: 'acme-key:account-1:chat-1',
            messages: [
              { author: 'client', message: { text: 'Hello' } },
              { message: { text: 'Hello from Kommo' }, delivery: { status: 2 } },
            ],
          },
        ]);
        expect(service.lines).toContain('chat-1 < Hello from Kommo');
      } finally {
        backend.kill('SIGKILL');
        await backend.exited;
        await emulator.close();
        await service.close();
      }
    }, 120_000);
  }
  // biome-ignore lint/suspicious/noSkippedTests: it says why.
  else test.skip(`carries a text both ways (skipped: ${shell})`, () => undefined);

  test('offers each one by settings of its own', () => {
    const registry = read('src/server/connectors/registry.ts');
    expect(registry).toContain("'acme-qr': acmeQr,");
    for (const [id, variable] of [
      ['acme-key', 'ACME_KEY_URL'],
      ['acme-server', 'ACME_SERVER_SERVERS'],
      ['acme-qr', 'ACME_QR_API_KEY'],
      ['acme-oauth', 'ACME_OAUTH_CLIENT_SECRET'],
    ]) {
      expect(read(`src/server/connectors/${id}.ts`)).toMatch(RegExp(`\\b${variable}: `));
      // The operator's table, and the container's environment.
      expect(read('README.md')).toContain(`\`${variable}\``);
      expect(read('compose.yaml')).toContain(`\n    ${variable}: \${${variable}:-}\n`);
      expect(read('.env.example')).toContain(`\n# ${variable}=change-me\n`);
    }
  });

  test('writes the same texts in every language', () => {
    const languages = readdirSync(join(project, 'i18n')).filter((name) => name.endsWith('.json'));
    expect(languages.length).toBeGreaterThan(1);
    for (const language of languages) {
      const { connectors } = JSON.parse(read(`i18n/${language}`)) as { connectors: object };
      const text = expect.stringMatching(/\S/);
      expect(connectors).toMatchObject({
        telegram: expect.anything(),
        'acme-key': { title: 'Acme Key', summary: text, fields: { key: text } },
        'acme-server': { title: 'Acme & Sons', summary: text, fields: { url: text, key: text } },
        'acme-qr': { title: 'Acme Qr', summary: text, fields: { phone: text } },
        'acme-oauth': { title: 'Acme Oauth', summary: text },
      });
    }
  });

  test.each([
    ['no id', []],
    ['two ids', ['one', 'two']],
    ['a capital', ['Acme']],
    ['one letter', ['a']],
    ['a path', ['../acme']],
    ['a trailing dash', ['acme-']],
    ['more than 32 characters', ['a'.repeat(33)]],
    ['a shipped connector', ['telegram']],
    ['another file of the folder', ['operator-server']],
    ['a folder of several connectors', ['whatsapp']],
    ['one that was made before', ['acme-qr']],
    ['variables of the backend', ['database']],
    ['a word of the language', ['class']],
    ['a word of the template', ['account']],
    ['a name of the registry', ['oauth-providers']],
    ["Kommo's own prefix", ['kommo-chat']],
    ['a name that breaks out of a comment', ['acme-bad', '--name', 'x */ y']],
    ['an unknown option', ['acme-bad', '--force']],
  ])('refuses %s and writes nothing', async (_what, args) => {
    const before = readdirSync(join(project, 'src/server/connectors'));
    await expect(create(...args, '--auth', 'api-key')).rejects.toThrow(/--help/);
    expect(readdirSync(join(project, 'src/server/connectors'))).toEqual(before);
  });

  test('refuses an unknown kind, and a server address where none is typed', async () => {
    await expect(create('acme-bad', '--auth', 'password')).rejects.toThrow(/--auth/);
    const misplaced = create('acme-bad', '--auth', 'oauth', '--server-address');
    await expect(misplaced).rejects.toThrow(/api-key only/);
  });

  test.each([
    ['src/server/connectors/registry.ts', 'adds its line above this one'],
    ['README.md', '| `OAUTH_PROVIDERS` |'],
    ['compose.yaml', '# A path in the container:'],
    ['.env.example', '# A file that describes further OAuth'],
  ])('writes nothing when the place it edits in %s was renamed', async (name, place) => {
    const path = join(project, name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(place, ''));
    await expect(create('acme-late', '--auth', 'qr')).rejects.toThrow(/cannot be edited/);
    writeFileSync(path, text);
    expect(readdirSync(join(project, 'src/server/connectors'))).not.toContain('acme-late.ts');
    expect(read('i18n/en.json')).not.toContain('acme-late');
  });
});
