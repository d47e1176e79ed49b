import type { ChatScope } from '../../src/server/kommo/amojo/call-amojo.ts';
import type { NewMessage } from '../../src/server/kommo/amojo/send-message.ts';
import { createOutbound } from '../../src/server/platform/outbound.ts';
import { BASE } from '../support/amojo-vectors.ts';
import { DEMO } from '../support/config.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';
import {
  DATE,
  REQUESTS,
  type RequestVector,
  SIGNED_AT,
  WRONG,
} from '../support/message-vectors.ts';

const AMOJO_ID = '52e591f7-c98f-4255-8495-827210138c81';

let bench: KommoBench;
let scope: ChatScope;

beforeAll(async () => {
  bench = await openKommoBench();
});

afterAll(() => bench.close());

beforeEach(async () => {
  await bench.reset();
  await bench.install('demo');
  bench.emulator.setSwitches({ requireNewSignature: 'new only' });
  const scopeId = await bench.kommo.connectChannel(DEMO.id, AMOJO_ID);
  scope = { scopeId, tld: 'kommo.com' };
});

const ana = { id: 'tg:555', name: 'Ana', phone: '+5511999990000' };

function message(change: Partial<NewMessage> = {}): NewMessage {
  return {
    atMs: Date.now(),
    msgid: 'tg:77:1001',
    conversationId: 'tg:77:555',
    isSilent: false,
    sourceExternalId: 'ch_77',
    sender: ana,
    content: { kind: 'text', text: 'Hola 👋' },
    ...change,
  };
}

const UUID = /^[0-9a-f-]{36}$/;
const chats = () => bench.emulator.state.chats;

test('a message arrives in Kommo and comes back with Kommo’s ids', async () => {
  const sent = await bench.kommo.sendMessage(scope, message());
  expect(sent).toEqual({
    kommoMessageId: expect.stringMatching(UUID),
    kommoChatId: chats()[0]?.id,
    kommoSenderId: chats()[0]?.user.id,
  });
  expect(chats()).toMatchObject([
    {
      conversation_id: 'tg:77:555',
      source_external_id: 'ch_77',
      messages: [
        { id: sent.kommoMessageId, client_id: 'tg:77:1001', message: { text: 'Hola 👋' } },
      ],
    },
  ]);
});

test('what staff wrote elsewhere names the client as the receiver', async () => {
  const user = bench.emulator.world.account('demo').users[0];
  const staff = { id: 'staff', name: 'Manager', kommoId: user?.amojo_id ?? '' };
  const sent = await bench.kommo.sendMessage(
    scope,
    message({ isSilent: true, sender: staff, receiver: ana }),
  );
  expect(sent).toMatchObject({
    kommoSenderId: user?.amojo_id,
    kommoReceiverId: chats()[0]?.user.id,
  });
  expect(chats()[0]?.messages).toMatchObject([{ is_silent: true }]);
});

test('a correction replaces what Kommo shows', async () => {
  await bench.kommo.sendMessage(scope, message());
  const { msgid, conversationId, atMs } = message();
  const content = { kind: 'text', text: 'Hola, corrected' } as const;
  await bench.kommo.editMessage(scope, { msgid, conversationId, atMs, content });
  expect(chats()[0]?.messages).toMatchObject([{ message: { text: 'Hola, corrected' } }]);
  await expect(
    bench.kommo.editMessage(scope, { msgid: 'other', conversationId, atMs, content }),
  ).rejects.toMatchObject({ kind: 'not_found', api: 'amojo' });
});

test('a chat can be opened before its first message, and opened again', async () => {
  const chat = { conversationId: 'tg:77:555', sourceExternalId: 'ch_77', person: ana };
  const opened = await bench.kommo.openChat(scope, chat);
  expect(opened).toEqual({ kommoChatId: chats()[0]?.id, kommoPersonId: chats()[0]?.user.id });
  expect(await bench.kommo.openChat(scope, chat)).toEqual(opened);
  expect(await bench.kommo.sendMessage(scope, message())).toMatchObject({
    kommoChatId: opened.kommoChatId,
    kommoSenderId: opened.kommoPersonId,
  });
});

