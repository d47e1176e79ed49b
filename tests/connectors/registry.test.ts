import {
  type ConnectorSettings,
  createConnectorRegistry,
  OFFERS,
} from '../../src/server/connectors/registry.ts';

const NOTHING = {
  ...(Object.fromEntries(Object.keys(OFFERS).map((id) => [id, undefined])) as ConnectorSettings),
  api: { isOffered: false },
  oauthProviders: [],
} satisfies ConnectorSettings;

const server = { url: 'https://gateway.example', apiKey: 'k' };

const acme = {
  id: 'acme',
  name: 'Acme Chat',
  issuer: 'https://acme.example',
  client_id: 'c',
  client_secret: 's',
  scopes: 'openid',
  pkce: true,
  token_auth: 'basic' as const,
  account: { id: '/sub', name: '/name' },
};

/** The same with messages. */
const talky = { ...acme, id: 'talky', name: 'Talky', messages_url: 'https://acme.example/kommo' };

test('offers nothing without settings', () => {
  const registry = createConnectorRegistry(NOTHING);
  expect(registry.all()).toEqual([]);
  expect(registry.describe()).toEqual([]);
  expect(registry.find('telegram')).toBeUndefined();
});

test('offers what has settings, in a fixed order, as the widget needs to draw it', () => {
  const registry = createConnectorRegistry({
    ...NOTHING,
    telegram: { apiRoot: 'https://api.telegram.org' },
    waha: server,
    evolution: server,
    slack: { clientId: 'c', clientSecret: 's', signingSecret: 'k', url: 'https://slack.com' },
    api: { isOffered: true },
    oauthProviders: [acme, talky],
  });
  const phone = { name: 'phone', type: 'phone', required: false, secret: false };
  const token = {
    name: 'token',
    type: 'password',
    required: true,
    secret: true,
    pattern: expect.any(String),
  };
  const own = ['name', 'callback_url'].map((name) => ({
    name,
    type: name === 'name' ? 'text' : 'url',
    required: true,
    secret: false,
  }));
  expect(registry.describe()).toMatchObject([
    { id: 'telegram', auth: 'api_key', title_key: 'connectors.telegram.title', fields: [token] },
    { id: 'waha', auth: 'qr', title_key: 'connectors.waha.title', fields: [phone] },
    { id: 'evolution', auth: 'qr', title_key: 'connectors.evolution.title', fields: [phone] },
    { id: 'slack', auth: 'oauth', title_key: 'connectors.slack.title', fields: [] },
    { id: 'api', auth: 'api_key', title_key: 'connectors.api.title', fields: own },
    { id: 'acme', auth: 'oauth', title_key: 'Acme Chat', fields: [], carries_messages: false },
    { id: 'talky', auth: 'oauth', title_key: 'Talky', fields: [], carries_messages: true },
  ]);
  expect(registry.find('api')?.messages).toBeDefined();
  for (const connector of registry.all()) expect(registry.find(connector.id)).toBe(connector);
});

test('offers one service without the others', () => {
  const registry = createConnectorRegistry({ ...NOTHING, waha: server });
  expect(registry.all().map(({ id }) => id)).toEqual(['waha']);
});
