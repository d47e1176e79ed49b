import type { Outgoing } from '../../src/emulator/kommo/amojo/outgoing.ts';
import { type AmojoBench, openAmojoBench } from '../support/amojo-bench.ts';
import { CHANNEL } from '../support/amojo-vectors.ts';
import { call, installed } from '../support/emulator-client.ts';

let bench: AmojoBench;
let status: number;
beforeAll(async () => {
  bench = await openAmojoBench(() => status);
});
afterAll(() => bench.close());
beforeEach(async () => {
  status = 200;
  await bench.reset({ mediaFetch: 'never', rateLimit: 0 });
  await bench.message();
});

const hook = (index = 0) =>
  bench.hooks()[index]?.message as { sender: object; message: Record<string, unknown> };

describe('what a person does in Kommo', () => {
  test('may quote a message, of the client or of Kommo', async () => {
    const { id } = bench.messageAt(0);
    const first = await bench.act({ text: 'To that', reply_to: 'm-1' });
    expect(hook().message.reply_to).toEqual({
      message: {
        ...{ id, msgid: 'm-1', type: 'text', text: 'Hello' },
        ...{ media: '', thumbnail: '', file_name: '', file_size: 0 },
        ...{ timestamp: 1639660529, msec_timestamp: 1639660529379 },
        sender: { id: bench.chat().user.id, name: 'Client', client_id: 'client-1' },
      },
    });
    const quoted = first.message_id ?? '';
    await bench.act({ text: 'To mine', reply_to: quoted });
    expect(hook(1).message.reply_to).toMatchObject({ message: { id: quoted, text: 'To that' } });
    expect(bench.messageAt(2).reply_to).toMatchObject({ id: quoted });
    await expect(bench.act({ text: 'x', reply_to: 'none' })).rejects.toThrow('reply_to');
  });

  test('may come with buttons or a list, and from the bot', async () => {
    const { bot } = bench.emulator.state.channels[0] ?? {};
    await bench.act({
      as: 'bot',
      text: 'Yes?',
      buttons: [['Yes', { text: 'Site', url: 'https://x.example' }]],
    });
    expect(hook()).toMatchObject({
      sender: { id: bot?.id },
      message: {
        markup: {
          mode: 'inline',
          buttons: [[{ text: 'Yes' }, { text: 'Site', url: 'https://x.example' }]],
        },
      },
    });
    expect(bench.messageAt(1).author).toBe('bot');
    const list_message = { header: 'H', body: 'B', footer: 'F', button: 'Menu', sections: [] };
    await bench.act({ text: 'Choose', list_message });
    expect(hook(1).message.markup).toEqual({ list_message });
  });

  test('names the manager only where told so', async () => {
    await bench.act({ user_id: 8002, text: 'Hi' });
    bench.emulator.setSwitches({ hookSenderName: 'on' });
    await bench.act({ user_id: 8002, text: 'Hi' });
    const id = bench.emulator.world.account('demo').users[1]?.amojo_id;
    expect([hook().sender, hook(1).sender]).toEqual([{ id }, { id, name: 'Max Manager' }]);
  });

  test('may fill a template', async () => {
    bench.emulator.useBackend(bench.backend.url);
    const { access_token: token } = await installed(bench.emulator);
    const content = 'Order {{lead.id}} is ready';
    const made = await call(bench.emulator, '/api/v4/chats/templates', {
      token,
      json: [{ name: 'Ready', content, external_id: 'ready' }],
    });
    expect(made.status).toBe(200);
    bench.backend.received.length = 0;
    const params = [{ key: '{{lead.id}}', value: '15' }];
    await bench.act({ template: { external_id: 'ready', params } });
    expect(hook().message).toMatchObject({
      text: 'Order 15 is ready',
      template: { id: expect.any(Number), external_id: 'ready', content, params },
    });
    await expect(bench.act({ template: { id: 1 } })).rejects.toThrow('template');
  });

  test('makes the chat read, also by looking at it', async () => {
    expect(bench.chat().unread).toBe(1);
    expect(await bench.act({ kind: 'read' })).toMatchObject({ status: null, message_id: null });
    expect(bench.chat().unread).toBe(0);
    await bench.message({ msgid: 'm-2' });
    await bench.act({ text: 'Answer' });
    expect(bench.chat().unread).toBe(0);
    expect(bench.backend.received).toHaveLength(1);
  });

  test('is refused if it makes no sense', async () => {
    const refusals: [Outgoing, string][] = [
      [{ kind: 'dance' as 'message' }, 'kind'],
      [{ oddity: 'none' as 'cut' }, 'oddity'],
      [{ delay_ms: -1 }, 'delay_ms'],
      [{ texts: 'x' } as Outgoing, 'texts'],
      [{ conversation_id: 'none', text: 'x' }, 'conversation_id'],
      [{ kind: 'reaction', message_id: 'none', emoji: '👍' }, 'message_id'],
    ];
    for (const [what, name] of refusals) await expect(bench.act(what)).rejects.toThrow(name);
    expect(bench.backend.received).toEqual([]);
    const reply = await bench.control('/chat', { account: 'demo', conversation_id: 'no' });
    expect(reply).toMatchObject({ status: 400, json: { error: expect.any(String) } });
  });
});

