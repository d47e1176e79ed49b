import { type AmojoBench, idsOf, openAmojoBench, reasonOf, SCOPE } from '../support/amojo-bench.ts';
import { callChats } from '../support/emulator-client.ts';

const UUID = '0371a0ff-b78a-4c7b-8538-a7d547e10692';

let bench: AmojoBench;
beforeAll(async () => {
  bench = await openAmojoBench();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset({ mediaFetch: 'never' }));

const staff = () => bench.emulator.world.account('demo').users[1]?.amojo_id;
const picture = {
  type: 'picture',
  media: 'https://x.example/a.png',
  file_name: 'a.png',
  file_size: 9,
};

describe('a message whose msgid is known', () => {
  test.each([
    ['400', 400],
    ['409', 409],
    ['200 same ids', 200],
  ])('is answered as the switch says (%s), and has no effect', async (repeatedMsgid, status) => {
    bench.emulator.setSwitches({ repeatedMsgid });
    const first = await bench.message();
    const before = structuredClone(bench.emulator.state.chats);
    const again = await bench.message({
      conversation_id: 'c-2',
      source: { external_id: 'late' },
      message: { type: 'text', text: 'Other' },
      sender: { id: 'client-1', name: 'Renamed' },
    });
    expect(again.status).toBe(status);
    if (status === 200) expect(idsOf(again)).toEqual(idsOf(first));
    expect(bench.emulator.state.chats).toEqual(before);
    expect(bench.emulator.world.judge.tallies().repeated_msgids.count).toBe(1);
  });
});

describe('an edit', () => {
  const change = { type: 'text', text: 'Bye' };

  test('finds the message by our id or by Kommo’s alone, and answers as a message does', async () => {
    const first = idsOf(await bench.message());
    const byOurs = await bench.edit({ msgid: 'm-1', conversation_id: 'c-1', message: change });
    expect(idsOf(byOurs)).toEqual(first);
    expect(bench.messageAt(0)).toMatchObject({ is_edited: true, message: change });
    const { msgid: id } = first;
    const byKommo = await bench.edit({ id, conversation_id: 'c-1', message: change });
    expect(idsOf(byKommo)).toEqual(first);
    bench.emulator.setSwitches({ editAnswer: 'edit_message' });
    const { json } = await bench.edit({ id, conversation_id: 'c-1', message: change });
    expect(json).toEqual({ edit_message: first });
  });

  test('may leave out the file that did not change', async () => {
    await bench.message({ message: picture });
    const message = { type: 'picture', text: 'A caption' };
    const reply = await bench.edit({ msgid: 'm-1', conversation_id: 'c-1', message });
    expect(reply.status).toBe(200);
    expect(bench.messageAt(0).message).toEqual({ ...picture, text: 'A caption' });
  });

  test('binds our id to a message of Kommo, and carries its status', async () => {
    await bench.message();
    const { message_id: id } = await bench.act({ text: 'Hi' });
    const delivery_status = { status_code: -1, error_code: 905, error: 'Blocked' };
    const message = { type: 'text', text: 'Hi', delivery_status };
    await bench.edit({ id, msgid: 'ours-9', conversation_id: 'c-1', message });
    expect(bench.messageAt(1)).toMatchObject({
      client_id: 'ours-9',
      is_edited: false,
      message: { type: 'text', text: 'Hi' },
      delivery: { status: -1, error_code: 905, error: 'Blocked', field: 'status_code' },
    });
    expect(bench.messageAt(1).message).not.toHaveProperty('delivery_status');
    const again = await bench.edit({ msgid: 'ours-9', conversation_id: 'c-1', message: change });
    expect(again.status).toBe(200);
  });

  test('of an unknown message, or under another chat or another’s id, is refused', async () => {
    await bench.message();
    await bench.message({ msgid: 'm-2' });
    await bench.message({ msgid: 'm-3', conversation_id: 'c-3' });
    const edit = (payload: object) =>
      bench.edit({ conversation_id: 'c-1', message: change, ...payload });
    expect((await edit({ msgid: 'no' })).status).toBe(404);
    expect((await edit({})).status).toBe(400);
    expect(reasonOf(await edit({ msgid: 'm-3' }))).toContain('400 conversation_id');
    const id = bench.messageAt(0).id;
    expect(reasonOf(await edit({ id, msgid: 'm-2' }))).toContain('400 msgid');
  });
});

describe('what the tables call required', () => {
  const outgoing = () => ({ sender: { id: 'phone', ref_id: staff(), name: 'Max' } });

  test.each<[string, () => object]>([
    ['receiver', outgoing],
    ['sender.name', () => ({ sender: { id: 'client-1' } })],
    ['message.location', () => ({ message: { type: 'location', location: { lon: 1.5 } } })],
    ['message.contact', () => ({ message: { type: 'contact', contact: { phone: '+1' } } })],
    ['message.media', () => ({ message: { type: 'sticker' } })],
    ['forwards.messages', () => ({ forwards: { messages: [{}, {}] } })],
    ['reply_to.message', () => ({ reply_to: { message: { msgid: 'unknown' } } })],
    ['message.file_size', () => ({ message: { ...picture, file_size: -1 } })],
    ['message.media', () => ({ message: { ...picture, media: 'ftp://x.example/a' } })],
    ['timestamp', () => ({ timestamp: -1 })],
    ['timestamp', () => ({ timestamp: 1639660529379 })],
    ['msec_timestamp', () => ({ msec_timestamp: 1639660529 })],
  ])('%s is insisted on, unless the fields are lenient', async (name, payload) => {
    expect(reasonOf(await bench.message(payload()))).toContain(`400 ${name}`);
    expect(bench.emulator.state.chats).toEqual([]);
    bench.emulator.setSwitches({ strictFields: 'off' });
    expect((await bench.message(payload())).status).toBe(200);
  });

  test('a picture needs a name and a size, unless they are optional; a file always does', async () => {
    const { file_name: _, file_size: __, ...bare } = picture;
    expect(reasonOf(await bench.message({ message: bare }))).toContain('message.file_name');
    bench.emulator.setSwitches({ pictureDetails: 'optional' });
    expect((await bench.message({ message: bare })).status).toBe(200);
    const file = { ...bare, type: 'file' };
    expect((await bench.message({ msgid: 'm-2', message: file })).status).toBe(400);
  });

  test('a quote is of the same chat, by either id, or describes what it quotes', async () => {
    const { msgid: id } = idsOf(await bench.message());
    await bench.message({ msgid: 'm-2', reply_to: { message: { id } } });
    await bench.message({ msgid: 'm-3', reply_to: { message: { msgid: 'm-2' } } });
    const described = { type: 'text', text: 'Old', timestamp: 1, msec_timestamp: 1000 };
    const sender = { id: 'client-1', name: 'Client' };
    await bench.message({ msgid: 'm-4', reply_to: { message: { ...described, sender } } });
    expect(bench.messageAt(1).reply_to).toMatchObject({
      id,
      msgid: 'm-1',
      type: 'text',
      text: 'Hello',
      sender: { client_id: 'client-1', name: 'Client' },
    });
    expect(bench.messageAt(2).reply_to).toMatchObject({ msgid: 'm-2' });
    expect(bench.messageAt(3).reply_to).toMatchObject({ id: null, text: 'Old' });
    const elsewhere = { msgid: 'm-5', conversation_id: 'c-2', reply_to: { message: { id } } };
    expect(reasonOf(await bench.message(elsewhere))).toContain('reply_to');
  });

  test('a ref_id that nobody has is refused, or is a new client where told so', async () => {
    const payload = { sender: { id: 'bot', ref_id: UUID, name: 'Bot' } };
    expect(reasonOf(await bench.message(payload))).toBe('400 sender: no such ref_id');
    bench.emulator.setSwitches({ unknownRefId: 'new client' });
    expect((await bench.message(payload)).status).toBe(200);
    expect(bench.messageAt(0).author).toBe('client');
    const warnings = bench.emulator.log().filter(({ kind }) => kind === 'warning');
    expect(warnings).toHaveLength(2);
  });

  test('a message of staff from elsewhere is the user’s or the bot’s, and makes the chat read', async () => {
    await bench.message();
    const { bot } = bench.emulator.state.channels[0] ?? {};
    const receiver = { id: 'client-1', name: 'Client' };
    await bench.message({ msgid: 'm-2', ...outgoing(), receiver, silent: true });
    expect(bench.chat().unread).toBe(0);
    const sender = { id: 'b', ref_id: bot?.id, name: 'Bot' };
    await bench.message({ msgid: 'm-3', sender, receiver, silent: true });
    const authors = bench.chat().messages.map(({ author, origin }) => `${author} ${origin}`);
    expect(authors).toEqual(['client channel', 'user channel', 'bot channel']);
    expect(bench.chat().user.client_id).toBe('client-1');
  });
});

describe('a reaction', () => {
  const reaction = { msgid: 'm-1', user: { id: 'client-1' }, type: 'react', emoji: '👍' };

  test('belongs to a chat: another or an unknown one is refused', async () => {
    await bench.message();
    await bench.message({ msgid: 'm-2', conversation_id: 'c-2' });
    const react = (json: object) => bench.post('/react', { ...reaction, ...json });
    expect((await react({ conversation_id: 'c-1' })).status).toBe(200);
    expect((await react({ conversation_id: 'c-2' })).status).toBe(400);
    expect((await react({ conversation_id: 'none' })).status).toBe(400);
    expect(bench.messageAt(0).reactions).toEqual([{ user_id: 'client-1', emoji: '👍' }]);
    await react({ conversation_id: 'c-1', type: 'unreact', emoji: undefined });
    expect(bench.messageAt(0).reactions).toEqual([]);
  });
});

describe('a delivery status', () => {
  let id: string;
  const report = (json: object, of = id) => bench.post(`/${of}/delivery_status`, json);
  const statuses = () => bench.messageAt(1).delivery?.history.map(({ status }) => status);

  beforeEach(async () => {
    await bench.message();
    id = (await bench.act({ text: 'Hi' })).message_id ?? '';
  });

  test('is taken under either of its names, and the name is recorded', async () => {
    expect(await report({ msgid: id, delivery_status: 1 })).toMatchObject({
      status: 200,
      text: '',
    });
    expect((await report({ status_code: 2 })).status).toBe(200);
    expect((await report({ status_code: 2, delivery_status: 2 })).status).toBe(200);
    expect(bench.messageAt(1).delivery?.history.map(({ field }) => field)).toEqual([
      'delivery_status',
      'status_code',
      'both',
    ]);
    expect(reasonOf(await report({ status_code: 1, delivery_status: 2 }))).toContain('400');
  });

  test.each([
    ['an unknown status', { delivery_status: 7 }],
    ['a failure without a code', { status_code: -1 }],
    ['code 905 without a text', { status_code: -1, error_code: 905 }],
    ['the id of another message', { status_code: 1, msgid: UUID }],
  ])('is refused with %s', async (_, json) => {
    expect((await report(json)).status).toBe(400);
    expect(bench.messageAt(1).delivery).toBeNull();
  });

  test('is for messages that went to the client', async () => {
    expect((await report({ status_code: 1 }, UUID)).status).toBe(404);
    expect((await report({ status_code: 1 }, bench.messageAt(0).id)).status).toBe(400);
  });

  test('that goes back is taken and noticed, or refused where told so', async () => {
    for (const status_code of [1, 2, 1]) await report({ status_code });
    expect(bench.messageAt(1).delivery).toMatchObject({ status: 1 });
    expect(statuses()).toEqual([1, 2, 1]);
    const { statuses_back: back } = bench.emulator.world.judge.tallies();
    expect(back).toMatchObject({ count: 1, examples: [{ message_id: id, what: '2 to 1' }] });
    bench.emulator.setSwitches({ statusGoesBack: '400' });
    const failure = { status_code: -1, error_code: 903 };
    expect((await report(failure)).status).toBe(400);
  });

  test('may follow a failure, when the manager sends again', async () => {
    bench.emulator.setSwitches({ statusGoesBack: '400' });
    await report({ status_code: -1, error_code: 905, error: 'Too large' });
    expect(bench.messageAt(1).delivery).toMatchObject({ error_code: 905, error: 'Too large' });
    expect((await report({ status_code: 1 })).status).toBe(200);
    expect(bench.messageAt(1).delivery).toMatchObject({ status: 1, error_code: null });
    expect(bench.emulator.world.judge.tallies().statuses_back.count).toBe(0);
  });
});

describe('the history', () => {
  test('is in order of time, whatever came first', async () => {
    for (const [index, seconds] of [300, 100, 200].entries()) {
      const times = { timestamp: 1639660000 + seconds };
      const msec_timestamp = times.timestamp * 1000;
      await bench.message({ msgid: `m-${seconds}`, ...times, msec_timestamp, silent: index > 0 });
    }
    const path = `${SCOPE}/chats/${bench.chat().id}/history`;
    const { json } = await callChats(bench.emulator, path, { method: 'GET' });
    const { messages } = json as { messages: { message: { client_id: string } }[] };
    expect(messages.map(({ message }) => message.client_id)).toEqual(['m-300', 'm-200', 'm-100']);
  });
});

describe('addresses and limits', () => {
  test('an unknown address, or another method, is an empty 404', async () => {
    for (const [method, path] of [
      ['POST', `${SCOPE}/nope`],
      ['PUT', SCOPE],
    ] as const) {
      const json = method === 'POST' ? { a: 1 } : undefined;
      const reply = await callChats(bench.emulator, path, { method, json });
      expect(reply).toMatchObject({ status: 404, text: '' });
    }
  });

  test('a channel may be limited to so many requests a second', async () => {
    bench.emulator.setSwitches({ amojoRateLimit: 3 });
    let now = 0;
    bench.emulator.world.limiter.now = () => now;
    const statuses = async () =>
      await Promise.all(
        [1, 2, 3, 4].map(async (at) => (await bench.message({ msgid: `${now}-${at}` })).status),
      );
    expect((await statuses()).sort()).toEqual([200, 200, 200, 429]);
    now = 1001;
    expect((await statuses()).sort()).toEqual([200, 200, 200, 429]);
    expect(bench.chat().messages).toHaveLength(6);
  });
});