/** What a manager wrote; nobody is there to receive the hook. */
async function answer(text: string): Promise<string> {
  const { message_id: id } = await bench.emulator.chat('demo', {
    conversation_id: 'tg:77:555',
    text,
  });
  return id ?? '';
}

test('statuses, typing and reactions reach the message they are about', async () => {
  await bench.kommo.sendMessage(scope, message());
  const [read, failed] = [await answer('Good morning'), await answer('Still there?')];
  await bench.kommo.sendDeliveryStatus(scope, { kommoMessageId: read, status: 'read' });
  await bench.kommo.sendDeliveryStatus(scope, {
    kommoMessageId: failed,
    status: 'failed',
    errorCode: 905,
    errorText: 'Blocked by the user',
  });
  expect(chats()[0]?.messages.map(({ delivery }) => delivery)).toMatchObject([
    null,
    { status: 2 },
    { status: -1, error_code: 905, error: 'Blocked by the user' },
  ]);
  await bench.kommo.sendTyping(scope, { conversationId: 'tg:77:555', personId: ana.id });
  const reaction = { conversationId: 'tg:77:555', person: ana, msgid: 'tg:77:1001' };
  await bench.kommo.sendReaction(scope, { ...reaction, emoji: '😍' });
  expect(chats()[0]?.messages[0]?.reactions).toMatchObject([{ emoji: '😍' }]);
  await bench.kommo.sendReaction(scope, { ...reaction, emoji: null });
  expect(chats()[0]?.messages[0]?.reactions).toEqual([]);
});

test('the history is read from the newest message on, page by page', async () => {
  const { kommoChatId = '' } = await bench.kommo.sendMessage(scope, message());
  for (const index of [2, 3]) {
    await bench.kommo.sendMessage(scope, message({ msgid: `tg:77:100${index}` }));
  }
  const page = async (offset: number) =>
    (await bench.kommo.history(scope, kommoChatId, { limit: 2, offset })).map(({ msgid }) => msgid);
  expect(await page(0)).toEqual(['tg:77:1003', 'tg:77:1002']);
  expect(await page(2)).toEqual(['tg:77:1001']);
  expect(await page(3)).toEqual([]);
  expect(await bench.kommo.history(scope, AMOJO_ID, { limit: 2, offset: 0 })).toEqual([]);
});

test('a call that Kommo tells to slow down is not sent again, and the next one waits', async () => {
  bench.emulator.fault({ match: { host: 'amojo.*' }, action: { rateLimited: 1 } });
  await expect(bench.kommo.sendMessage(scope, message())).rejects.toMatchObject({
    kind: 'rate_limited',
    api: 'amojo',
    retryAfterSeconds: 1,
  });
  const refusedAt = performance.now();
  await bench.kommo.sendMessage(scope, message());
  expect(performance.now() - refusedAt).toBeGreaterThan(900);
});

test('nothing of a message or its people gets into the log', async () => {
  await bench.kommo.sendMessage(scope, message());
  bench.emulator.fault({ match: { host: 'amojo.*' }, action: { status: 400 } });
  await expect(bench.kommo.sendMessage(scope, message())).rejects.toMatchObject({
    kind: 'rejected',
  });
  for (const secret of ['Hola', 'Ana', '5511999990000']) {
    expect(bench.logs.join()).not.toContain(secret);
  }
});

