import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { callChats, clientMessage, type Reply } from '../support/emulator-client.ts';

const CHANNEL = '344a5002-f8ca-454d-af3d-396180102ac7';
const ACCOUNT = '52e591f7-c98f-4255-8495-827210138c81';
const OTHER = 'af9945ff-1490-4cad-807d-945c15d88bec';
const BASE = '/v2/origin/custom';
const SCOPE = `${BASE}/${CHANNEL}_${ACCOUNT}`;

describe('the Chats API', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());
  beforeEach(() => emulator.reset());

  const post = (path: string, json: unknown) => callChats(emulator, path, { json });
  const connect = (fields: object = {}) =>
    post(`${BASE}/${CHANNEL}/connect`, {
      account_id: ACCOUNT,
      title: 'Chats',
      hook_api_version: 'v2',
      ...fields,
    });
  const message = (payload: object = {}) => post(SCOPE, clientMessage(payload));
  const idsOf = (reply: Reply) =>
    (reply.json as { new_message: Record<string, string> }).new_message;

  describe('connecting', () => {
    test('makes a scope of the channel and the account, again and again', async () => {
      for (const title of ['First', 'Second']) {
        expect((await connect({ title })).json).toEqual({
          account_id: ACCOUNT,
          scope_id: `${CHANNEL}_${ACCOUNT}`,
          title,
          hook_api_version: 'v2',
          is_time_window_disabled: false,
        });
      }
      expect(emulator.state.scopes).toHaveLength(1);
    });

    test('is refused the second time when told to', async () => {
      emulator.setSwitches({ connectTwice: '400' });
      await connect();
      expect((await connect()).status).toBe(400);
    });

    test('knows its channels and accounts', async () => {
      const elsewhere = `${BASE}/f90ba33d-c9d9-44da-b76c-c349b0ecbe41/connect`;
      expect((await post(elsewhere, { account_id: ACCOUNT })).status).toBe(404);
      expect((await connect({ account_id: 'demo' })).status).toBe(400);
      expect((await connect({ account_id: CHANNEL })).status).toBe(400);
      expect((await connect({ hook_api_version: 'v3' })).status).toBe(400);
    });

    test('keeps a private channel to its accounts', async () => {
      Object.assign(emulator.state.channels[0] ?? {}, { allowed_accounts: [OTHER] });
      expect((await connect()).json).toMatchObject({
        error_code: 403,
        error_type: expect.any(String),
        error_description: expect.any(String),
      });
      expect((await connect({ account_id: OTHER })).status).toBe(200);
    });

    test('ends with disconnect, which may be repeated', async () => {
      await connect();
      const json = { account_id: ACCOUNT };
      for (let time = 0; time < 2; time += 1) {
        const reply = await callChats(emulator, `${BASE}/${CHANNEL}/disconnect`, {
          method: 'DELETE',
          json,
        });
        expect(reply).toMatchObject({ status: 200, text: '' });
      }
      expect((await message()).status).toBe(403);
      emulator.setSwitches({ afterDisconnect: '404' });
      expect((await message()).status).toBe(404);
      expect(emulator.world.judge.tallies().after_disconnect.count).toBe(2);
    });
  });

  describe('proving who calls', () => {
    test.each([
      ['no signature', { 'x-signature': '' }],
      ['a signature of other things', { 'x-signature': '0'.repeat(40) }],
      ['an upper-case signature', { 'x-signature': 'A'.repeat(40) }],
      ['no date', { date: '' }],
      ['a date in another form', { date: '2021-12-15T23:12:55Z' }],
      ['the MD5 of another body', { 'content-md5': 'd41d8cd98f00b204e9800998ecf8427e' }],
      ['a charset in the content type', { 'content-type': 'application/json; charset=utf-8' }],
    ])('refuses %s', async (_, headers) => {
      await connect();
      const json = { account_id: ACCOUNT };
      const reply = await callChats(emulator, `${BASE}/${CHANNEL}/connect`, { json, headers });
      expect(reply.status).toBe(403);
    });

    test('comes before the question whether the scope exists', async () => {
      const unknown = `${BASE}/${CHANNEL}_${OTHER}`;
      const json = { event_type: 'new_message' };
      const headers = { 'x-signature': '0'.repeat(40) };
      expect((await callChats(emulator, unknown, { json, headers })).status).toBe(403);
      expect((await callChats(emulator, unknown, { json })).status).toBe(404);
    });
  });

  describe('messages', () => {
    beforeEach(async () => {
      await connect();
    });

    test('from a client get an id of Kommo beside ours', async () => {
      const first = await message();
      expect(first.status).toBe(200);
      expect(idsOf(first)).toEqual({
        conversation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sender_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        msgid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ref_id: 'm-1',
      });
      const next = idsOf(await message({ msgid: 'm-2' }));
      expect(next.conversation_id).toBe(idsOf(first).conversation_id);
      expect(next.sender_id).toBe(idsOf(first).sender_id);
    });

    test('from a manager name both sides', async () => {
      const manager = emulator.world.account('demo').users[1]?.amojo_id;
      const sent = await message({
        sender: { ref_id: manager, name: 'Max' },
        receiver: { id: 'client-1', name: 'Client' },
      });
      expect(idsOf(sent)).toMatchObject({ sender_id: manager, receiver_id: expect.any(String) });
      const stranger = await message({ msgid: 'm-3', sender: { ref_id: OTHER } });
      expect(stranger.status).toBe(400);
    });

    test.each([
      ['timestamp', { timestamp: '1639660529' }],
      ['msgid', { msgid: undefined }],
      ['sender', { sender: {} }],
      ['silent', { silent: 'no' }],
      ['message.type', { message: { type: 'poem' } }],
      ['message.text', { message: { type: 'text' } }],
      ['message.media', { message: { type: 'picture', file_name: 'a', file_size: 1 } }],
      [
        'message.file_size',
        { message: { type: 'file', media: 'https://x.example/a', file_name: 'a', file_size: '1' } },
      ],
      ['source.external_id', { source: { external_id: 'x'.repeat(41) } }],
    ])('are refused when %s is not as documented', async (name, payload) => {
      const reply = await message(payload);
      expect(reply.status).toBe(400);
      expect((reply.json as { error_description: string }).error_description).toContain(name);
    });

    test('can be edited, reacted to and read again', async () => {
      const { msgid, conversation_id: chat } = idsOf(await message());
      await post(SCOPE, {
        event_type: 'edit_message',
        payload: { msgid: 'm-1', conversation_id: 'c-1', message: { type: 'text', text: 'Bye' } },
      });
      const user = { id: 'client-1' };
      const reaction = { conversation_id: 'c-1', msgid: 'm-1', user, type: 'react', emoji: '👍' };
      expect((await post(`${SCOPE}/react`, reaction)).status).toBe(200);
      expect((await post(`${SCOPE}/react`, { ...reaction, msgid: 'no' })).status).toBe(404);
      await message({ msgid: 'm-2', message: { type: 'text', text: 'Later' } });
      const history = await callChats(emulator, `${SCOPE}/chats/${chat}/history`, {
        method: 'GET',
      });
      expect(history.json).toMatchObject({
        messages: [
          { message: { text: 'Later', client_id: 'm-2' } },
          { sender: { client_id: 'client-1' }, message: { id: msgid, text: 'Bye' } },
        ],
      });
      const unknown = `${SCOPE}/chats/${ACCOUNT}/history`;
      expect((await callChats(emulator, unknown, { method: 'GET' })).status).toBe(204);
    });
  });

  test('creates a chat once for one conversation', async () => {
    await connect();
    const chat = {
      conversation_id: 'c-9',
      user: { id: 'u-9', name: 'Nina', profile: { phone: '+1' } },
    };
    const first = await post(`${SCOPE}/chats`, chat);
    expect(first.json).toMatchObject({
      id: expect.any(String),
      user: { client_id: 'u-9', phone: '+1' },
    });
    expect((await post(`${SCOPE}/chats`, chat)).json).toEqual(first.json);
    const manager = emulator.world.account('demo').users[0]?.amojo_id;
    const bare = { conversation_id: 'c-10', user: { ref_id: manager } };
    expect((await post(`${SCOPE}/chats`, bare)).json).toMatchObject({ user: { id: manager } });
    const typing = { conversation_id: 'c-9', sender: { id: 'u-9' } };
    expect(await post(`${SCOPE}/typing`, typing)).toMatchObject({ status: 204, text: '' });
  });
});
