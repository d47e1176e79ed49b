import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { PROJECT } from '../../src/pack/project.ts';
import { COVERAGE, type Coverage } from '../support/command-coverage.ts';
import { commandsOf, documentedCommands } from '../support/documented-commands.ts';
import { runCurl, withoutShell } from '../support/run-curl.ts';

const documented = documentedCommands();
const listed = COVERAGE.flatMap(({ commands }) => commands);

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}

function coveredBy<By extends Coverage['by']>(by: By): Extract<Coverage, { by: By }>[] {
  return COVERAGE.filter((one): one is Extract<Coverage, { by: By }> => one.by === by);
}

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** The script of package.json that a command starts; undefined: it starts none. */
function scriptOf(command: string): { name: string; args: string[] } | undefined {
  const [, name, args = ''] =
    /^(?:[A-Z_]+=\S+ )*npm (?:run ([\w:-]+)|(?:start|test)\b)(?: -- (.*))?$/.exec(command) ?? [];
  const short = /npm (start|test)\b/.exec(command)?.[1];
  if (name === undefined && short === undefined) return undefined;
  return { name: name ?? short ?? '', args: args === '' ? [] : args.split(' ') };
}

test('every command of the documentation has a line that says what runs it', () => {
  expect(documented.length).toBeGreaterThan(100);
  const missing = documented.filter(({ command }) => !listed.includes(command));
  expect(missing).toEqual([]);
});

test('every line is about a command of the documentation, once', () => {
  const known = new Set(documented.map(({ command }) => command));
  expect(listed.filter((command) => !known.has(command))).toEqual([]);
  expect(listed.filter((command, index) => listed.indexOf(command) !== index)).toEqual([]);
});

test('every script that is named is in package.json', () => {
  // Of the vendor's generator, in its own folder.
  const foreign = ['build:no-lint'];
  const names = listed.flatMap((command) => scriptOf(command)?.name ?? []);
  const missing = names.filter((name) => !Object.hasOwn(scripts, name));
  expect(missing).toEqual(foreign);
});

test.each(coveredBy('test'))('$file has the test, and runs $commands', (coverage) => {
  const { file, title, proof, via, commands } = coverage;
  expect(title).not.toBe('');
  expect(read(file)).toContain(title);
  const source = read(file) + (via === undefined ? '' : read(via));
  expect(source).toContain(proof);
  for (const command of commands) {
    const script = scripts[scriptOf(command)?.name ?? ''];
    const program = /^node (\S+\.ts)$/.exec(script ?? '')?.[1];
    // Started as itself, or by npm.
    const isStarted = program === undefined || source.includes(program) || /'npm'/.test(source);
    expect([command, isStarted]).toEqual([command, true]);
  }
});

test('what needs the whole product is asked by the test that starts it', () => {
  expect(coveredBy('product')).not.toEqual([]);
  expect(read('tests/e2e/npm-start.spec.ts')).toContain("coverage.by !== 'product'");
});

test.each(coveredBy('job'))('$file runs $commands', ({ file, proof }) => {
  expect(read(file)).toContain(proof);
});

test.each(coveredBy('nobody'))('what nothing here can run says why: $why', ({ why }) => {
  expect(why.length).toBeGreaterThan(20);
});

test.each(coveredBy('suite').flatMap(({ commands }) => commands))(
  '%s names files, projects and parts that there are',
  (command) => {
    const { args } = scriptOf(command) ?? { args: [] };
    const files = globSync('tests/**/*.{test,spec}.{ts,tsx}', { cwd: PROJECT });
    const config = read('tests/jest.config.mjs');
    for (const [index, arg] of args.entries()) {
      const before = args[index - 1];
      if (before === '--selectProjects') {
        const database = arg.replace('server-', '');
        expect(config).toMatch(RegExp(`displayName: '${arg}'|server\\('${database}'\\)`));
      } else if (before === '--testPathPatterns' || !arg.startsWith('--')) {
        expect(files.filter((file) => file.includes(arg))).not.toEqual([]);
      } else if (arg.startsWith('--only=')) {
        const parts = /const PARTS = (\[.*\]);/.exec(read('tests/run.ts'))?.[1] ?? '';
        for (const part of arg.slice('--only='.length).split(',')) {
          expect(parts).toContain(`'${part}'`);
        }
      } else if (!arg.startsWith('--shard=')) {
        expect(arg).toMatch(/^--(?:selectProjects|testPathPatterns)$/);
      }
    }
  },
);

test.each(coveredBy('script').flatMap(({ commands }) => commands))(
  '%s prints something',
  (command) => {
    const { name, args } = scriptOf(command) ?? { name: '', args: [] };
    const [node, file = ''] = (scripts[name] ?? '').split(' ');
    expect(node).toBe('node');
    const printed = execFileSync(process.execPath, [join(PROJECT, file), ...args], {
      cwd: PROJECT,
      encoding: 'utf8',
    });
    expect(printed.length).toBeGreaterThan(100);
  },
);

const obstacle = withoutShell();
if (obstacle === undefined) describe('in a shell', inShell);
// biome-ignore lint/suspicious/noSkippedTests: it says why.
else test.skip(`commands are run in a shell (skipped: ${obstacle})`, () => undefined);

function inShell() {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());

  test.each(coveredBy('shell').flatMap(({ commands }) => commands))('%s ends well', (command) => {
    const { status, stderr } = spawnSync('bash', ['-c', command], {
      cwd: PROJECT,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${PROJECT}/node_modules/.bin:${process.env.PATH}` },
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('what is posted to an emulator is answered as the documentation says, in its order', async () => {
    const statuses = new Map(
      coveredBy('emulator').flatMap(({ commands, status }) =>
        commands.map((command) => [command, status] as const),
      ),
    );
    const inOrder = documented.filter(({ command }) => statuses.has(command));
    expect(inOrder.length).toBe(statuses.size);
    for (const { command } of inOrder) {
      const own = command.replace('http://127.0.0.1:9000', emulator.url);
      expect([command, await runCurl(own)]).toEqual([command, statuses.get(command)]);
    }
  });
}

test('commands are found in blocks and in sentences, and cut where the shell would', () => {
  const page = [
    'Set `A=1 npm test -- x` and call `npm`, or `npm run`.',
    '',
    '   ```sh',
    '   npm ci && npm start     # both',
    '   curl -d \'{"a && b":"# no"}\' \\',
    '     http://x/#y',
    '   say() { echo "$(cat "a b")"; }',
    '   ```',
    '',
    '```json',
    '{ "npm": "no" }',
    '```',
  ].join('\n');
  expect(commandsOf('x.md', page)).toEqual([
    { page: 'x.md', line: 3, command: 'npm ci' },
    { page: 'x.md', line: 3, command: 'npm start' },
    { page: 'x.md', line: 3, command: `curl -d '{"a && b":"# no"}' http://x/#y` },
    { page: 'x.md', line: 3, command: 'say() { echo "$(cat "a b")"; }' },
    { page: 'x.md', line: 1, command: 'A=1 npm test -- x' },
  ]);
});
