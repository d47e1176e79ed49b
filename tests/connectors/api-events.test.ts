import { createApi } from '../../src/server/connectors/api/api.ts';
import { signatureOf } from '../../src/server/connectors/api/signature.ts';
import { ConnectorError } from '../../src/server/connectors/connector.ts';
import type { ReceivedItem } from '../../src/server/connectors/messages.ts';
import { FROM_ANA, signed } from './support/api-service.ts';
import { createTools, everythingIn, type TestTools } from './support/tools.ts';

const MINUTE = 60_000;
const CREDENTIALS = { callbackUrl: 'https://chat.example/kommo' };
const text = { kind: 'text', text: 'Olá' };
const message = { type: 'message', id: 'm-1', ...FROM_ANA, message: text };

const connector = createApi();
let tools: TestTools;

beforeEach(() => {
  tools = createTools('api');
});
afterEach(() => tools.close());

/** What the service is told about an event, and what becomes of it. */
async function take(event: unknown) {
  const request = signed(event, tools.now());
  await connector.receive?.(tools, CREDENTIALS, request);
  return connector.messages?.parse(request, { externalId: 'a' });
}

const editIdOf = (item: ReceivedItem) => (item.event === 'edit' ? item.editId : undefined);
const failureOf = (event: unknown) => take(event).catch((error: unknown) => error);

describe('the signature of an event', () => {
  test('is the HMAC-SHA256 of timestamp, dot and body, with the text of the secret as its key', () => {
    const body =
      '{"type":"message","id":"m-1","conversation":{"id":"c-1"},"person":{"id":"p-1","name":"Ana"},"timestamp_ms":1763812800000,"message":{"kind":"text","text":"Olá"}}';
    // By openssl dgst -sha256 -hmac.
    expect(signatureOf('test-secret_0123456789-abcdefghijklmnop', '1763812800', body)).toBe(
      'v1=ed3af51203881c4ff0b911c63ae19abb9f9cadefadb31c6151454df36a2125d6',
    );
  });

  test('may be written in capitals', async () => {
    const { headers, body } = signed(message, tools.now());
    const capitals = `v1=${headers['x-signature']?.slice(3).toUpperCase()}`;
    const request = { headers: { ...headers, 'x-signature': capitals }, body };
    await expect(connector.receive?.(tools, CREDENTIALS, request)).resolves.toBeUndefined();
  });

  test.each([-4.9, 4.9])('counts when the clocks differ by %d minutes', async (minutes) => {
    const request = signed(message, new Date(tools.now().getTime() + minutes * MINUTE));
    await expect(connector.receive?.(tools, CREDENTIALS, request)).resolves.toBeUndefined();
  });

  test.each([-5.1, 5.1])('does not count when it is %d minutes away', async (minutes) => {
    const request = signed(message, new Date(tools.now().getTime() + minutes * MINUTE));
    const outcome = connector.receive?.(tools, CREDENTIALS, request);
    await expect(outcome).rejects.toMatchObject({ failure: 'signature' });
  });

  test.each<[string, (good: ReturnType<typeof signed>) => ReturnType<typeof signed>]>([
    ['no headers', ({ body }) => ({ headers: {}, body })],
    ['another secret', ({ body }) => signed(body.toString(), tools.now(), 'x'.repeat(43))],
    ['a changed body', ({ headers }) => ({ headers, body: Buffer.from('{"type":"typing"}') })],
    [
      'a byte more',
      ({ headers, body }) => ({ headers, body: Buffer.concat([body, body.subarray(0, 1)]) }),
    ],
    [
      'a later timestamp',
      ({ headers, body }) => ({
        headers: { ...headers, 'x-timestamp': String(Number(headers['x-timestamp']) + 1) },
        body,
      }),
    ],
    [
      'a signature that came twice',
      ({ headers, body }) => ({
        headers: {
          ...headers,
          'x-signature': `${headers['x-signature']}, ${headers['x-signature']}`,
        },
        body,
      }),
    ],
    [
      'a timestamp that came twice',
      ({ headers, body }) => ({
        headers: {
          ...headers,
          'x-timestamp': `${headers['x-timestamp']}, ${headers['x-timestamp']}`,
        },
        body,
      }),
    ],
    [
      'no version',
      ({ headers, body }) => ({
        headers: { ...headers, 'x-signature': headers['x-signature']?.slice(3) },
        body,
      }),
    ],
    [
      'half a signature',
      ({ headers, body }) => ({
        headers: { ...headers, 'x-signature': headers['x-signature']?.slice(0, 35) },
        body,
      }),
    ],
    [
      'a timestamp that is no number',
      ({ headers, body }) => ({ headers: { ...headers, 'x-timestamp': 'NaN' }, body }),
    ],
    [
      'a timestamp in milliseconds',
      ({ body }) => signed(body.toString(), new Date(tools.now().getTime() * 1000)),
    ],
    ['an empty body and an old signature', ({ headers }) => ({ headers, body: Buffer.alloc(0) })],
  ])('does not count with %s', async (_what, change) => {
    const request = change(signed(message, tools.now()));
    const outcome = connector.receive?.(tools, CREDENTIALS, request);
    await expect(outcome).rejects.toMatchObject({ failure: 'signature', field: undefined });
  });

  test('counts for nothing where the channel has no secret', async () => {
    const outcome = connector.receive?.(
      { ...tools, webhook: undefined },
      CREDENTIALS,
      signed(message, tools.now(), ''),
    );
    await expect(outcome).rejects.toMatchObject({ failure: 'signature' });
  });
});

