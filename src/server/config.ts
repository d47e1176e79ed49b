import { z } from 'zod';
import type { ConnectorOffer } from './connectors/connector.ts';
import type { OAuthProvider } from './connectors/oauth/providers-file.ts';
import { type ConnectorSettings, OFFERS } from './connectors/registry.ts';
import type { KommoSettings } from './kommo/kommo.ts';
import { brandFile } from './platform/brand-file.ts';
import type { SecretKey } from './platform/database/secrets.ts';
import {
  bearerToken,
  choice,
  identifier,
  integer,
  isLoopbackHost,
  isPlain,
  secret,
  text,
} from './platform/environment.ts';

const publicUrl = text
  .refine(
    (value) => originOf(value) !== undefined,
    'must be an origin such as https://connector.example.com',
  )
  .transform((value) => new URL(value).origin);

const emulatorUrl = text
  .refine((value) => {
    const url = originOf(value);
    return url !== undefined && /^https?:$/.test(url.protocol) && isLoopbackHost(url.hostname);
  }, 'must be a loopback origin such as http://kommo.localhost:9000')
  .transform((value) => new URL(value));

const databaseUrl = text.refine(
  (value) => /^postgres(ql)?:\/\/./.test(value) && URL.canParse(value),
  'must be an address such as postgres://user@host/name',
);

const secretKeys = text
  .transform((value, { addIssue }): SecretKey[] =>
    value.split(',').map((part, index) => {
      const [, id = '', encoded = ''] = /^([\w-]{1,32}):([\w+/-]+={0,2})$/.exec(part.trim()) ?? [];
      const key = Buffer.from(encoded, 'base64');
      if (key.length !== 32) {
        addIssue(
          `entry ${index + 1} must be id:base64-of-32-bytes (make one with: openssl rand -base64 32)`,
        );
      }
      return { id, key };
    }),
  )
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'repeats an id');

const connectorVariables: Record<string, z.ZodType> = Object.assign(
  {},
  ...Object.values(OFFERS).map(({ environment }) => environment.partial().shape),
);

const environment = z
  .object({
    ...connectorVariables,
    NODE_ENV: text.optional(),
    PORT: integer(8080, 0, 65_535),
    PUBLIC_URL: publicUrl,
    DATABASE_URL: databaseUrl.optional(),
    DATA_DIR: text.default('.data'),
    ROLE: choice('all', 'web', 'worker').default('all'),
    SECRET_KEYS: secretKeys,
    KOMMO_CLIENT_ID: identifier,
    KOMMO_CLIENT_SECRET: secret,
    KOMMO_CHANNEL_ID: identifier,
    KOMMO_CHANNEL_SECRET: secret,
    KOMMO_CHANNEL_CODE: identifier,
    KOMMO_CHANNEL_TITLE: text,
    KOMMO_WIDGET_CODE: identifier,
    KOMMO_CHANNEL_BOT_ID: identifier.optional(),
    KOMMO_EMULATOR_URL: emulatorUrl.optional(),
    MAX_CHANNELS: integer(50, 1, 50),
    MAX_CHANNELS_PER_SERVICE: integer(50, 1, 50),
    PIPELINE_SHARING: choice('shared', 'exclusive').default('shared'),
    DISPOSABLE_TOKENS: choice('reuse', 'strict').default('reuse'),
    REQUESTS_PER_SECOND: integer(20, 1, 10_000),
    MESSAGE_RETENTION_HOURS: integer(72, 1, 8_760),
    MESSAGE_MAP_DAYS: integer(60, 1, 3_650),
    MEDIA_LINK_DAYS: integer(7, 1, 365),
    MEDIA_MAX_MB: integer(50, 1, 2_000),
    LINK_CONTACTS: choice('off', 'on').default('off'),
    AMOJO_REQUESTS_PER_SECOND: integer(20, 1, 1_000),
    METRICS_TOKEN: bearerToken.optional(),
    BRAND_FILE: brandFile,
    LOG_LEVEL: choice('info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent').default('info'),
  })
  // Even when a variable is missing: an operator sees every fault at once.
  .superRefine(checkCombinations, { when: () => true });

/** Names of all variables the backend reads. */
export const VARIABLES: readonly string[] = Object.keys(environment.shape);

type Environment = z.output<typeof environment>;
type Values = Readonly<Record<string, unknown>>;

/** What one process of the backend runs on. Nothing else reads the environment. */
export type Config = ReturnType<typeof toConfig>;