test('a signature that covers anything but what was sent is refused by Kommo', async () => {
  bench.emulator.advance(SIGNED_AT.getTime() - Date.now());
  const { history, textIn } = REQUESTS;
  const outside = createOutbound();
  async function send(vector: RequestVector, change: { signature?: string; body?: string } = {}) {
    const { method, path, md5 } = vector;
    const body = change.body ?? vector.body;
    const answer = await outside.send({
      method,
      url: `http://127.0.0.1:${bench.emulator.port}${BASE}${path}${method === 'GET' ? '?limit=50' : ''}`,
      headers: {
        host: 'amojo.kommo.com',
        date: DATE,
        'content-type': 'application/json',
        'content-md5': md5,
        'x-signature': change.signature ?? vector.signature,
      },
      ...(body !== '' && { body }),
    });
    return answer.status;
  }
  expect(await send(textIn)).toBe(200);
  expect(await send(history)).toBe(204);
  expect(await send(history, { signature: WRONG.queryInPath })).toBe(403);
  expect(await send(textIn, { signature: WRONG.charsetInType })).toBe(403);
  const pretty = JSON.stringify(JSON.parse(textIn.body), null, 2);
  expect(await send(textIn, { body: pretty })).toBe(403);
  await outside.close();
});

describe('contacts', () => {
  const CONTACTS = { host: 'demo.kommo.com', path: '/api/v4/contacts' };

  /** Lets Kommo find these contacts, each with its numbers. */
  function answerWith(contacts: [id: number, ...phones: unknown[]][]): void {
    const body = {
      _embedded: {
        contacts: contacts.map(([id, ...phones]) => ({
          id,
          custom_fields_values: [
            { field_code: 'EMAIL', values: [{ value: '5511999990000@example.com' }] },
            { field_code: 'PHONE', values: phones.map((value) => ({ value })) },
          ],
        })),
      },
    };
    bench.emulator.fault({ match: CONTACTS, action: { status: 200, body } });
  }

  const find = (phone = '+55 11 99999-0000') => bench.kommo.contactByPhone(DEMO.id, phone);

  test.each([
    '+5511999990000',
    '55 (11) 99999-0000',
    '11999990000',
    '99999-0000',
    '00 55 11 99999 0000',
    5_511_999_990_000,
  ])('are found by a number written as %j', async (phone) => {
    answerWith([[1, '+5511888880000'], [2, null, phone], [3]]);
    expect(await find()).toBe(2);
    const asked = bench.emulator.requests(CONTACTS).at(-1);
    expect(new URLSearchParams(asked?.query).get('query')).toBe('5511999990000');
  });

  test.each(['9990000', '+5511999990001', '5511999990000x1', ''])(
    'are not found by another number, such as %j',
    async (phone) => {
      answerWith([[2, phone]]);
      expect(await find()).toBeUndefined();
    },
  );

  test('are not guessed when two have the number', async () => {
    answerWith([
      [1, '+5511999990000'],
      [2, '11999990000'],
    ]);
    expect(await find()).toBeUndefined();
  });

  test('are not looked for without a number, nor found where Kommo has none', async () => {
    expect(await find('unknown')).toBeUndefined();
    expect(bench.emulator.requests(CONTACTS)).toEqual([]);
    bench.emulator.fault({ match: CONTACTS, action: { status: 204 } });
    expect(await find()).toBeUndefined();
  });

  test('get the chat that is linked to them', async () => {
    const { kommoChatId = '' } = await bench.kommo.sendMessage(scope, message());
    await bench.kommo.linkChat(DEMO.id, { contactId: 4711, kommoChatId });
    expect(bench.emulator.state.contact_chats).toMatchObject([
      { contact_id: 4711, chat_id: kommoChatId },
    ]);
    await expect(
      bench.kommo.linkChat(DEMO.id, { contactId: 4711, kommoChatId: AMOJO_ID }),
    ).rejects.toMatchObject({ kind: 'rejected' });
  });

  test('that may not be linked cost the account nothing', async () => {
    const link = { contactId: 1, kommoChatId: AMOJO_ID };
    for (const status of [403, 404]) {
      const match = { host: 'demo.kommo.com', path: '/api/v4/contacts/chats' };
      bench.emulator.fault({ match, action: { status, body: { status } } });
      await expect(bench.kommo.linkChat(DEMO.id, link)).rejects.toMatchObject({ status });
    }
    await bench.kommo.account(DEMO.id);
  });
});
