import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { evolutionServer } from '../support/evolution.ts';

describe('the emulated Evolution API', () => {
  let emulator: Emulator;
  let server: ReturnType<typeof evolutionServer>;

  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    server = evolutionServer(emulator);
    await server.link();
  });

  test('takes the key of the server or of the instance, and says what it misses', async () => {
    const [{ token }] = (await server.ask('GET', '/instance/fetchInstances')).json as [
      { token: string },
    ];
    expect((await server.ask('GET', '/webhook/find/shop', undefined, token)).status).toBe(200);
    const wrong = await server.ask('GET', '/webhook/find/shop', undefined, 'guess');
    expect(wrong.json).toEqual({
      status: 401,
      error: 'Unauthorized',
      response: { message: 'Unauthorized' },
    });
    expect((await server.ask('GET', '/instance/fetchInstances', undefined, token)).status).toBe(
      401,
    );
    expect((await server.ask('GET', '/webhook/find/none')).json).toEqual({
      status: 404,
      error: 'Not Found',
      response: { message: ['The "none" instance does not exist'] },
    });
  });

  test('keeps a webhook given inside `webhook`; no names of events mean all', async () => {
    expect((await server.ask('GET', '/webhook/find/shop')).json).toBeNull();
    const set = await server.setWebhook({
      url: 'http://127.0.0.1:9/hook',
      headers: { 'x-own': '1' },
      byEvents: true,
      base64: false,
    });
    expect(set.status).toBe(201);
    expect(set.json).toMatchObject({
      enabled: true,
      url: 'http://127.0.0.1:9/hook',
      headers: { 'x-own': '1' },
      webhookByEvents: true,
      webhookBase64: false,
    });
    const { events } = set.json as { events: string[] };
    expect(events).toEqual(expect.arrayContaining(['MESSAGES_UPSERT', 'CONNECTION_UPDATE']));
    expect(events).toHaveLength(31);
    expect((await server.ask('GET', '/webhook/find/shop')).json).toEqual(set.json);
    const off = await server.setWebhook({ url: 'http://127.0.0.1:9/hook', enabled: false });
    expect(off.json).toMatchObject({ enabled: false, events: [] });
  });

  test.each<[string, object, number, unknown]>([
    [
      'the flat form',
      { url: 'http://127.0.0.1:9', enabled: true, events: [] },
      400,
      [['instance requires property "webhook"']],
    ],
    [
      'one without address',
      { webhook: { enabled: true } },
      400,
      [['webhook requires property "url"']],
    ],
    [
      'an unknown event',
      { webhook: { enabled: true, url: 'http://127.0.0.1:9', events: ['EVERYTHING'] } },
      400,
      [[expect.stringMatching(/^webhook\.events\[0\] is not one of enum values: APPLICATION/)]],
    ],
    [
      'one without events',
      { webhook: { enabled: true, url: 'http://127.0.0.1:9' } },
      500,
      "Cannot read properties of undefined (reading 'length')",
    ],
  ])('refuses a webhook: %s', async (_what, body, status, message) => {
    const reply = await server.ask('POST', '/webhook/set/shop', body);
    expect(reply.json).toMatchObject({ status, response: { message } });
  });

  test('changes its settings when all are told', async () => {
    const settings = {
      rejectCall: true,
      groupsIgnore: true,
      alwaysOnline: false,
      readMessages: false,
      readStatus: false,
      syncFullHistory: false,
    };
    expect((await server.ask('POST', '/settings/set/shop', settings)).status).toBe(201);
    expect((await server.ask('GET', '/settings/find/shop')).json).toMatchObject(settings);
    const { rejectCall: _call, ...rest } = settings;
    expect((await server.ask('POST', '/settings/set/shop', rest)).json).toMatchObject({
      response: { message: [['instance requires property "rejectCall"']] },
    });
  });

  test('takes settings and a webhook with a new instance, and fails it without events', async () => {
    const other = evolutionServer(emulator, 'other');
    const make = (webhook: object) =>
      other.ask('POST', '/instance/create', {
        instanceName: 'other',
        integration: 'WHATSAPP-BAILEYS',
        groupsIgnore: true,
        token: 'OWN-TOKEN-0001',
        webhook,
      });
    expect((await make({ url: 'http://127.0.0.1:9' })).status).toBe(400);
    const made = await make({ url: 'http://127.0.0.1:9', events: ['MESSAGES_UPSERT'] });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ hash: 'OWN-TOKEN-0001', settings: { groupsIgnore: true } });
    expect((await other.ask('GET', '/webhook/find/other')).json).toMatchObject({
      enabled: true,
      events: ['MESSAGES_UPSERT'],
    });
    await other.ask('DELETE', '/instance/delete/other');
    await make({ url: 'http://127.0.0.1:9', events: [] });
    expect((await other.ask('GET', '/webhook/find/other')).json).toMatchObject({ enabled: true });
  });

  test('says what it knows of a group', async () => {
    const { id } = (await server.control('whatsapp/group', {
      name: 'Neighbours',
      members: ['5511955550101'],
    })) as { id: string };
    const found = await server.ask('GET', `/group/findGroupInfos/shop?groupJid=${id}`);
    expect(found.json).toMatchObject({ id, subject: 'Neighbours', size: 2 });
    expect((await server.ask('GET', '/group/findGroupInfos/shop?groupJid=1')).status).toBe(404);
    expect((await server.ask('GET', '/group/findGroupInfos/shop')).status).toBe(400);
  });
});
