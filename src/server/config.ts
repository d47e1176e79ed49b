import { type ConnectorSettings, readConnectorSettings } from './connectors/connector-settings.ts';
import type { KommoSettings } from './kommo/kommo.ts';
import type { SecretKey } from './platform/database/secrets.ts';
import { EnvironmentReader, isLoopbackHost } from './platform/environment-reader.ts';

/** What one process of the backend runs on. Made by `readConfig`; nothing else reads the environment. */
export interface Config {
  port: number;
  /** Origin of the backend as browsers and Kommo see it, without a trailing slash. */
  publicUrl: string;
  /** `postgres://…`; undefined: the embedded database in `dataDir`. */
  databaseUrl: string | undefined;
  dataDir: string;
  role: 'all' | 'web' | 'worker';
  /** The first encrypts, all decrypt. */
  secretKeys: SecretKey[];
  kommo: KommoSettings;
  /** Channels of one Kommo account, of all services together. */
  maxChannels: number;
  /** Channels of one Kommo account with one service. */
  maxChannelsPerService: number;
  /** Whether a pipeline may take the conversations of several channels, or of one only. */
  pipelineSharing: 'shared' | 'exclusive';
  disposableTokens: 'reuse' | 'strict';
  /** What one Kommo account may ask of one process, evenly spaced; a few seconds' worth may come at once. */
  requestsPerSecond: number;
  connectors: ConnectorSettings;
  logLevel: string;
}

const KOMMO_VARIABLES = new Set([
  'KOMMO_CLIENT_ID',
  'KOMMO_CLIENT_SECRET',
  'KOMMO_CHANNEL_ID',
  'KOMMO_CHANNEL_SECRET',
  'KOMMO_CHANNEL_CODE',
  'KOMMO_CHANNEL_TITLE',
  'KOMMO_WIDGET_CODE',
  'KOMMO_EMULATOR_URL',
]);

const LOG_LEVELS = ['info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent'] as const;

/**
 * Reads and checks the whole environment.
 *
 * @throws ConfigError listing every fault by variable name, without repeating any secret
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const reader = new EnvironmentReader(env);
  const emulatorUrl = readEmulatorUrl(reader, env.NODE_ENV === 'production');
  const config: Config = {
    port: reader.integer('PORT', 8080, 0, 65_535),
    publicUrl: readPublicUrl(reader, emulatorUrl !== undefined),
    databaseUrl: readDatabaseUrl(reader),
    dataDir: reader.optional('DATA_DIR') ?? '.data',
    role: reader.choice('ROLE', ['all', 'web', 'worker']),
    secretKeys: readSecretKeys(reader),
    kommo: {
      clientId: reader.identifier('KOMMO_CLIENT_ID'),
      clientSecret: reader.secret('KOMMO_CLIENT_SECRET'),
      channelId: reader.identifier('KOMMO_CHANNEL_ID'),
      channelSecret: reader.secret('KOMMO_CHANNEL_SECRET'),
      channelCode: reader.identifier('KOMMO_CHANNEL_CODE'),
      channelTitle: reader.required('KOMMO_CHANNEL_TITLE'),
      widgetCode: reader.identifier('KOMMO_WIDGET_CODE'),
      emulatorUrl,
    },
    maxChannels: reader.integer('MAX_CHANNELS', 50, 1, 50),
    maxChannelsPerService: reader.integer('MAX_CHANNELS_PER_SERVICE', 50, 1, 50),
    pipelineSharing: reader.choice('PIPELINE_SHARING', ['shared', 'exclusive']),
    disposableTokens: reader.choice('DISPOSABLE_TOKENS', ['reuse', 'strict']),
    requestsPerSecond: reader.integer('REQUESTS_PER_SECOND', 20, 1, 10_000),
    connectors: readConnectorSettings(reader),
    logLevel: reader.choice('LOG_LEVEL', LOG_LEVELS),
  };
  if (config.databaseUrl === undefined && config.role !== 'all') {
    reader.fault(
      'ROLE',
      'must be all without DATABASE_URL: the embedded database serves one process only',
    );
  }
  reader.refuseUnknown('KOMMO_', KOMMO_VARIABLES);
  reader.finish();
  return config;
}

function readPublicUrl(reader: EnvironmentReader, withEmulator: boolean): string {
  const text = reader.required('PUBLIC_URL');
  if (text === '') return text;
  const url = URL.parse(text);
  if (
    url?.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== '' ||
    url.password !== ''
  ) {
    reader.fault('PUBLIC_URL', 'must be an origin such as https://connector.example.com');
    return '';
  }
  const isLocal = url.protocol === 'http:' && isLoopbackHost(url.hostname);
  if (url.protocol !== 'https:' && !(isLocal && withEmulator)) {
    reader.fault(
      'PUBLIC_URL',
      'must begin with https:// (plain http is for loopback with KOMMO_EMULATOR_URL)',
    );
  }
  return url.origin;
}

function readEmulatorUrl(reader: EnvironmentReader, inProduction: boolean): URL | undefined {
  const text = reader.optional('KOMMO_EMULATOR_URL');
  if (text === undefined) return undefined;
  if (inProduction) {
    reader.fault(
      'KOMMO_EMULATOR_URL',
      'is for development and is refused when NODE_ENV is production',
    );
  }
  const url = URL.parse(text);
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    !isLoopbackHost(url.hostname) ||
    url.pathname !== '/' ||
    url.search !== ''
  ) {
    reader.fault(
      'KOMMO_EMULATOR_URL',
      'must be a loopback origin such as http://kommo.localhost:9000',
    );
    return undefined;
  }
  return url;
}

function readDatabaseUrl(reader: EnvironmentReader): string | undefined {
  const text = reader.optional('DATABASE_URL');
  if (text === undefined) return undefined;
  const url = /^postgres(ql)?:\/\/./.test(text) ? URL.parse(text) : null;
  if (!url) reader.fault('DATABASE_URL', 'must be an address such as postgres://user@host/name');
  return text;
}

function readSecretKeys(reader: EnvironmentReader): SecretKey[] {
  const text = reader.required('SECRET_KEYS');
  if (text === '') return [];
  const keys: SecretKey[] = [];
  for (const [index, part] of text.split(',').entries()) {
    const [id = '', encoded = '', ...rest] = part.trim().split(':');
    const key = Buffer.from(encoded, 'base64');
    if (
      rest.length > 0 ||
      !/^[A-Za-z0-9_-]{1,32}$/.test(id) ||
      !/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded) ||
      key.length !== 32
    ) {
      reader.fault(
        'SECRET_KEYS',
        `entry ${index + 1} must be id:base64-of-32-bytes (make one with: openssl rand -base64 32)`,
      );
    } else if (keys.some((other) => other.id === id)) {
      reader.fault('SECRET_KEYS', `entry ${index + 1} repeats an id`);
    } else keys.push({ id, key });
  }
  return keys;
}
