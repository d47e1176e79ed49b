import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../src/server/config.ts';
import { testEnvironment } from '../support/config.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');

function faults(changes: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(testEnvironment(9000, changes));
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('a complete environment gives every setting', () => {
  const config = readConfig(
    testEnvironment(9000, { PORT: '8123', MAX_CHANNELS: '7', REQUESTS_PER_SECOND: undefined }),
  );
  expect(config).toMatchObject({
    port: 8123,
    publicUrl: 'https://connector.test',
    databaseUrl: undefined,
    dataDir: '.data',
    role: 'all',
    maxChannels: 7,
    disposableTokens: 'reuse',
    requestsPerSecond: 20,
    logLevel: 'info',
    kommo: { widgetCode: 'chat_connector' },
    connectors: {
      telegram: { apiRoot: 'http://127.0.0.1:9000/__services/telegram' },
      slack: { url: 'http://slack.localhost:9000' },
      oauthProviders: [],
    },
  });
});

test('an empty environment names every missing variable at once', () => {
  let message = '';
  try {
    readConfig({});
  } catch (error) {
    message = String(error);
  }
  for (const name of [
    'PUBLIC_URL',
    'SECRET_KEYS',
    'KOMMO_CLIENT_ID',
    'KOMMO_CLIENT_SECRET',
    'KOMMO_CHANNEL_ID',
    'KOMMO_CHANNEL_SECRET',
    'KOMMO_CHANNEL_CODE',
    'KOMMO_CHANNEL_TITLE',
    'KOMMO_WIDGET_CODE',
  ]) {
    expect(message).toContain(`- ${name} is not set`);
  }
});

test('what several variables say together is checked even while others are missing', () => {
  const found = faults({
    SECRET_KEYS: undefined,
    PORT: 'abc',
    ROLE: 'web',
    PUBLIC_URL: 'http://connector.example.com',
    NODE_ENV: 'production',
    WAHA_URL: 'nonsense',
    WAHA_API_KEY: undefined,
    KOMMO_CLIENTID: 'x',
  });
  expect(found.map((fault) => fault.split(' ')[0]).sort()).toEqual([
    'KOMMO_CLIENTID',
    'KOMMO_EMULATOR_URL',
    'PORT',
    'PUBLIC_URL',
    'ROLE',
    'SECRET_KEYS',
    'WAHA_API_KEY',
    'WAHA_URL',
  ]);
});

test.each<[name: string, value: string | undefined]>([
  ['PORT', 'abc'],
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['PORT', '80.5'],
  ['PORT', '1e3'],
  ['PUBLIC_URL', undefined],
  ['PUBLIC_URL', 'connector.example.com'],
  ['PUBLIC_URL', 'http://connector.example.com'],
  ['PUBLIC_URL', 'https://connector.example.com/path'],
  ['PUBLIC_URL', 'https://user@connector.example.com'],
  ['PUBLIC_URL', 'https://connector.example.com/?a=1'],
  ['PUBLIC_URL', 'ftp://connector.example.com'],
  ['DATABASE_URL', 'mysql://localhost/x'],
  ['DATABASE_URL', 'postgres://'],
  ['REQUESTS_PER_SECOND', '0'],
  ['REQUESTS_PER_SECOND', '0.5'],
  ['REQUESTS_PER_SECOND', '10001'],
  ['ROLE', 'both'],
  ['ROLE', 'web'],
  ['ROLE', 'worker'],
  ['SECRET_KEYS', ''],
  ['SECRET_KEYS', KEY],
  ['SECRET_KEYS', `a:${KEY.slice(0, 20)}`],
  ['SECRET_KEYS', `a:${KEY},a:${KEY}`],
  ['SECRET_KEYS', `a b:${KEY}`],
  ['SECRET_KEYS', `a:${KEY}:more`],
  ['SECRET_KEYS', 'a:change-me'],
  ['KOMMO_CLIENT_ID', ' '],
  ['KOMMO_CLIENT_ID', 'your-client-id'],
  ['KOMMO_CLIENT_ID', 'a b'],
  ['KOMMO_CLIENT_SECRET', undefined],
  ['KOMMO_CLIENT_SECRET', 'changeme'],
  ['KOMMO_CLIENT_SECRET', 'change-me-please-change-me-please'],
  ['KOMMO_CLIENT_SECRET', '<secret key of the integration>'],
  ['KOMMO_CLIENT_SECRET', 'short'],
  ['KOMMO_CLIENT_SECRET', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0f'],
  ['KOMMO_CHANNEL_SECRET', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0f'],
  ['KOMMO_CHANNEL_SECRET', 'xxx'],
  ['KOMMO_CHANNEL_CODE', ''],
  ['KOMMO_CHANNEL_TITLE', ''],
  ['KOMMO_WIDGET_CODE', ''],
  ['METRICS_TOKEN', 'fifteen-letters'],
  ['METRICS_TOKEN', 'long enough, but with spaces'],
  ['METRICS_TOKEN', 'change-me-change-me'],
  ['KOMMO_EMULATOR_URL', 'http://example.com'],
  ['KOMMO_EMULATOR_URL', 'http://localhost.example.com'],
  ['KOMMO_EMULATOR_URL', 'localhost:9000'],
  ['KOMMO_EMULATOR_URL', 'http://kommo.localhost:9000/path'],
  ['KOMMO_CLIENTID', 'x'],
  ['KOMMO_TOKEN', 'x'],
  ['MAX_CHANNELS', '0'],
  ['MAX_CHANNELS', '51'],
  ['MAX_CHANNELS', 'many'],
  ['DISPOSABLE_TOKENS', 'once'],
  ['LOG_LEVEL', 'loud'],
  ['TELEGRAM_API_ROOT', 'api.telegram.org'],
  ['TELEGRAM_API_ROOT', 'https://user:pass@api.telegram.org'],
  ['WAHA_URL', undefined],
  ['WAHA_API_KEY', undefined],
  ['EVOLUTION_URL', 'nonsense'],
  ['EVOLUTION_API_KEY', undefined],
  ['SLACK_CLIENT_ID', undefined],
  ['SLACK_CLIENT_SECRET', undefined],
  ['SLACK_SIGNING_SECRET', undefined],
  ['OAUTH_PROVIDERS', '/nowhere/providers.json'],
  ['API_CHANNELS', 'yes'],
])('%s = %j is one fault that names it', (name, value) => {
  const found = faults({ [name]: value });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(new RegExp(`^${name} `));
});

test('no fault repeats a secret', () => {
  const secret = 'hunter2-hunter2';
  const found = faults({
    KOMMO_CLIENT_SECRET: secret.slice(0, 10),
    KOMMO_CHANNEL_SECRET: secret.slice(0, 10),
    SECRET_KEYS: `a:${secret}`,
    DATABASE_URL: `mysql://user:${secret}@localhost/x`,
    TELEGRAM_API_ROOT: `https://user:${secret}@api.telegram.org`,
    PUBLIC_URL: `https://user:${secret}@connector.example.com`,
  });
  expect(found).toHaveLength(6);
  expect(found.join('\n')).not.toContain('hunter2');
});

test.each([1, 50])('MAX_CHANNELS may be %d', (limit) => {
  expect(faults({ MAX_CHANNELS: String(limit) })).toEqual([]);
});

test('an emulator is refused in production', () => {
  expect(faults({ NODE_ENV: 'production' })).toEqual([
    expect.stringMatching(/^KOMMO_EMULATOR_URL .*production/),
  ]);
});

test('plain http is accepted for loopback with an emulator only', () => {
  expect(faults({ PUBLIC_URL: 'http://localhost:8080' })).toEqual([]);
  expect(faults({ PUBLIC_URL: 'http://localhost:8080', KOMMO_EMULATOR_URL: undefined })).toEqual([
    expect.stringMatching(/^PUBLIC_URL /),
  ]);
});

test('with PostgreSQL the roles may be split', () => {
  expect(faults({ ROLE: 'web', DATABASE_URL: 'postgres://localhost/x' })).toEqual([]);
});

test('a chat service without settings is not offered', () => {
  const config = readConfig(
    testEnvironment(9000, {
      TELEGRAM_API_ROOT: undefined,
      WAHA_URL: undefined,
      WAHA_API_KEY: undefined,
      EVOLUTION_URL: '',
      EVOLUTION_API_KEY: '',
      SLACK_CLIENT_ID: undefined,
      SLACK_CLIENT_SECRET: undefined,
      SLACK_SIGNING_SECRET: undefined,
    }),
  );
  expect(config.connectors).toEqual({
    telegram: undefined,
    waha: undefined,
    evolution: undefined,
    slack: undefined,
    api: { isOffered: false },
    oauthProviders: [],
  });
});

describe('OAUTH_PROVIDERS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'providers-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  const provider = {
    id: 'acme',
    name: 'Acme Chat',
    issuer: 'https://login.acme.example',
    client_id: 'client',
    client_secret: 'a-secret-of-acme',
    account: { id: '/sub', name: '/name' },
  };

  function read(content: unknown) {
    const path = join(directory, 'providers.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return { OAUTH_PROVIDERS: path };
  }

  const withParams = (authorize_params: object) => ({ ...provider, authorize_params });

  test('parameters of the consent address and the algorithm of id_tokens are taken', () => {
    const changes = { authorize_params: { prompt: 'consent' }, id_token_alg: 'HS256' };
    const config = readConfig(testEnvironment(9000, read([{ ...provider, ...changes }])));
    expect(config.connectors.oauthProviders).toMatchObject([changes]);
  });

  test.each(['https://acme.example/kommo?v=1', 'http://127.0.0.1:9/kommo'])(
    'messages may go to %s',
    (messages_url) => {
      const config = readConfig(testEnvironment(9000, read([{ ...provider, messages_url }])));
      expect(config.connectors.oauthProviders).toMatchObject([{ messages_url }]);
    },
  );

  test('a file of providers is read with its defaults', () => {
    const config = readConfig(testEnvironment(9000, read([provider])));
    expect(config.connectors.oauthProviders).toMatchObject([
      { id: 'acme', pkce: true, token_auth: 'basic', scopes: 'openid' },
    ]);
  });

  test.each([
    ['not JSON', '{', 'is not valid JSON'],
    ['not a list', {}, '/'],
    ['a name already taken', [{ ...provider, id: 'telegram' }], 'telegram is already taken'],
    ['the same name twice', [provider, provider], 'acme is already taken'],
    ['no endpoint', [{ ...provider, issuer: undefined }], 'needs issuer'],
    ['no secret', [{ ...provider, client_secret: undefined }], 'needs client_secret'],
    ...['http://acme.example/m', 'https://me:word@acme.example/m', 'https://acme.example/m#x'].map(
      (messages_url) =>
        [
          `messages to ${messages_url}`,
          [{ ...provider, messages_url }],
          '/0/messages_url: must be an https address',
        ] as [string, object, string],
    ),
    ['a parameter of our own', [withParams({ state: 'x' })], '/0/authorize_params'],
    [
      'another way back',
      [withParams({ redirect_uri: 'https://x.example' })],
      '/0/authorize_params',
    ],
    ['a parameter that is no text', [withParams({ max_age: 5 })], '/0/authorize_params/max_age'],
    ['an unknown algorithm', [{ ...provider, id_token_alg: 'none' }], '/0/id_token_alg'],
    ['an unknown member', [{ ...provider, clientId: 'x' }], '/0'],
    [
      'a pointer that is none',
      [{ ...provider, account: { id: 'sub', name: '/n' } }],
      '/0/account/id',
    ],
  ])('%s is a fault', (_name, content, words) => {
    const found = faults(read(content));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^OAUTH_PROVIDERS /);
    expect(found[0]).toContain(words);
  });
});