describe('a webhook', () => {
  test('is sent once, whatever is answered', async () => {
    status = 500;
    const json = { account: 'demo', channel_id: CHANNEL, conversation_id: 'c-1', text: 'Hi' };
    const reply = await bench.control('/chat', json);
    const { id } = bench.messageAt(1);
    expect(reply.json).toEqual({ status: 500, message_id: id, chat_id: bench.chat().id });
    expect(bench.messageAt(1).hook).toMatchObject({ status: 500 });
    expect(bench.backend.received).toHaveLength(1);
  });

  test('may change places with the next one', async () => {
    const late = await bench.act({ text: 'First', oddity: 'reorder' });
    expect(late.status).toBeNull();
    expect(bench.backend.received).toEqual([]);
    await bench.act({ text: 'Second' });
    expect([hook().message.text, hook(1).message.text]).toEqual(['Second', 'First']);
    const times = [hook(), hook(1)].map(
      (one) => (one as { msec_timestamp?: number }).msec_timestamp ?? 0,
    );
    expect(times[0]).toBeGreaterThanOrEqual(times[1] ?? 0);
    expect(bench.messageAt(1).hook).toMatchObject({ status: 200 });
  });

  test('may be cut off, or lost, and is not repeated', async () => {
    expect((await bench.act({ text: 'Cut', oddity: 'cut' })).status).toBe(0);
    expect((await bench.act({ text: 'Lost', oddity: 'lost' })).status).toBe(0);
    expect(bench.backend.received).toEqual([]);
    expect(bench.messageAt(2).hook).toEqual({ status: 0, ms: 0 });
  });

  test('may be late, while others pass it', async () => {
    const late = bench.act({ text: 'Late', delay_ms: 300 });
    await bench.act({ text: 'Soon' });
    expect((await late).status).toBe(200);
    expect([hook().message.text, hook(1).message.text]).toEqual(['Soon', 'Late']);
  });
});

describe('the control of chats', () => {
  test('shows the chats with their cards and newest messages', async () => {
    await bench.act({ text: 'Hi' });
    const { json } = await bench.control('/chats?account=demo&messages=1');
    expect(json).toMatchObject({
      chats: [
        {
          conversation_id: 'c-1',
          message_count: 2,
          messages: [{ message: { text: 'Hi' } }],
          contact: { name: 'Client' },
          lead: { pipeline_id: 7001 },
          unsorted: { category: 'chats' },
        },
      ],
    });
    expect((await bench.control('/chats?account=other')).json).toEqual({ chats: [] });
    expect((await bench.control('/chats?conversation_id=c-1')).json).toMatchObject({
      chats: [{ messages: [{ author: 'client' }, { author: 'user' }] }],
    });
    expect((await bench.control('/chats?account=none')).status).toBe(404);
  });

  test('waits for messages, and for what becomes of them', async () => {
    const text = 'Later';
    const waiting = bench.control('/chats/wait', { conversation_id: 'c-1', text });
    await bench.message({ msgid: 'm-2', message: { type: 'text', text } });
    expect((await waiting).json).toMatchObject({
      timed_out: false,
      messages: [{ client_id: 'm-2', conversation_id: 'c-1', chat_id: bench.chat().id }],
    });
    const { message_id } = await bench.act({ text: 'Out' });
    const delivered = bench.control('/chats/wait', { message_id, delivery: 1 });
    await bench.post(`/${message_id}/delivery_status`, { status_code: 1 });
    expect((await delivered).json).toMatchObject({ messages: [{ id: message_id }] });
    const inVain = await bench.control('/chats/wait', { text: 'never', timeout_ms: 20 });
    expect(inVain.json).toEqual({ messages: [], timed_out: true });
    expect((await bench.control('/chats/wait', { txt: 'x' })).status).toBe(400);
  });

  test('ends the waiting with a reset', async () => {
    const waiting = bench.control('/chats/wait', { text: 'never', timeout_ms: 60_000 });
    // Answered only after the waiting request was taken up.
    await bench.control('/clock');
    bench.emulator.reset();
    expect((await waiting).json).toMatchObject({ timed_out: true });
  });
});

