import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call, callChats, clientMessage, installed } from '../support/emulator-client.ts';

describe('the talks API', () => {
  let emulator: Emulator;
  let token: string;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend('http://127.0.0.1:1');
    emulator.setSwitches({ rateLimit: 0 });
    token = (await installed(emulator)).access_token;
    const [channel] = emulator.state.channels;
    const json = {
      account_id: emulator.world.account('demo').amojo_id,
      title: 'Chats',
      hook_api_version: 'v2',
    };
    await callChats(emulator, `/v2/origin/custom/${channel?.id}/connect`, { json });
    const scope = emulator.state.scopes[0]?.scope_id;
    await callChats(emulator, `/v2/origin/custom/${scope}`, { json: clientMessage() });
  });
  afterAll(() => emulator.close());

  const ask = (path: string, json?: unknown, host = 'demo.kommo.com') =>
    call(emulator, `/api/v4/talks${path}`, { token, json, host });

  test('tells of the talk of a chat, and of the contact it was linked to', async () => {
    const [chat] = emulator.state.chats;
    expect((await ask('/1')).json).toMatchObject({
      talk_id: 1,
      chat_id: chat?.id,
      created_at: 1639660529,
      contact_id: chat?.contact_id,
      entity_id: chat?.lead_id,
      entity_type: 'lead',
      is_in_work: true,
      is_read: false,
      _embedded: { contacts: [{ id: chat?.contact_id }], leads: [{ id: chat?.lead_id }] },
    });
    const links = [{ contact_id: 601, chat_id: chat?.id }];
    expect((await call(emulator, '/api/v4/contacts/chats', { token, json: links })).status).toBe(
      200,
    );
    expect((await ask('/1')).json).toMatchObject({
      contact_id: 601,
      _embedded: { contacts: [{ id: 601 }] },
    });
  });

  test('closes it once', async () => {
    expect(await ask('/1/close', { force_close: true })).toMatchObject({ status: 202, text: '' });
    expect((await ask('/1')).json).toMatchObject({ is_in_work: false });
    expect((await ask('/1/close', {})).status).toBe(422);
  });

  test('knows no talk that is not there, or is of another account', async () => {
    expect((await ask('/2')).status).toBe(404);
    expect((await ask('/2/close', {})).status).toBe(404);
    token = (await installed(emulator, 'other')).access_token;
    expect((await ask('/1', undefined, 'other.kommo.com')).status).toBe(404);
  });
});
