import { createEvolution } from '../../src/server/connectors/evolution.ts';
import { API_KEY, type EvolutionApi, refusal, startEvolutionApi } from './support/evolution-api.ts';
import { INSTANCE } from './support/evolution-events.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const EVENTS = [
  'CONNECTION_UPDATE',
  'MESSAGES_UPSERT',
  'MESSAGES_UPDATE',
  'MESSAGES_EDITED',
  'MESSAGES_DELETE',
  'PRESENCE_UPDATE',
];
const CONNECTED = { status: 'connected', reason: null };
const CREDENTIALS = { session: INSTANCE };

describe('the webhook of an Evolution instance', () => {
  let api: EvolutionApi;
  let tools: TestTools;
  let connector: ReturnType<typeof createEvolution>;

  beforeEach(async () => {
    api = await startEvolutionApi();
    tools = createTools('evolution');
    connector = createEvolution({ url: `http://127.0.0.1:${api.port}`, apiKey: API_KEY });
  });
  afterEach(async () => {
    await tools.close();
    await api.close();
  });

  const paths = () => api.calls.map(({ path }) => path);

  test('asks for messages with our secret, without files, and lets groups through', async () => {
    const linked = { externalId: '1', name: '1', handle: null, credentials: CREDENTIALS };
    expect(await connector.link?.(tools, linked)).toEqual(CREDENTIALS);
    expect(api.calls).toEqual([
      {
        path: '/webhook/set',
        json: {
          webhook: {
            enabled: true,
            url: tools.webhook?.url,
            headers: { 'x-webhook-secret': WEBHOOK_SECRET },
            byEvents: false,
            base64: false,
            events: EVENTS,
          },
        },
      },
      { path: '/settings/set', json: expect.objectContaining({ groupsIgnore: false }) },
    ]);
  });

  const stored = (fields: object = {}) => ({
    status: 200,
    json: {
      id: 'cm1',
      enabled: true,
      url: tools.webhook?.url,
      headers: { 'x-webhook-secret': WEBHOOK_SECRET },
      events: EVENTS,
      webhookByEvents: false,
      webhookBase64: false,
      ...fields,
    },
  });

  test('stays when it is what it would be today', async () => {
    api.say('/webhook/find', stored());
    expect(await connector.health(tools, CREDENTIALS)).toEqual(CONNECTED);
    expect(paths()).toEqual(['/instance/connectionState', '/webhook/find']);
  });

  test.each([
    { events: ['CONNECTION_UPDATE'] },
    { events: null },
    { enabled: false },
    { url: 'https://other.example/' },
    { headers: null },
    { headers: { 'x-webhook-secret': 'old' } },
    { webhookByEvents: true },
    { webhookBase64: true },
  ])('is renewed without a new code when it has %j', async (fields) => {
    api.say('/webhook/find', stored(fields));
    expect(await connector.health(tools, CREDENTIALS)).toEqual(CONNECTED);
    expect(paths().slice(2)).toEqual(['/webhook/set', '/settings/set']);
  });

  test('is set when there is none', async () => {
    expect(await connector.health(tools, CREDENTIALS)).toEqual(CONNECTED);
    expect(paths().slice(2)).toEqual(['/webhook/set', '/settings/set']);
  });

  test.each([refusal(404, ['Cannot GET']), refusal(500, 'x'), { status: 429, json: {} }])(
    'that cannot be read or set is no reason to call a number disconnected: %j',
    async (answer) => {
      api.say('/webhook/find', answer);
      expect(await connector.health(tools, CREDENTIALS)).toEqual(CONNECTED);
      api.say('/webhook/set', answer);
      expect(await connector.health(tools, CREDENTIALS)).toEqual(CONNECTED);
      expect(tools.logged()).not.toContain(API_KEY);
    },
  );

  test('is left alone while there is no connection', async () => {
    api.say('/instance/connectionState', {
      status: 200,
      json: { instance: { state: 'connecting' } },
    });
    await connector.health(tools, CREDENTIALS);
    expect(paths()).toEqual(['/instance/connectionState']);
  });
});

test('a number writes at a human pace, which the operator chooses', () => {
  const server = { url: 'http://127.0.0.1:9', apiKey: 'k' };
  expect(createEvolution(server).messages).toMatchObject({ secondsBetweenMessages: 1 });
  const slow = createEvolution({ ...server, secondsBetweenMessages: 2.5 });
  expect(slow.messages).toMatchObject({ secondsBetweenMessages: 2.5, showsSeen: true });
});
