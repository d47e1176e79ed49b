import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error('Run the tests through npm (npm test): they need Node 24 from node_modules/.bin');
}

const rootDir = fileURLToPath(new URL('..', import.meta.url));

const common = {
  rootDir,
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
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

const setup = `${rootDir}tests/widget/setup.ts`;

const widget = {
  ...common,
  displayName: 'widget',
  testEnvironment: '<rootDir>/tests/support/jest-env.cjs',
  testMatch: ['<rootDir>/tests/widget/**/*.test.{ts,tsx}'],
  setupFilesAfterEnv: existsSync(setup) ? [setup] : [],
  moduleNameMapper: { '\\.css$': '<rootDir>/tests/support/css.cjs' },
  // What webpack's DefinePlugin bakes in.
  globals: {
    WIDGET_API_URL: 'https://backend.test',
    AMPLITUDE_API_KEY: '',
    WIDGET_VERSION: '0.0.0-test',
  },
};

const unit = {
  ...common,
  displayName: 'unit',
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/tests/**/*.unit.test.ts',
    ...['connectors', 'emulator', 'pack'].map((folder) => `<rootDir>/tests/${folder}/**/*.test.ts`),
  ],
};

/** One folder for each room of the server; `process` and `races` are about the whole of it. */
const SERVER = [
  'platform',
  'kommo',
  'accounts',
  'access',
  'channels',
  'settings',
  'process',
  'races',
];

/** What only a server can show: connections that wait for each other, and a network in between. */
const POSTGRES_ONLY = [
  'process/round-trips',
  'process/slow-database',
  'process/taken-over',
  'process/left-over-work',
  'platform/lock-order',
  'platform/migrate-postgres',
  'platform/transaction',
];

/** The same tests on both databases; `tests/support/database.ts` reads which. */
function server(database) {
  return {
    ...common,
    displayName: `server-${database}`,
    testEnvironment: 'node',
    testMatch: SERVER.map((folder) => `<rootDir>/tests/${folder}/**/!(*.unit).test.ts`),
    globals: { TEST_DATABASE: database },
    testPathIgnorePatterns:
      database === 'embedded' ? POSTGRES_ONLY.map((name) => `/tests/${name}\\.test\\.ts$`) : [],
  };
}

export default {
  rootDir,
  testTimeout: 30_000,
  // Jest leaves a core to the terminal otherwise, which on two cores means one test at a time.
  maxWorkers: '100%',
  projects: [unit, widget, server('embedded'), server('postgres')],
};
