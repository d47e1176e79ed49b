import { createHmac } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Outgoing } from '../../src/emulator/kommo/amojo/outgoing.ts';
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
    post(`${BASE}/${CHANNEL}/connect`, {
      account_id: ACCOUNT,
      title: 'Chats',
      hook_api_version: 'v2',
      ...fields,
    });
  const message = (payload: object = {}) => post(SCOPE, clientMessage(payload));

  const sign = (body: string) =>
    // The newline that ends the body is not signed.
    createHmac('sha1', emulator.state.channels[0]?.secret ?? '')
      .update(body.trimEnd())
      .digest('hex');

  test('carry what a user writes, signed over the body', async () => {
    await connect();
    await message();
    const [chat] = emulator.state.chats;
    expect(await emulator.chat('demo', { conversation_id: 'c-1', text: 'Hi' })).toEqual({
      status: 200,
      message_id: chat?.messages[1]?.id,
      chat_id: chat?.id,
    });
    expect(chat?.messages[1]?.hook).toEqual({ status: 200, ms: expect.any(Number) });
    const [hook] = backend.received;
    expect(hook?.body.endsWith('}\n')).toBe(true);
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
    const reply = await message({
      conversation_id: 'ours',
      conversation_ref_id: hook.message.conversation.id,
      sender: { id: 'person-1', ref_id: hook.message.receiver.id, name: 'Pat' },
    });
    expect(reply.json).toMatchObject({
      new_message: {
        conversation_id: hook.message.conversation.id,
        sender_id: hook.message.receiver.id,
      },
    });
    expect(emulator.state.chats).toHaveLength(1);
    expect(emulator.state.chats[0]).toMatchObject({ conversation_id: 'ours', unread: 1 });
    await emulator.chat('demo', { conversation_id: 'ours', text: 'Again' });
    expect(JSON.parse(backend.received[1]?.body ?? '').message).toMatchObject({
      conversation: { client_id: 'ours' },
      receiver: { client_id: 'person-1', phone: '79161234567' },
    });
  });

  test('can be odd in the ways that were seen', async () => {
    await connect();
    await message();
    const send = (fault: Outgoing) =>
      emulator.chat('demo', { conversation_id: 'c-1', text: 'x', ...fault });
    await send({ oddity: 'no newline' });
    await send({ oddity: 'numbers as strings' });
    await send({ oddity: 'bad signature' });
    await send({ oddity: 'duplicate' });
    const [bare, texts, bad, one, two] = backend.received;
    expect(bare?.body.endsWith('}')).toBe(true);
    expect(bare?.headers['x-signature']).toBe(sign(bare?.body ?? ''));
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
    const client = emulator.state.chats[0]?.user.id;
    expect(reaction).toEqual({
      reaction: {
        type: 'react',
        emoji: '👍',
        msgid: expect.any(String),
        message: {
          id: expect.any(String),
          client_id: 'm-1',
          sender: { id: client, client_id: 'client-1' },
          receiver: { id: expect.any(String) },
          timestamp: 1639660529,
          msec_timestamp: 1639660529379,
        },
        user: { id: expect.any(String) },
        conversation: { id: expect.any(String), client_id: 'c-1' },
      },
    });
    await emulator.chat('demo', {
      conversation_id: 'c-1',
      kind: 'unreact',
      message_id: 'm-1',
    });
    const removal = JSON.parse(backend.received[2]?.body ?? '').action.reaction;
    expect(removal).toMatchObject({ type: 'unreact' });
    expect(removal).not.toHaveProperty('emoji');
    expect(emulator.state.chats[0]?.messages[0]?.reactions).toEqual([]);
  });
});
