import { createHash } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { ReceivedItem } from '../../src/server/connectors/messages.ts';
import { createTelegram } from '../../src/server/connectors/telegram.ts';
import { type Listener, listen } from '../support/emulator-client.ts';
import { SUPPORT_TOKEN, telegramClient } from '../support/telegram.ts';
import { waitFor } from '../support/wait-for.ts';
import { OUTGOING, type OutgoingKind, outgoing } from './support/message-kinds.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const CREDENTIALS = { token: SUPPORT_TOKEN };
const CHAT = { chatId: '555', personId: '555', isNew: false };

/** Two readings of Telegram's documentation, the connector's and the double's, talk to each other. */
describe('a conversation with the emulated Telegram', () => {
  let emulator: Emulator;
  let backend: Listener;
  let client: ReturnType<typeof telegramClient>;
  let tools: TestTools;
  let connector: ReturnType<typeof createTelegram>;

  beforeAll(async () => {
    emulator = await createEmulator();
    client = telegramClient(emulator);
    connector = createTelegram({ apiRoot: `${emulator.url}/__services/telegram` });
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    backend = await listen();
    tools = createTools('telegram');
    tools.webhook = { url: `${backend.url}/hook`, secret: WEBHOOK_SECRET };
    const linked = await connector.verify(tools, { token: SUPPORT_TOKEN });
    await connector.link?.(tools, linked);
    await client.act('send', { kind: 'start' });
    await arrived(1);
  });
  afterEach(async () => {
    await tools.close();
    await backend.close();
  });

  const carrier = () => {
    if (connector.messages === undefined) throw new Error('Telegram carries no messages');
    return connector.messages;
  };

  /** What the connector makes of the updates from this one on, each of them proven. */
  async function arrived(count: number): Promise<ReceivedItem[]> {
    const posted = await waitFor(() =>
      backend.received.length >= count ? backend.received.slice(count - 1) : undefined,
    );
    const items: ReceivedItem[] = [];
    for (const { headers, body } of posted) {
      const flat = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(value)]),
      );
      const request = { headers: flat, body: Buffer.from(body) };
      await connector.receive?.(tools, CREDENTIALS, request);
      items.push(...carrier().parse(request, { externalId: '7000000001' }));
    }
    return items;
  }

  async function sendAll(fields: Parameters<typeof outgoing>[0]) {
    const outcomes = [];
    for (const part of carrier().compose(outgoing(fields))) {
      outcomes.push(await carrier().send(tools, CREDENTIALS, CHAT, part));
    }
    return outcomes;
  }

  test.each([
    ['text', { text: 'Hola' }, 'text'],
    ['photo', { caption: 'Look' }, 'picture'],
    ['video', {}, 'video'],
    ['video_note', {}, 'video'],
    ['animation', {}, 'video'],
    ['document', {}, 'file'],
    ['voice', {}, 'voice'],
    ['audio', {}, 'audio'],
    ['sticker', {}, 'sticker'],
    ['sticker', { format: 'tgs', emoji: '🍵' }, 'text'],
    ['location', {}, 'location'],
    ['venue', {}, 'location'],
    ['contact', {}, 'contact'],
    ['poll', { question: 'Tea?', options: ['Yes', 'No'] }, 'placeholder'],
    ['dice', {}, 'placeholder'],
    ['story', {}, 'placeholder'],
  ])('brings a %s %j as %s, with its file', async (kind, more, expected) => {
    const done = await client.act('send', { kind, ...more });
    const [item] = await arrived(2);
    expect(item).toMatchObject({
      event: 'message',
      messageId: `555:${done.message_id}`,
      content: { kind: expected },
    });
    if (item?.event !== 'message' || !('media' in item.content)) return;
    const { media } = item.content;
    const { body } = await carrier().openMedia(tools, CREDENTIALS, media.ref);
    const hash = createHash('sha256');
    let size = 0;
    for await (const piece of body as AsyncIterable<Buffer>) {
      hash.update(piece);
      size += piece.length;
    }
    expect({ size, sha256: hash.digest('hex') }).toEqual({
      size: done.files?.[0]?.size,
      sha256: done.files?.[0]?.sha256,
    });
    expect(media.bytes).toBe(size);
  });

  test('says what a file is that no bot can fetch', async () => {
    await client.act('send', { kind: 'document', file: { name: 'a.zip', size: 20 * 2 ** 20 + 1 } });
    expect(await arrived(2)).toMatchObject([
      { content: { kind: 'placeholder', what: 'file_too_large', detail: 'a.zip' } },
    ]);
  });

  test('brings an edit and a quote', async () => {
    const { message_id } = await client.act('send', { kind: 'text', text: 'teh' });
    await client.act('edit', { message_id, text: 'the' });
    await client.act('send', { kind: 'text', text: 'answer', reply_to: message_id });
    await arrived(4);
    expect(await arrived(2)).toMatchObject([
      { event: 'message', messageId: `555:${message_id}` },
      { event: 'edit', messageId: `555:${message_id}`, content: { text: 'the' } },
      { event: 'message', replyTo: `555:${message_id}` },
    ]);
  });

  test.each(Object.keys(OUTGOING) as OutgoingKind[])('takes %s', async (kind) => {
    const outcomes = await sendAll(OUTGOING[kind]());
    for (const outcome of outcomes) expect(outcome).toMatchObject({ state: 'sent' });
  });

  test('brings what was pressed, and takes the acknowledgement', async () => {
    const [outcome] = await sendAll(OUTGOING.list());
    if (outcome?.state !== 'sent') throw new Error('not sent');
    const message_id = Number(outcome.messageId.split(':')[1]);
    await client.act('press', { message_id, text: 'Mate' });
    const [item] = await arrived(2);
    expect(item).toMatchObject({
      content: { kind: 'text', text: 'Mate', callbackData: 'row-2' },
      replyTo: outcome.messageId,
    });
    if (item?.event !== 'message') throw new Error('no message');
    await carrier().acknowledge?.(tools, CREDENTIALS, item.acknowledgement);
    const reaction = { messageId: outcome.messageId, isOurs: true, emoji: '👍' };
    for (const emoji of [reaction.emoji, null]) {
      const reacted = await carrier().react?.(tools, CREDENTIALS, CHAT, { ...reaction, emoji });
      expect(reacted).toMatchObject({ state: 'sent' });
    }
    await carrier().typing?.(tools, CREDENTIALS, CHAT);
  });

  test('says why a message did not get there', async () => {
    await client.act('block', {});
    expect(await sendAll({ text: 'Hola' })).toMatchObject([
      { state: 'refused', reason: 'blocked' },
    ]);
    await client.act('unblock', {});
    await client.act('deactivate', {});
    expect(await sendAll({ text: 'Hola' })).toMatchObject([{ reason: 'person_gone' }]);
  });
});
