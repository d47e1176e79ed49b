import { createHmac } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { callChats, clientMessage, type Listener, listen } from '../support/emulator-client.ts';

const CHANNEL = '344a5002-f8ca-454d-af3d-396180102ac7';
const ACCOUNT = '52e591f7-c98f-4255-8495-827210138c81';
const BASE = '/v2/origin/custom';
const SCOPE = `${BASE}/${CHANNEL}_${ACCOUNT}`;

describe('chat webhooks', () => {
  let emulator: Emulator;
  let backend: Listener;

  beforeAll(async () => {
    backend = await listen();
    emulator = await createEmulator({
      seed: { channels: [{ id: CHANNEL, webhook_url: `${backend.url}/chats/:scope_id` }] },
    });
  });
  afterAll(async () => {
    await emulator.close();
    await backend.close();
  });
  beforeEach(() => {
    emulator.reset();
    backend.received.length = 0;
  });

  const post = (path: string, json: unknown) => callChats(emulator, path, { json });
  const connect = (fields: object = {}) =>
    post(`${BASE}/${CHANNEL}/connect`, { account_id: ACCOUNT, hook_api_version: 'v2', ...fields });
  const message = (payload: object = {}) => post(SCOPE, clientMessage(payload));

  const sign = (body: string) =>
    createHmac('sha1', emulator.state.channels[0]?.secret ?? '')
      .update(body)
      .digest('hex');

  test('carry what a user writes, signed over the body', async () => {
    await connect();
    await message();
    expect(await emulator.chat('demo', { conversation_id: 'c-1', text: 'Hi' })).toBe(200);
    const [hook] = backend.received;
    expect(hook?.url).toBe(`/chats/${CHANNEL}_${ACCOUNT}`);
    expect(hook?.headers['x-signature']).toBe(sign(hook?.body ?? ''));
    expect(JSON.parse(hook?.body ?? '')).toMatchObject({
      account_id: ACCOUNT,
      message: {
        conversation: { id: expect.any(String), client_id: 'c-1' },
        receiver: { client_id: 'client-1', phone: '+79151112233' },
        message: { type: 'text', text: 'Hi', id: expect.any(String) },
      },
    });
  });

  test('are flat and carry no ids of Kommo where the channel was connected without a version', async () => {
    await connect({ hook_api_version: undefined });
    await message();
    const picture = { type: 'picture', media: 'https://example.com/a.png', file_size: 7 };
    await emulator.chat('demo', { conversation_id: 'c-1', text: 'See', message: picture });
    const [hook] = backend.received;
    expect(hook?.headers['x-signature']).toBe(sign(hook?.body ?? ''));
    expect(JSON.parse(hook?.body ?? '')).toEqual({
      receiver: 'client-1',
      conversation_id: 'c-1',
      msec_timestamp: expect.any(Number),
      type: 'picture',
      text: 'See',
      media: 'https://example.com/a.png',
      thumbnail: '',
      file_name: '',
      file_size: 7,
    });
  });

  test('of a chat begun in Kommo have no id of ours until we give one', async () => {
    await connect();
    const act = { phone: '79161234567', source_external_id: '78001234567', text: 'Hello' };
    await emulator.chat('demo', act);
    const hook = JSON.parse(backend.received[0]?.body ?? '');
    expect(hook.message.conversation).not.toHaveProperty('client_id');
    expect(hook.message).toMatchObject({
      receiver: { phone: '79161234567' },
      source: { external_id: '78001234567' },
    });
    await message({ conversation_id: 'ours', conversation_ref_id: hook.message.conversation.id });
    expect(emulator.state.chats).toHaveLength(1);
    expect(emulator.state.chats[0]?.conversation_id).toBe('ours');
  });

  test('can be odd in the ways that were seen', async () => {
    await connect();
    await message();
    const send = (
      oddity: 'trailing newline' | 'numbers as strings' | 'bad signature' | 'duplicate',
    ) => emulator.chat('demo', { conversation_id: 'c-1', text: 'x', oddity });
    await send('trailing newline');
    await send('numbers as strings');
    await send('bad signature');
    await send('duplicate');
    const [newline, texts, bad, one, two] = backend.received;
    expect(newline?.body.endsWith('}\n')).toBe(true);
    expect(newline?.headers['x-signature']).toBe(sign(newline?.body.trim() ?? ''));
    expect(JSON.parse(texts?.body ?? '').time).toEqual(expect.any(String));
    expect(bad?.headers['x-signature']).not.toBe(sign(bad?.body ?? ''));
    expect(two?.body).toBe(one?.body);
  });

  test('tell of typing and of reactions', async () => {
    await connect();
    await message();
    await emulator.chat('demo', { conversation_id: 'c-1', kind: 'typing' });
    await emulator.chat('demo', {
      conversation_id: 'c-1',
      kind: 'reaction',
      message_id: 'm-1',
      emoji: '👍',
    });
    const [typing, reaction] = backend.received.map(({ body }) => JSON.parse(body).action);
    expect(typing).toMatchObject({ typing: { expired_at: expect.any(Number) } });
    expect(reaction).toMatchObject({
      reaction: { type: 'react', emoji: '👍', msgid: expect.any(String) },
    });
  });
});
