import { createHash, randomUUID } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { EVOLUTION_API_KEY } from '../../src/emulator/services/evolution.ts';
import type { Credentials } from '../../src/server/connectors/connector.ts';
import { createEvolution } from '../../src/server/connectors/evolution.ts';
import type { ReceivedItem } from '../../src/server/connectors/messages.ts';
import { call, type Listener, listen } from '../support/emulator-client.ts';
import { BEATRIZ, BUSINESS, evolutionServer } from '../support/evolution.ts';
import { waitFor } from '../support/wait-for.ts';
import { FILE_CONTENT } from './support/held-file.ts';
import { OUTGOING, type OutgoingKind, outgoing } from './support/message-kinds.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const CHAT = { chatId: BEATRIZ.phone, personId: BEATRIZ.phone, isNew: false };
const GROUP = '120363042000000001@g.us';

/** Two readings of Evolution's source, the connector's and the double's, talk to each other. */
describe('a conversation with the emulated Evolution API', () => {
  let emulator: Emulator;
  let backend: Listener;
  let tools: TestTools;
  let connector: ReturnType<typeof createEvolution>;
  let server: ReturnType<typeof evolutionServer>;
  let credentials: Credentials;

  beforeAll(async () => {
    emulator = await createEmulator();
    const url = `${emulator.url}/__services/evolution`;
    connector = createEvolution({ url, apiKey: EVOLUTION_API_KEY });
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    backend = await listen();
    tools = createTools('evolution');
    tools.webhook = { url: `${backend.url}/hook`, secret: WEBHOOK_SECRET };
    credentials = await connector.begin(tools, randomUUID());
    const session = String(credentials.session);
    server = evolutionServer(emulator, session);
    emulator.advance(200);
    const scan = { service: 'evolution', session, change: 'scan', number: BUSINESS };
    await call(emulator, '/__services/phone', { host: '127.0.0.1', json: scan });
    emulator.advance(1_000);
    const linked = { externalId: BUSINESS, name: 'Shop', handle: null, credentials };
    await connector.link?.(tools, linked);
  });
  afterEach(async () => {
    await tools.close();
    await backend.close();
  });

  const carrier = () => {
    if (connector.messages === undefined) throw new Error('Evolution carries no messages');
    return connector.messages;
  };

  /** What the connector makes of all that was posted, each of it proven; waits until there is so much of a kind. */
  async function arrived(event: ReceivedItem['event'], count = 1): Promise<ReceivedItem[]> {
    return await waitFor(async () => {
      const items: ReceivedItem[] = [];
      for (const { headers, body } of backend.received) {
        const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
        const request = { headers: Object.fromEntries(flat), body: Buffer.from(body) };
        await connector.receive?.(tools, credentials, request);
        items.push(...carrier().parse(request, { externalId: BUSINESS }));
      }
      const found = items.filter((item) => item.event === event);
      return found.length >= count ? found : undefined;
    });
  }

  async function sendAll(fields: Parameters<typeof outgoing>[0], chat = CHAT) {
    const outcomes = [];
    for (const part of carrier().compose(outgoing(fields))) {
      outcomes.push(await carrier().send(tools, credentials, chat, part));
    }
    return outcomes;
  }

  test.each([
    ['text', { text: 'Olá' }, 'text'],
    ['image', { caption: 'Look' }, 'picture'],
    ['video', {}, 'video'],
    ['video_note', {}, 'video'],
    ['gif', {}, 'video'],
    ['document', {}, 'file'],
    ['voice', {}, 'voice'],
    ['audio', {}, 'audio'],
    ['sticker', {}, 'sticker'],
    ['location', {}, 'location'],
    ['live_location', {}, 'location'],
    ['contacts', {}, 'contact'],
    ['poll', { question: 'Tea?', options: ['Yes', 'No'] }, 'placeholder'],
  ])('brings a %s %j as %s, with its file', async (kind, more, expected) => {
    const done = (await server.act('send', { kind, ...more })) as {
      message_id: string;
      file?: { size: number; sha256: string };
    };
    const [item] = await arrived('message');
    expect(item).toMatchObject({
      messageId: done.message_id,
      chat: { id: BEATRIZ.phone },
      person: { id: BEATRIZ.phone, name: 'Beatriz', phone: `+${BEATRIZ.phone}` },
      content: { kind: expected },
    });
    if (item?.event !== 'message' || !('media' in item.content)) return;
    const { media } = item.content;
    const { body } = await carrier().openMedia(tools, credentials, media.ref);
    const hash = createHash('sha256');
    let size = 0;
    for await (const piece of body as AsyncIterable<Buffer>) {
      hash.update(piece);
      size += piece.length;
    }
    expect({ size, sha256: hash.digest('hex') }).toMatchObject({
      size: done.file?.size,
      sha256: done.file?.sha256,
    });
    expect(media.bytes).toBe(size);
  });

  test.each([
    ['lid', { id: BEATRIZ.phone }],
    ['twins', { id: BEATRIZ.phone }],
  ])('knows a client of addressing "%s" by the number', async (addressing, chat) => {
    await server.act('send', { text: 'Olá', client: { ...BEATRIZ, addressing } });
    const [item] = await arrived('message');
    expect(item).toMatchObject({ chat });
  });

  test('asks who is behind a hidden id', async () => {
    // First she is told by both ids, later by the hidden one alone.
    await server.act('send', { text: 'Olá', client: { ...BEATRIZ, addressing: 'lid' } });
    await arrived('message');
    await server.act('send', { text: 'Me', client: { ...BEATRIZ, addressing: 'hidden' } });
    const [, item] = await arrived('message', 2);
    if (item?.event !== 'message') throw new Error('no message');
    expect(item.chat).toEqual({ id: expect.stringMatching(/@lid$/), isAlias: true });
    const found = await carrier().findChat?.(tools, credentials, item.chat.id);
    expect(found).toEqual({ chatId: BEATRIZ.phone, phone: `+${BEATRIZ.phone}` });
  });

  test('brings quotes, reactions, edits and deletions, each in its chat', async () => {
    const [sent] = await sendAll({ text: 'Well?' });
    if (sent?.state !== 'sent') throw new Error('not sent');
    const { message_id: id } = await server.act('send', { text: 'Yes', quote: sent.messageId });
    expect(await arrived('message')).toMatchObject([{ messageId: id, replyTo: sent.messageId }]);

    await server.act('react', { message_id: sent.messageId, emoji: '❤️' });
    await server.act('react', { message_id: sent.messageId, emoji: '' });
    const reactions = await arrived('reaction', 2);
    expect(reactions).toMatchObject([
      { messageId: sent.messageId, chat: { id: BEATRIZ.phone } },
      { messageId: sent.messageId },
    ]);
    expect(new Set(reactions.map((item) => item.event === 'reaction' && item.emoji))).toEqual(
      new Set(['❤️', null]),
    );

    await server.act('edit', { message_id: id, text: 'Yes!' });
    const [edited] = await arrived('edit');
    expect(edited).toMatchObject({ messageId: id, content: { kind: 'text', text: 'Yes!' } });
    if (edited?.event !== 'edit') throw new Error('no edit');
    expect(await carrier().findChat?.(tools, credentials, edited.chat.id)).toMatchObject({
      chatId: BEATRIZ.phone,
    });

    await server.act('delete', { message_id: id });
    expect(await arrived('delete')).toMatchObject([{ messageId: id, chat: { id: BEATRIZ.phone } }]);
  });

  test('brings what staff wrote on the phone, and nothing of what it sent itself', async () => {
    await sendAll({ text: 'From Kommo' });
    await server.act('send', { text: 'From the phone', as: 'phone' });
    expect(await arrived('message')).toMatchObject([
      { isFromStaff: true, chat: { id: BEATRIZ.phone }, content: { text: 'From the phone' } },
    ]);
  });

  test('brings a group, with its name and who spoke', async () => {
    await server.act('group', { id: GROUP, name: 'Friends of tea', members: [BEATRIZ.phone] });
    await server.act('send', { chat: GROUP, text: 'Olá' });
    const [item] = await arrived('message');
    expect(item).toMatchObject({
      chat: { id: GROUP, isGroup: true },
      content: { text: 'Beatriz: Olá' },
    });
    if (item?.event !== 'message') throw new Error('no message');
    expect(await carrier().findPerson?.(tools, credentials, item.person.id)).toEqual({
      name: 'Friends of tea',
    });
    const outcomes = await sendAll({ text: 'Hello all' }, { ...CHAT, chatId: GROUP });
    expect(outcomes).toMatchObject([{ state: 'sent' }]);
    const gone = await sendAll({ text: 'x' }, { ...CHAT, chatId: '120363000000000009@g.us' });
    expect(gone).toEqual([{ state: 'refused', reason: 'removed_from_chat' }]);
  });

  test.each(Object.keys(OUTGOING) as OutgoingKind[])('takes %s', async (kind) => {
    const outcomes = await sendAll(OUTGOING[kind]());
    const { messages } = await server.chat();
    const ids = messages.map(({ id }) => id);
    expect(outcomes.map((one) => one.state === 'sent' && one.messageId)).toEqual(ids);
    const [first] = messages as { file: { size: number; sha256: string } | null }[];
    if (first?.file) {
      const sha256 = createHash('sha256').update(FILE_CONTENT).digest('hex');
      expect(first.file).toMatchObject({ size: FILE_CONTENT.length, sha256 });
    }
  });

  test('tells delivered and read, and nothing of a status that means nothing', async () => {
    const [sent] = await sendAll({ text: 'Olá' });
    if (sent?.state !== 'sent') throw new Error('not sent');
    await server.act('read', {});
    const { messageId } = sent;
    await server.control('evolution/status', { message_id: messageId, status: 'DELETED' });
    await server.act('send', { text: 'Last' });
    await arrived('message');
    const states = (await arrived('status', 2)).map(
      (item) => item.event === 'status' && item.state,
    );
    expect(states.toSorted()).toEqual(['delivered', 'read']);
  });

  test('shows that it has seen and is writing, and hears who is writing', async () => {
    const { message_id: lastReceivedId } = await server.act('send', { text: 'Olá' });
    await sendAll({ text: 'Yes?' }, { ...CHAT, lastReceivedId } as typeof CHAT);
    expect(await server.control('evolution/judge')).toMatchObject({
      answered_unseen: [],
      duplicates: [],
      secrets_seen: [],
    });
    await server.act('presence', { presence: 'composing' });
    expect(await arrived('typing')).toMatchObject([{ chat: { id: BEATRIZ.phone } }]);
    const typing = carrier().typing?.(tools, credentials, CHAT);
    await waitFor(async () => (await server.chat()).own_presence === 'composing' || undefined);
    await typing;
    expect((await server.chat()).own_presence).toBe('paused');
  });

  test('puts reactions on what either side wrote, and takes them away', async () => {
    const { message_id: theirs } = await server.act('send', { text: 'Olá' });
    const [sent] = await sendAll({ text: 'Yes?' });
    if (sent?.state !== 'sent') throw new Error('not sent');
    const react = (messageId: string, isOurs: boolean, emoji: string | null) =>
      carrier().react?.(tools, credentials, CHAT, { messageId, isOurs, emoji });
    await react(theirs, false, '👍');
    await react(sent.messageId, true, '❤️');
    const emojis = async () =>
      (await server.chat()).messages.map(({ reactions }) =>
        (reactions as { emoji: string }[]).map(({ emoji }) => emoji),
      );
    expect(await emojis()).toEqual([['👍'], ['❤️']]);
    await react(theirs, false, null);
    expect(await emojis()).toEqual([[], ['❤️']]);
  });

  test('writes first to a number, in the spelling WhatsApp knows', async () => {
    await server.act('client', { client: { phone: '5215512345678', name: 'Carla' } });
    const first = { chatId: '', personId: '', isNew: true };
    const outcomes = await sendAll({ text: 'Hola' }, {
      ...first,
      phone: '+525512345678',
    } as typeof CHAT);
    expect(outcomes).toMatchObject([{ state: 'sent', chatId: '5215512345678' }]);
    await server.control('whatsapp/absent', { phone: '5511900000000' });
    const absent = await sendAll({ text: 'Hola' }, {
      ...first,
      phone: '+5511900000000',
    } as typeof CHAT);
    expect(absent).toEqual([{ state: 'refused', reason: 'chat_unknown' }]);
  });

  test('waits while the phone is off, and is over when the instance is gone', async () => {
    const session = String(credentials.session);
    const off = { service: 'evolution', session, change: 'go_offline' };
    await call(emulator, '/__services/phone', { host: '127.0.0.1', json: off });
    for (const kind of ['text', 'picture'] as const) {
      await expect(sendAll(OUTGOING[kind]())).rejects.toMatchObject({ failure: 'unavailable' });
    }
    await connector.unlink(tools, credentials);
    await expect(sendAll({ text: 'x' })).rejects.toMatchObject({ failure: 'reauthorize' });
    await expect(
      carrier().openMedia(tools, credentials, { messageId: '3EB0AA' }),
    ).rejects.toMatchObject({ failure: 'reauthorize' });
  });

  test('is told of no messages before the number is a channel', async () => {
    await connector.begin(tools, randomUUID());
    const { webhooks } = (await server.control('evolution/judge')) as { webhooks: object[] };
    expect(webhooks).toMatchObject([
      { events: expect.arrayContaining(['CONNECTION_UPDATE', 'MESSAGES_UPSERT']) },
      { events: ['CONNECTION_UPDATE'] },
    ]);
  });

  test('is renewed by the health check where an older version asked for less', async () => {
    const url = tools.webhook?.url;
    await server.setWebhook({ url, events: ['CONNECTION_UPDATE'] });
    await server.act('send', { text: 'Unheard' });
    expect(await connector.health(tools, credentials)).toMatchObject({ status: 'connected' });
    await server.act('send', { text: 'Heard' });
    expect(await arrived('message')).toMatchObject([{ content: { text: 'Heard' } }]);
  });
});