/**
 * Reads and checks the whole environment. An empty variable counts as absent.
 *
 * @throws ConfigError listing every fault by variable name, without repeating any secret
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.entries(env)
    .map(([name, value]) => [name, value?.trim()] as const)
    .filter(([, value]) => value);
  const { data, error } = environment.safeParse(Object.fromEntries(given));
  const faults =
    error?.issues.map(({ path, message }) => `${path[0]?.toString()} ${message}`) ?? [];
  for (const name of Object.keys(env)) {
    // Otherwise a misspelt name would be ignored silently.
    if (name.startsWith('KOMMO_') && !VARIABLES.includes(name)) {
      faults.push(`${name} is not a setting of this backend; check the spelling`);
    }
  }
  if (data === undefined || faults.length > 0) throw new ConfigError(faults);
  return toConfig(data);
}

/** Every fault of the environment at once, one line each, naming the variable. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The backend cannot start. Correct these settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

function toConfig(env: Environment) {
  return {
    port: env.PORT,
    /** Origin of the backend as browsers and Kommo see it, without a trailing slash. */
    publicUrl: env.PUBLIC_URL,
    /** `postgres://…`; undefined: the embedded database in `dataDir`. */
    databaseUrl: env.DATABASE_URL,
    dataDir: env.DATA_DIR,
    role: env.ROLE,
    /** The first encrypts, all decrypt. */
    secretKeys: env.SECRET_KEYS,
    kommo: {
      clientId: env.KOMMO_CLIENT_ID,
      clientSecret: env.KOMMO_CLIENT_SECRET,
      channelId: env.KOMMO_CHANNEL_ID,
      channelSecret: env.KOMMO_CHANNEL_SECRET,
      channelCode: env.KOMMO_CHANNEL_CODE,
      channelTitle: env.KOMMO_CHANNEL_TITLE,
      widgetCode: env.KOMMO_WIDGET_CODE,
      botId: env.KOMMO_CHANNEL_BOT_ID,
      emulatorUrl: env.KOMMO_EMULATOR_URL,
    } satisfies KommoSettings,
    /** Channels of one Kommo account, of all services together. */
    maxChannels: env.MAX_CHANNELS,
    /** Channels of one Kommo account with one service. */
    maxChannelsPerService: env.MAX_CHANNELS_PER_SERVICE,
    /** Whether a pipeline may take the conversations of several channels, or of one only. */
    pipelineSharing: env.PIPELINE_SHARING,
    disposableTokens: env.DISPOSABLE_TOKENS,
    /** What one Kommo account may ask of one process, evenly spaced; a few seconds' worth may come at once. */
    requestsPerSecond: env.REQUESTS_PER_SECOND,
    messages: {
      /** How long the content of a message that was delivered is kept. */
      retentionHours: env.MESSAGE_RETENTION_HOURS,
      /** How long the map between the service's ids and Kommo's is kept. */
      mapDays: env.MESSAGE_MAP_DAYS,
      /** Life of a link by which Kommo fetches a file. */
      linkDays: env.MEDIA_LINK_DAYS,
      /** Largest file that is carried. */
      mediaMaxBytes: env.MEDIA_MAX_MB * 1024 * 1024,
      /** Whether a chat whose client's phone one contact has opens in that contact, without a new lead. */
      linksContacts: env.LINK_CONTACTS === 'on',
    },
    /** What all replicas together may ask of Kommo's chat API. */
    amojoRequestsPerSecond: env.AMOJO_REQUESTS_PER_SECOND,
    connectors: toConnectorSettings(env),
    /** What `/metrics` asks for; undefined: there is no such address. */
    metricsToken: env.METRICS_TOKEN,
    /** What the pages of the backend look like. */
    brand: env.BRAND_FILE,
    logLevel: env.LOG_LEVEL,
  };
}

function toConnectorSettings(values: Values): ConnectorSettings {
  const settings = Object.entries<ConnectorOffer>(OFFERS).map(([id, offer]) => [
    id,
    neededBy(offer).every((name) => values[name] !== undefined)
      ? offer.settings(values)
      : undefined,
  ]);
  return Object.fromEntries(settings);
}

/** Faults no variable shows alone. For a variable that is faulty itself, `env` holds what was given, or nothing. */
function checkCombinations(env: Environment, context: z.RefinementCtx): void {
  const values: Values = env;
  const fault = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (env.NODE_ENV === 'production' && env.KOMMO_EMULATOR_URL !== undefined) {
    fault('KOMMO_EMULATOR_URL', 'is for development and is refused when NODE_ENV is production');
  }
  const url = originOf(env.PUBLIC_URL ?? '');
  const isLocal = url?.protocol === 'http:' && isLoopbackHost(url.hostname);
  if (url && url.protocol !== 'https:' && !(isLocal && env.KOMMO_EMULATOR_URL !== undefined)) {
    fault(
      'PUBLIC_URL',
      'must begin with https:// (plain http is for loopback with KOMMO_EMULATOR_URL)',
    );
  }
  if (env.DATABASE_URL === undefined && (env.ROLE === 'web' || env.ROLE === 'worker')) {
    fault(
      'ROLE',
      'must be all without DATABASE_URL: the embedded database serves one process only',
    );
  }
  for (const names of Object.values<ConnectorOffer>(OFFERS).map(neededBy)) {
    const present = names.find((name) => values[name] !== undefined);
    for (const name of present === undefined ? [] : names) {
      if (values[name] === undefined) fault(name, `is not set, but ${present} is`);
    }
  }
  const taken = new Set(Object.keys(OFFERS));
  for (const { id } of values.OAUTH_PROVIDERS as OAuthProvider[]) {
    if (taken.has(id)) fault('OAUTH_PROVIDERS', `the id ${id} is already taken`);
    taken.add(id);
  }
}

/** The variables without a default. */
function neededBy({ environment }: ConnectorOffer): string[] {
  const { shape } = environment;
  return Object.keys(shape).filter((name) => !shape[name]?.safeParse(undefined).success);
}

function originOf(value: string): URL | undefined {
  const url = URL.parse(value);
  return url?.pathname === '/' && isPlain(url) ? url : undefined;
}