describe('the judge', () => {
  const judge = async () =>
    (await bench.control('/chats/judge')).json as Record<string, { count: number }>;

  test('finds nothing in a run that went well', async () => {
    const { message_id: id } = await bench.act({ text: 'Hi' });
    await bench.post(`/${id}/delivery_status`, { status_code: 1 });
    const none = { count: 0, examples: [] };
    expect(await judge()).toEqual({
      messages: { in: 1, out: 1, imported: 0 },
      without_status: { in: 1, out: 0, imported: 0 },
      delivery: { delivered: 1, read: 0, failed: 0 },
      media: { waiting: 0, fetched: 0, failed: 0, refused: 0 },
      hooks_not_accepted: 0,
      same_text: none,
      same_media: none,
      order_violations: none,
      repeated_msgids: none,
      statuses_back: none,
      secrets_in_media: none,
      after_disconnect: none,
    });
  });

  test('counts what came twice, out of order, or with a secret in its link', async () => {
    const file = { type: 'file', file_name: 'a', file_size: 1 };
    const media = 'https://x.example/file/bot7000000001:AAEmulatedBotTokenSupport00000000001/a';
    const before = { timestamp: 1639660528, msec_timestamp: 1639660528000 };
    await bench.message({ msgid: 'm-2', ...before });
    await bench.message({ msgid: 'm-3', message: { ...file, media } });
    await bench.message({ msgid: 'm-4', message: { ...file, media } });
    await bench.message({ msgid: 'm-4' });
    const keyed = 'https://x.example/a?apikey=1';
    await bench.message({ msgid: 'm-5', message: { ...file, media: keyed } });
    const { secret } = bench.emulator.state.channels[0] ?? {};
    const known = `https://x.example/${secret}/a`;
    await bench.message({ msgid: 'm-6', message: { ...file, media: known } });
    const signed = 'https://x.example/media/abc?e=1795777200&s=00ff';
    await bench.message({ msgid: 'm-7', message: { ...file, media: signed } });
    const found = await judge();
    const counts = [
      'same_text',
      'same_media',
      'order_violations',
      'repeated_msgids',
      'secrets_in_media',
    ];
    expect(counts.map((name) => found[name]?.count)).toEqual([1, 1, 1, 1, 4]);
    expect(JSON.stringify(found)).not.toContain('x.example');
  });

  test('counts answers of managers that were not taken', async () => {
    status = 503;
    await bench.act({ text: 'Hi' });
    expect(await judge()).toMatchObject({ hooks_not_accepted: 1, without_status: { out: 1 } });
  });
});

test('many messages are found without a walk through them all', async () => {
  const { world } = bench.emulator;
  const chat = bench.chat();
  const [first] = chat.messages;
  if (first === undefined) throw new Error('There is no message.');
  for (let at = 0; at < 50_000; at += 1) {
    const message = { ...first, id: `k-${at}`, client_id: `o-${at}` };
    chat.messages.push(message);
    world.chats.addMessage(chat, message);
  }
  const began = performance.now();
  for (let at = 0; at < 50_000; at += 1) world.chats.messageByOurId(chat.scope_id, `o-${at}`);
  const spent = performance.now() - began;
  expect(world.chats.message(chat.scope_id, 'k-49999')?.message.client_id).toBe('o-49999');
  // A walk would take minutes.
  expect(spent).toBeLessThan(10_000);
  bench.emulator.reset();
  expect(world.chats.message(chat.scope_id, 'k-1')).toBeUndefined();
});