describe('an event', () => {
  const chat = { id: 'c-1' };
  const person = { id: 'p-1', name: 'Ana' };
  const received = { chat, person, atMs: FROM_ANA.timestamp_ms };

  test('of a message becomes a message, with all that is known about the person', async () => {
    const event = {
      ...message,
      person: {
        ...person,
        phone: '+55 (11) 91234-5678',
        email: 'ana@mail.example',
        avatar_url: 'https://chat.example/ana.png',
      },
      from_staff: true,
      reply_to: 'm-0',
    };
    expect(await take(event)).toEqual([
      {
        event: 'message',
        messageId: 'm-1',
        ...received,
        person: {
          ...person,
          phone: '+5511912345678',
          email: 'ana@mail.example',
          avatarUrl: 'https://chat.example/ana.png',
        },
        content: { kind: 'text', text: 'Olá' },
        isFromStaff: true,
        replyTo: 'm-0',
      },
    ]);
  });

  test.each(['picture', 'video', 'voice', 'audio', 'file', 'sticker'])(
    'with a %s keeps its address for later, its name, its size and its caption',
    async (kind) => {
      const media_url = 'https://files.example/a/price%20list.pdf?key=k';
      const full = { kind, media_url, file_name: 'prices.pdf', file_size: 12, text: 'Here' };
      expect(await take({ ...message, message: full })).toMatchObject([
        {
          content: {
            kind,
            media: { ref: { url: media_url }, fileName: 'prices.pdf', bytes: 12 },
            text: 'Here',
          },
        },
      ]);
      const [bare] = (await take({ ...message, message: { kind, media_url } })) ?? [];
      expect(bare).toMatchObject({ content: { kind, media: { fileName: 'price list.pdf' } } });
      expect(bare).not.toHaveProperty('content.text');
    },
  );

  test('with a place or a contact has them', async () => {
    const place = { kind: 'location', location: { lat: -23.5, lon: -46.6 }, text: 'Here' };
    expect(await take({ ...message, message: place })).toMatchObject([
      { content: { kind: 'location', lat: -23.5, lon: -46.6, text: 'Here' } },
    ]);
    const card = { kind: 'contact', contact: { name: 'Bia', phone: '+5511900000000' } };
    expect(await take({ ...message, message: card })).toMatchObject([
      { content: { kind: 'contact', name: 'Bia', phone: '+5511900000000' } },
    ]);
  });

  test('of a pressed button has what came with the button', async () => {
    const pressed = { kind: 'text', text: 'Yes', callback_data: 'yes-1' };
    expect(await take({ ...message, message: pressed })).toMatchObject([
      { content: { kind: 'text', text: 'Yes', callbackData: 'yes-1' } },
    ]);
  });

  test('of an edit is the same for a repeat, and another for the next edit', async () => {
    const edit = { ...message, type: 'edit' };
    const [first, repeat, second] = await Promise.all([
      take(edit),
      take(edit),
      take({ ...edit, message: { kind: 'text', text: 'Oi' } }),
    ]);
    expect(first).toEqual([
      { event: 'edit', messageId: 'm-1', ...received, content: text, editId: expect.any(String) },
    ]);
    expect(repeat).toEqual(first);
    expect(second).toMatchObject([{ event: 'edit', messageId: 'm-1' }]);
    expect(second?.map(editIdOf)).not.toEqual(first?.map(editIdOf));
  });

  test('of a deletion, a reaction, a reaction taken away, and typing', async () => {
    expect(await take({ type: 'delete', id: 'm-1', ...FROM_ANA })).toEqual([
      { event: 'delete', messageId: 'm-1', ...received },
    ]);
    for (const emoji of ['👍🏽', null]) {
      expect(await take({ type: 'reaction', id: 'm-1', ...FROM_ANA, emoji })).toEqual([
        { event: 'reaction', messageId: 'm-1', ...received, emoji, reactionId: expect.any(String) },
      ]);
    }
    expect(await take({ type: 'typing', ...FROM_ANA })).toEqual([{ event: 'typing', ...received }]);
  });

  test('of a status needs no chat and no person', async () => {
    expect(await take({ type: 'status', id: 's-1', state: 'read' })).toEqual([
      { event: 'status', messageId: 's-1', state: 'read' },
    ]);
    const failed = { type: 'status', id: 's-1', state: 'failed', reason: 'No\nsuch number' };
    expect(await take(failed)).toEqual([
      { event: 'status', messageId: 's-1', state: 'failed', detail: 'No such number' },
    ]);
  });

  test('may have numbers for ids, however large, null for what is absent, and more than we know', async () => {
    const body = `{"type":"message","id":9007199254740993,"conversation":{"id":7,"title":"x"},"person":{"id":8,"name":"Ana","phone":null},"timestamp_ms":1763812800000,"reply_to":null,"from_staff":null,"message":{"kind":"text","text":"a","media_url":null},"extra":{}}`;
    expect(await take(body)).toEqual([
      {
        event: 'message',
        messageId: '9007199254740993',
        chat: { id: '7' },
        person: { id: '8', name: 'Ana' },
        atMs: 1763812800000,
        content: { kind: 'text', text: 'a' },
      },
    ]);
  });

  test('is cleaned of what neither the database nor JSON can carry', async () => {
    const odd = { ...message, message: { kind: 'text', text: 'a\u0000b\ud800c' } };
    expect(await take(odd)).toMatchObject([{ content: { text: 'ab\ufffdc' } }]);
  });
});

