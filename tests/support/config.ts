import { readConfig } from '../../src/server/config.ts';

/** Where the emulated Kommo believes the backend to be. It resolves nowhere; the emulator is told the way. */
export const PUBLIC_URL = 'https://connector.test';

export const CLIENT_ID = '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11';
export const CLIENT_SECRET = 'emulator-client-secret-0123456789abcdefghijklmnopqrstuvwxyz012345';

/** The accounts and people of the emulator's seed. */
export const DEMO = {
  id: 31263018,
  subdomain: 'demo',
  origin: 'https://demo.kommo.com',
  admin: 8001,
  manager: 8002,
  free: 8003,
  inactive: 8004,
} as const;
export const OTHER = {
  id: 31263019,
  subdomain: 'other',
  origin: 'https://other.kommo.com',
  admin: 9001,
  manager: 9002,
} as const;

/** The environment of a backend whose Kommo and chat services are one emulator. */
export function testEnvironment(
  emulatorPort: number,
  overrides: Record<string, string | undefined> = {},
): Record<string, string | undefined> {
  const services = `http://127.0.0.1:${emulatorPort}/__services`;
  return {
    PORT: '0',
    PUBLIC_URL,
    SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    KOMMO_CLIENT_ID: CLIENT_ID,
    KOMMO_CLIENT_SECRET: CLIENT_SECRET,
    KOMMO_CHANNEL_ID: '344a5002-f8ca-454d-af3d-396180102ac7',
    KOMMO_CHANNEL_SECRET: 'f2d7f8704eff95087ed45b23ba99c0b5aac8278e',
    KOMMO_CHANNEL_CODE: 'kommo.ext.20261122',
    KOMMO_CHANNEL_TITLE: 'Chat Connector',
    KOMMO_WIDGET_CODE: 'chat_connector',
    KOMMO_EMULATOR_URL: `http://kommo.localhost:${emulatorPort}`,
    TELEGRAM_API_ROOT: `${services}/telegram`,
    WAHA_URL: `${services}/waha`,
    WAHA_API_KEY: 'emulator-waha-key-0123456789',
    EVOLUTION_URL: `${services}/evolution`,
    EVOLUTION_API_KEY: 'emulator-evolution-key-0123456789',
    SLACK_URL: `http://slack.localhost:${emulatorPort}`,
    SLACK_CLIENT_ID: '1234567890.0987654321',
    SLACK_CLIENT_SECRET: 'emulator-slack-client-secret-01234567',
    SLACK_SIGNING_SECRET: '0e5ac7ed51a9b3d2c4f6e8a01b2c3d4e',
    // Tests ask again and again until something has happened.
    REQUESTS_PER_SECOND: '10000',
    AMOJO_REQUESTS_PER_SECOND: '1000',
    ...overrides,
  };
}

export function testConfig(
  emulatorPort: number,
  overrides: Record<string, string | undefined> = {},
) {
  return readConfig(testEnvironment(emulatorPort, overrides));
}
