import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the parts of a development stack listen and keep what they store. */
export interface StackAddresses {
  backendPort: number;
  emulatorPort: number;
  dataDir: string;
}

/** The integration and the chat channel the emulator begins with (its own seed; none of it is secret). */
const INTEGRATION = {
  KOMMO_CLIENT_ID: '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11',
  KOMMO_CLIENT_SECRET: 'emulator-client-secret-0123456789abcdefghijklmnopqrstuvwxyz012345',
  KOMMO_CHANNEL_ID: '344a5002-f8ca-454d-af3d-396180102ac7',
  KOMMO_CHANNEL_SECRET: 'f2d7f8704eff95087ed45b23ba99c0b5aac8278e',
  KOMMO_CHANNEL_CODE: 'kommo.ext.20261122',
  KOMMO_CHANNEL_TITLE: 'Chat Connector',
  KOMMO_CHANNEL_BOT_ID: 'f1910c7f-b1e0-4184-bd09-c7def2a9109a',
  KOMMO_WIDGET_CODE: 'chat_connector',
};

/** The name and password of the emulator's doubles of chat services. */
const SERVICES = {
  WAHA_API_KEY: 'emulator-waha-key-0123456789',
  EVOLUTION_API_KEY: 'emulator-evolution-key-0123456789',
  SLACK_CLIENT_ID: '1234567890.0987654321',
  SLACK_CLIENT_SECRET: 'emulator-slack-client-secret-01234567',
  SLACK_SIGNING_SECRET: '0e5ac7ed51a9b3d2c4f6e8a01b2c3d4e',
};

/** Origin of the backend as the browser sees it. */
export function backendOrigin({ backendPort }: StackAddresses): string {
  return `http://localhost:${backendPort}`;
}

/** The emulated account's integrations page with the settings of our widget open. */
export function settingsAddress({ emulatorPort }: StackAddresses): string {
  return `http://demo.kommo.localhost:${emulatorPort}/settings/widgets/${INTEGRATION.KOMMO_WIDGET_CODE}/`;
}

/** Every environment variable with which the backend works against the emulator and its doubles. */
export function backendEnvironment(addresses: StackAddresses): Record<string, string> {
  const { backendPort, emulatorPort, dataDir } = addresses;
  const services = `http://127.0.0.1:${emulatorPort}/__services`;
  return {
    ...INTEGRATION,
    ...SERVICES,
    PORT: String(backendPort),
    PUBLIC_URL: backendOrigin(addresses),
    DATA_DIR: dataDir,
    SECRET_KEYS: readSecretKeys(dataDir),
    KOMMO_EMULATOR_URL: `http://kommo.localhost:${emulatorPort}`,
    TELEGRAM_API_ROOT: `${services}/telegram`,
    WAHA_URL: `${services}/waha`,
    EVOLUTION_URL: `${services}/evolution`,
    SLACK_URL: `http://slack.localhost:${emulatorPort}`,
    OAUTH_PROVIDERS: writeProviders(addresses),
    API_CHANNELS: 'on',
  };
}

/** Made once for a data directory: other keys could not read what is stored there. */
function readSecretKeys(dataDir: string): string {
  const file = join(dataDir, 'dev-secret-keys');
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `dev:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  }
  return readFileSync(file, 'utf8').trim();
}

/** The emulator's OpenID provider, as an operator would describe any other. */
function writeProviders({ dataDir, emulatorPort }: StackAddresses): string {
  const file = join(dataDir, 'dev-oauth-providers.json');
  const provider = {
    id: 'acme',
    name: 'Acme Chat',
    issuer: `http://oidc.localhost:${emulatorPort}`,
    client_id: 'kommo-chat-connector',
    client_secret: 'emulator-oidc-client-secret-0123456789',
    scopes: ['openid', 'profile', 'email'],
    pkce: true,
    token_auth: 'basic',
    account: { id: '/sub', name: '/name', handle: '/email', avatar: '/picture' },
  };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, `${JSON.stringify([provider], undefined, 2)}\n`);
  return file;
}