describe('an event nobody can read', () => {
  test.each<[string, unknown, string]>([
    ['is not JSON', 'nonsense', 'body'],
    ['is empty', '', 'body'],
    ['is a list', [message], 'body'],
    ['is nested without end', '['.repeat(100_000), 'body'],
    ['has no type', { ...message, type: undefined }, 'type'],
    ['has a type we do not know', { ...message, type: 'call' }, 'type'],
    ['has no id', { ...message, id: undefined }, 'id'],
    ['has an id of two lines', { ...message, id: 'a\nb' }, 'id'],
    ['has an endless id', { ...message, id: 'a'.repeat(256) }, 'id'],
    ['has no chat', { ...message, conversation: undefined }, 'conversation'],
    ['has a chat without an id', { ...message, conversation: {} }, 'conversation.id'],
    ['has nobody', { ...message, person: null }, 'person'],
    ['has a person without a name', { ...message, person: { id: 'p' } }, 'person.name'],
    [
      'has a number that is none',
      { ...message, person: { ...FROM_ANA.person, phone: '12' } },
      'person.phone',
    ],
    [
      'has a picture inside our network',
      { ...message, person: { ...FROM_ANA.person, avatar_url: 'https://10.0.0.1/a' } },
      'person.avatar_url',
    ],
    ['has a time in seconds', { ...message, timestamp_ms: 1_763_812_800 }, 'timestamp_ms'],
    ['has a time as text', { ...message, timestamp_ms: '1763812800000' }, 'timestamp_ms'],
    ['has no message', { ...message, message: undefined }, 'message'],
    ['has a kind we do not know', { ...message, message: { kind: 'poll' } }, 'message.kind'],
    ['has an empty text', { ...message, message: { kind: 'text', text: ' ' } }, 'message.text'],
    [
      'has a text as an object',
      { ...message, message: { kind: 'text', text: {} } },
      'message.text',
    ],
    [
      'has a text of megabytes',
      { ...message, message: { kind: 'text', text: 'a'.repeat(5_000_000) } },
      'message.text',
    ],
    [
      'has a picture without an address',
      { ...message, message: { kind: 'picture' } },
      'message.media_url',
    ],
    [
      'has a picture by plain http',
      { ...message, message: { kind: 'picture', media_url: 'http://files.example/a' } },
      'message.media_url',
    ],
    [
      'has a negative size',
      {
        ...message,
        message: { kind: 'file', media_url: 'https://files.example/a', file_size: -1 },
      },
      'message.file_size',
    ],
    [
      'has a place off the globe',
      { ...message, message: { kind: 'location', location: { lat: 91, lon: 0 } } },
      'message.location.lat',
    ],
    [
      'has a contact without a number',
      { ...message, message: { kind: 'contact', contact: { name: 'B' } } },
      'message.contact.phone',
    ],
    ['has a reaction without an emoji', { type: 'reaction', id: 'm', ...FROM_ANA }, 'emoji'],
    ['has a state we do not know', { type: 'status', id: 's', state: 'lost' }, 'state'],
    ['has an odd prototype', '{"type":"message","__proto__":{"id":"m-1"}}', 'id'],
  ])('that %s is named by its first fault, without its content', async (_what, event, field) => {
    const error = await failureOf(event);
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({
      failure: 'invalid_event',
      field,
      reason: expect.stringMatching(/must|too long/),
    });
    expect(everythingIn(error)).not.toMatch(/10\.0\.0\.1|files\.example|aaaaa|nonsense|Olá/);
  });

  test('is nothing to whoever parses it without having proven it', () => {
    const parse = (body: string) =>
      connector.messages?.parse({ headers: {}, body: Buffer.from(body) }, { externalId: 'a' });
    for (const body of ['', 'nonsense', '{}', '[]', 'null', '7', '{"type":"message"}']) {
      expect(parse(body)).toEqual([]);
    }
  });
});
