import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error('Run the tests through npm (npm test): they need Node 24 from node_modules/.bin');
}

const rootDir = fileURLToPath(new URL('..', import.meta.url));

const common = { rootDir, modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'] };

const setup = `${rootDir}tests/widget/setup.ts`;

const widget = {
  ...common,
  displayName: 'widget',
  testEnvironment: '<rootDir>/tests/support/jest-env.cjs',
  testMatch: ['<rootDir>/tests/widget/**/*.test.{ts,tsx}'],
  setupFilesAfterEnv: existsSync(setup) ? [setup] : [],
  moduleNameMapper: { '\\.css$': '<rootDir>/tests/support/css.cjs' },
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.(ts|tsx)$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
          target: 'es2024',
        },
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/'],
  // What webpack's DefinePlugin bakes in.
  globals: {
    WIDGET_API_URL: 'https://backend.test',
    AMPLITUDE_API_KEY: '',
    WIDGET_VERSION: '0.0.0-test',
    OFFERED_SERVICES: null,
  },
};

/** Node as it is, without swc and without a `vm` context per file: see bare-runtime.cjs. */
const node = {
  ...common,
  testEnvironment: '<rootDir>/tests/support/bare-environment.cjs',
  runtime: '<rootDir>/tests/support/bare-runtime.cjs',
  transform: {},
};

/** These run without a backend, and so does every `….unit.test.ts`. */
const UNIT_FOLDERS = ['connectors', 'emulator', 'pack'];

const unit = {
  ...node,
  displayName: 'unit',
  testMatch: [
    '<rootDir>/tests/**/*.unit.test.ts',
    ...UNIT_FOLDERS.map((folder) => `<rootDir>/tests/${folder}/**/*.test.ts`),
  ],
};

/** What only a server can show: connections that wait for each other, and a network in between. */
const POSTGRES_ONLY = [
  'lock-order',
  'migrate-postgres',
  'round-trips',
  'slow-database',
  'taken-over',
  'message-takeover',
  'left-over-work',
  'transaction',
  'statement-plans',
  'session-locks',
  'pace',
  'metrics-outage',
  'faults',
  'rolling-restart',
  'backup',
];

/** What only a database inside the process can show; `npm run test:all` runs it. */
const EMBEDDED_ONLY = ['full-disk'];

/**
 * What the embedded database repeats where PostgreSQL has the whole battery: statements, races and kills,
 * processes, long work, and one file of every room.
 */
const EMBEDDED_TOO = [
  ...[
    'clean-up-mark',
    'grant-leases',
    'grants',
    'idempotency-keys',
    'late-answers',
    'rate-buckets',
  ],
  ...['secret-rotation', '[^/]+-races?', '[^/]+-kills?', 'channel-limit'],
  ...['process', 'admin', 'sync', 'qr-attempts'],
  ...['authentication', 'install', 'attempts', 'settings', 'calls'],
  ...['kommo-hook', 'history', 'retention'],
];

const named = (names) => `/(?:${names.join('|')})\\.test\\.ts$`;

/**
 * The same tests on both databases; `tests/support/database.ts` reads which.
 *
 * EMBEDDED=some leaves the embedded one what `npm test` gives it beside PostgreSQL.
 */
function server(database) {
  const isSome = database === 'embedded' && process.env.EMBEDDED === 'some';
  return {
    ...node,
    displayName: `server-${database}`,
    testMatch: ['<rootDir>/tests/**/!(*.unit).test.ts'],
    globals: { TEST_DATABASE: database },
    testPathIgnorePatterns: [
      ...[...UNIT_FOLDERS, 'widget'].map((folder) => `^${rootDir}tests/${folder}/`),
      named(database === 'embedded' ? POSTGRES_ONLY : EMBEDDED_ONLY),
      ...(isSome ? [`^(?!.*${named(EMBEDDED_TOO)})`] : []),
    ],
  };
}

export default {
  rootDir,
  testTimeout: 30_000,
  // Many tests wait for much of their time: for leases, for other processes, for PostgreSQL.
  maxWorkers: Math.ceil(availableParallelism() * 2),
  testSequencer: '<rootDir>/tests/support/slowest-first.cjs',
  projects: [unit, widget, server('embedded'), server('postgres')],
};
