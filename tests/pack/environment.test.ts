import { readFileSync } from 'node:fs';
import { ConfigError, readConfig, VARIABLES } from '../../src/server/config.ts';
import { testEnvironment } from '../support/config.ts';

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** Told by Node and by tests, not by an operator. */
const DEVELOPMENT = ['NODE_ENV', 'KOMMO_EMULATOR_URL'];

/** In a container the port is fixed, and PostgreSQL takes the place of a data directory. */
const NOT_IN_COMPOSE = [...DEVELOPMENT, 'PORT', 'DATA_DIR'];

/** Read by compose.yaml alone. */
const FOR_COMPOSE = ['POSTGRES_PASSWORD'];

/** What accounts see as a name may be any text, so that no value of it can be told for false. */
const NEVER_FALSE = 'KOMMO_CHANNEL_TITLE';

/** Those without a default; what stands in .env.example for them is an example. */
const EXAMPLES =
  /^(BRAND_FILE|KOMMO_CHANNEL_BOT_ID|DATABASE_URL|TELEGRAM_API_ROOT|OAUTH_PROVIDERS|(WAHA|EVOLUTION)_(URL|API_KEY)|SLACK_(CLIENT_ID|CLIENT_SECRET|SIGNING_SECRET))$/;

interface ExampleLine {
  name: string;
  value: string;
  /** Commented out. */
  isOptional: boolean;
  /** The line above. */
  above: string;
}

function exampleLines(): ExampleLine[] {
  const lines = read('.env.example').split('\n');
  return lines.flatMap((line, index) => {
    const [, mark, name, value] = /^(# )?([A-Z][A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    return [{ name, value, isOptional: mark !== undefined, above: lines[index - 1] ?? '' }];
  });
}

function without(names: readonly string[]): string[] {
  return VARIABLES.filter((name) => !names.includes(name)).sort();
}

test('the table of the README names every variable, and no other', () => {
  const [, table = ''] = /\| Variable \| Meaning \|\n(.*?)\n\n/s.exec(read('README.md')) ?? [];
  const named = new Set([...table.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name));
  expect([...named].sort()).toEqual(without(DEVELOPMENT));
});

test('compose.yaml hands every variable to the backend, and no other', () => {
  const [, shared = ''] =
    /\n {2}environment: &environment\n(.*?)\n\n/s.exec(read('compose.yaml')) ?? [];
  const handed = [...shared.matchAll(/^ {4}([A-Z_]+):/gm)].map(([, name]) => name);
  // Each service says its role itself.
  expect([...handed, 'ROLE'].sort()).toEqual(without(NOT_IN_COMPOSE));
});

test('.env.example explains every variable and the password of compose.yaml, and no other', () => {
  const lines = exampleLines();
  const names = lines.map(({ name }) => name);
  expect(names.toSorted()).toEqual([...without(DEVELOPMENT), ...FOR_COMPOSE].sort());
  for (const { above } of lines) expect(above).toMatch(/^# [A-Za-z]/);
});

test('nobody can start the backend with .env.example as it is', () => {
  const given = exampleLines().filter(({ isOptional }) => !isOptional);
  const env = Object.fromEntries(given.map(({ name, value }) => [name, value]));
  const faultsOf = () => {
    try {
      readConfig(env);
    } catch (error) {
      if (error instanceof ConfigError) return error.faults;
      throw error;
    }
    return [];
  };
  const refused = new Set(faultsOf().map((fault) => fault.split(' ')[0]));
  const expected = given.filter(({ name }) => name !== NEVER_FALSE && !FOR_COMPOSE.includes(name));
  expect([...refused].sort()).toEqual(expected.map(({ name }) => name).sort());
  // compose.yaml refuses an empty one.
  expect(env.POSTGRES_PASSWORD).toBe('');
  expect(read('compose.yaml')).toContain('${POSTGRES_PASSWORD:?');
});

test('what .env.example comments out is what counts without it', () => {
  const base = testEnvironment(9_000);
  const defaults = exampleLines().filter(
    ({ name, isOptional }) => isOptional && !EXAMPLES.test(name),
  );
  expect(defaults.length).toBeGreaterThan(15);
  for (const { name, value } of defaults) {
    const without = { ...base, [name]: undefined };
    expect([name, readConfig({ ...base, [name]: value })]).toEqual([name, readConfig(without)]);
  }
});

test('what compose.yaml reads from .env is in .env.example, and the README names the rest of it', () => {
  const names = exampleLines().map(({ name }) => name);
  const asked = [...read('compose.yaml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
  expect(asked.filter((name) => !names.includes(name ?? ''))).toEqual([]);
  for (const name of FOR_COMPOSE) {
    expect(asked).toContain(name);
    expect(read('README.md')).toContain(`\`${name}\``);
  }
});
