import { text } from 'node:stream/consumers';
import { createApi } from '../../src/server/connectors/api/api.ts';
import { signatureOf } from '../../src/server/connectors/api/signature.ts';
import type { ChatAddress, OutgoingMessage } from '../../src/server/connectors/messages.ts';
import { createGuardedOutbound } from '../../src/server/platform/address-guard.ts';
import { type ServiceAnswer, startApiService } from './support/api-service.ts';
import { createTools, everythingIn, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const connector = createApi();
const { messages } = connector;
if (messages === undefined) throw new Error('carries no messages');

const ANA: ChatAddress = { chatId: 'c-1', personId: 'p-1', phone: '+5511912345678', isNew: false };
const HELLO: OutgoingMessage = { id: 'ours-1', atMs: 1_763_812_800_000, text: 'Hello' };

let service: Awaited<ReturnType<typeof startApiService>>;
let tools: TestTools;
let credentials: { callbackUrl: string };

beforeEach(async () => {
  service = await startApiService();
  tools = createTools('api');
  credentials = { callbackUrl: service.url };
});
afterEach(async () => {
  await tools.close();
  await service.close();
});

function json(status: number, body: object, headers: Record<string, string> = {}): ServiceAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

async function send(message: OutgoingMessage = HELLO, chat = ANA) {
  const [part, ...others] = messages?.compose(message) ?? [];
  expect(others).toEqual([]);
  return await messages?.send(tools, credentials, chat, part);
}

const lastEvent = () => JSON.parse(service.posted.at(-1)?.body ?? '');

describe('connecting a service of one’s own', () => {
  test('asks nobody, and knows the same address again', async () => {
    const values = { name: ' Site\nchat ', callback_url: `${service.url}?key=k#top` };
    const linked = await connector.verify(tools, values);
    expect(linked).toEqual({
      externalId: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: 'Site chat',
      handle: new URL(service.url).host,
      credentials: { callbackUrl: `${service.url}?key=k` },
    });
    const again = await connector.verify(tools, {
      ...values,
      name: 'Other',
      callback_url: `${service.url}?key=k`,
    });
    const other = await connector.verify(tools, { ...values, callback_url: service.url });
    expect(again.externalId).toBe(linked.externalId);
    expect(other.externalId).not.toBe(linked.externalId);
    expect(service.posted).toEqual([]);
  });

  test.each([
    'http://chat.example/kommo',
    'https://10.0.0.1/kommo',
    'https://192.168.0.9/kommo',
    'https://169.254.169.254/latest',
    'https://[::1]/kommo',
    'https://intranet/kommo',
    'https://user:word@chat.example/kommo',
    'ftp://chat.example/kommo',
    `https://chat.example/${'a'.repeat(2048)}`,
    'nonsense',
    '',
  ])('refuses %s for a callback address', async (callback_url) => {
    const outcome = connector.verify(tools, { name: 'Site chat', callback_url });
    await expect(outcome).rejects.toMatchObject({ failure: 'rejected', field: 'callback_url' });
  });

  test('on this machine is for development', async () => {
    const guard = createGuardedOutbound();
    const outcome = createApi(guard).verify(tools, {
      name: 'Site chat',
      callback_url: service.url,
    });
    await expect(outcome).rejects.toMatchObject({ failure: 'rejected', field: 'callback_url' });
    await guard.close();
  });

  test('needs a name', async () => {
    const outcome = connector.verify(tools, { name: '\u200b', callback_url: service.url });
    await expect(outcome).rejects.toMatchObject({ failure: 'rejected', field: 'name' });
  });
});

describe('the health of a service', () => {
  test.each<[string, ServiceAnswer, object]>([
    ['takes the ping', { status: 204 }, { status: 'connected', reason: null }],
    ['takes the ping with words', json(200, { ok: true }), { status: 'connected', reason: null }],
    [
      'does not accept the signature',
      { status: 401 },
      { status: 'action_needed', reason: 'key_rejected' },
    ],
    ['is not at the address', { status: 404 }, { status: 'error', reason: 'service_error' }],
    ['knows no ping', { status: 422 }, { status: 'error', reason: 'service_error' }],
    [
      'answers with a page',
      { status: 200, body: '<html>' },
      { status: 'error', reason: 'service_error' },
    ],
    [
      'leads elsewhere',
      { status: 302, headers: { location: 'https://x.example' } },
      { status: 'error', reason: 'service_error' },
    ],
    ['is down', { status: 503 }, { status: 'error', reason: 'service_unreachable' }],
  ])('is told by how it answers: it %s', async (_what, answer, health) => {
    service.answer(answer);
    expect(await connector.health(tools, credentials)).toEqual(health);
    expect(lastEvent()).toEqual({ type: 'ping', timestamp_ms: tools.now().getTime() });
  });

  test('is out of reach when nobody listens', async () => {
    await service.close();
    const health = await connector.health(tools, credentials);
    expect(health).toEqual({ status: 'error', reason: 'service_unreachable' });
  });
});

describe('a message to the client', () => {
  test('is posted with a signature over the bytes that arrive', async () => {
    service.answer(json(200, { id: 'theirs-1' }));
    expect(await send({ ...HELLO, text: 'Olá ☕' })).toEqual({
      state: 'sent',
      messageId: 'theirs-1',
      isDelivered: false,
    });
    const [{ headers, body } = { headers: {}, body: '' }] = service.posted;
    const timestamp = String(headers['x-timestamp']);
    expect(timestamp).toBe(String(Math.floor(tools.now().getTime() / 1000)));
    expect(headers['x-signature']).toBe(signatureOf(WEBHOOK_SECRET, timestamp, body));
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      type: 'message',
      id: 'ours-1',
      conversation: { id: 'c-1' },
      person: { id: 'p-1', phone: '+5511912345678' },
      timestamp_ms: 1_763_812_800_000,
      message: { kind: 'text', text: 'Olá ☕' },
    });
  });

  test('has file, caption, buttons, quote, author and group in one event', async () => {
    service.answer(json(200, { id: 7 }));
    const open = () => Promise.reject(new Error('the service fetches the link'));
    const media = {
      kind: 'picture' as const,
      fileName: 'a.png',
      type: 'image/png',
      bytes: 9,
      link: 'https://us.example/media/1',
      open,
    };
    const buttons = [
      [
        { text: 'Site', url: 'https://shop.example' },
        { text: 'Yes', callbackData: 'y' },
      ],
    ];
    const outcome = await send({
      ...HELLO,
      media,
      buttons,
      replyTo: 'theirs-0',
      groupId: 'g',
      authorName: 'Bia',
    });
    expect(outcome).toMatchObject({ state: 'sent', messageId: '7' });
    expect(lastEvent()).toMatchObject({
      message: {
        kind: 'picture',
        text: 'Hello',
        media_url: 'https://us.example/media/1',
        file_name: 'a.png',
        file_size: 9,
        mime_type: 'image/png',
        buttons: [
          [
            { text: 'Site', url: 'https://shop.example' },
            { text: 'Yes', callback_data: 'y' },
          ],
        ],
      },
      reply_to: 'theirs-0',
      group_id: 'g',
      author_name: 'Bia',
    });
  });

  test('that begins a chat has a number only, and the service may name the chat', async () => {
    service.answer(json(201, { id: 't', conversation_id: 'c-9', state: 'delivered' }));
    const outcome = await send(HELLO, {
      chatId: '',
      personId: '',
      phone: '+5511912345678',
      isNew: true,
    });
    expect(outcome).toEqual({ state: 'sent', messageId: 't', chatId: 'c-9', isDelivered: true });
    expect(lastEvent()).not.toHaveProperty('conversation');
    expect(lastEvent().person).toEqual({ phone: '+5511912345678' });
  });

  test.each<[number, object, object]>([
    [400, {}, { reason: 'refused' }],
    [422, { reason: 'Too\nlate' }, { reason: 'refused', detail: 'Too late' }],
    [409, { code: 'blocked', reason: 'Blocked' }, { reason: 'blocked', detail: 'Blocked' }],
    [410, {}, { reason: 'chat_unknown' }],
    [413, {}, { reason: 'too_large' }],
    [415, {}, { reason: 'unsupported' }],
    [422, { code: 'a new word', reason: 7 }, { reason: 'refused' }],
  ])('that is answered %d %j is refused for itself', async (status, body, outcome) => {
    service.answer(json(status, body));
    expect(await send()).toEqual({ state: 'refused', ...outcome });
  });

  test('that is refused without JSON is refused all the same', async () => {
    service.answer({ status: 400, body: '<html>' });
    expect(await send()).toEqual({ state: 'refused', reason: 'refused' });
  });

  test.each<[string, ServiceAnswer, object]>([
    ['401', { status: 401 }, { failure: 'reauthorize' }],
    [
      '403',
      json(403, { reason: 'bad signature' }),
      { failure: 'reauthorize', reason: 'bad signature' },
    ],
    ['404', { status: 404 }, { failure: 'misconfigured' }],
    ['405', { status: 405 }, { failure: 'misconfigured' }],
    [
      '429',
      { status: 429, headers: { 'retry-after': '7' } },
      { failure: 'rate_limited', retryAfterSeconds: 7 },
    ],
    ['500', { status: 500 }, { failure: 'unavailable' }],
    ['503', { status: 503 }, { failure: 'unavailable' }],
    [
      'a redirect',
      { status: 307, headers: { location: 'http://127.0.0.1:9/' } },
      { failure: 'misconfigured' },
    ],
    ['no id', json(200, {}), { failure: 'misconfigured' }],
    ['nothing', { status: 204 }, { failure: 'misconfigured' }],
    ['a page', { status: 200, body: '<html>' }, { failure: 'unavailable' }],
    ['megabytes', { status: 200, body: 'a'.repeat(5_000_000) }, { failure: 'unavailable' }],
  ])('that is answered %s says nothing about the message', async (_what, answer, failure) => {
    service.answer(answer);
    await expect(send()).rejects.toMatchObject(failure);
    expect(service.posted).toHaveLength(1);
  });

  test('whose answer is cut off may be sent again, the same to the byte', async () => {
    service.answer(() => new Promise(() => undefined));
    tools.hurry(100);
    await expect(send()).rejects.toMatchObject({ failure: 'unavailable' });
    tools.hurry();
    service.answer(json(200, { id: 'theirs-1' }));
    await send();
    const [first, second] = service.posted;
    expect(second?.body).toBe(first?.body);
    expect(messages.repeatsAreSafe).toBe(true);
  });

  test('gets no secret of the channel into an error, whatever the service repeats', async () => {
    credentials = { callbackUrl: `${service.url}?key=canary-of-the-callback` };
    for (const status of [400, 401]) {
      service.answer(({ headers }) =>
        json(status, { reason: `${WEBHOOK_SECRET} ${credentials.callbackUrl} ${headers.host}` }),
      );
      const outcome = await send().catch((error: unknown) => error);
      const seen = everythingIn(outcome) + tools.logged();
      expect(seen).toContain('…');
      expect(seen).not.toContain(WEBHOOK_SECRET);
      expect(seen).not.toContain('canary-of-the-callback');
    }
  });

  test('never reaches a private address, whatever the name of the service leads to', async () => {
    const called: string[] = [];
    const guard = createGuardedOutbound({
      lookup: (name, options, callback) => {
        called.push(name);
        if (options.all) callback(null, [{ address: '10.0.0.5', family: 4 }]);
        else callback(null, '10.0.0.5', 4);
      },
    });
    const inside = createApi(guard);
    credentials = { callbackUrl: 'https://chat.example/kommo' };
    const [part] = inside.messages?.compose(HELLO) ?? [];
    const sent = inside.messages?.send(tools, credentials, ANA, part);
    await expect(sent).rejects.toMatchObject({ failure: 'misconfigured' });
    const file = inside.messages?.openMedia(tools, credentials, { url: 'https://files.example/a' });
    await expect(file).rejects.toMatchObject({ failure: 'rejected' });
    expect(called).toEqual(['chat.example', 'files.example']);
    await guard.close();
  });
});

describe('what else goes to the client', () => {
  test('is a reaction by the service’s id, and its end', async () => {
    service.answer({ status: 204 });
    for (const emoji of ['👍', null]) {
      const outcome = await messages.react?.(tools, credentials, ANA, {
        messageId: 'm-1',
        isOurs: false,
        emoji,
      });
      expect(outcome).toEqual({ state: 'sent', messageId: 'm-1', isDelivered: false });
      expect(lastEvent()).toMatchObject({
        type: 'reaction',
        id: 'm-1',
        emoji,
        conversation: { id: 'c-1' },
      });
    }
  });

  test('is that somebody is typing', async () => {
    await messages.typing?.(tools, credentials, ANA);
    expect(lastEvent()).toMatchObject({ type: 'typing', conversation: { id: 'c-1' } });
  });
});

describe('a file of the client', () => {
  const open = (url = service.url) => messages.openMedia(tools, credentials, { url });

  test('comes as it is, with its size and type', async () => {
    service.answer({
      status: 200,
      headers: { 'content-type': 'image/png', 'content-length': '3' },
      body: 'abc',
    });
    const file = await open();
    expect([file.bytes, file.type, await text(file.body)]).toEqual([3, 'image/png', 'abc']);
  });

  test.each<[string, ServiceAnswer, object]>([
    ['is gone', { status: 404 }, { failure: 'rejected' }],
    ['is forbidden', { status: 403 }, { failure: 'rejected' }],
    [
      'lies elsewhere',
      { status: 302, headers: { location: 'https://10.0.0.1/a' } },
      { failure: 'rejected' },
    ],
    ['comes in part', { status: 206, body: 'a' }, { failure: 'misconfigured' }],
    [
      'has to wait',
      { status: 429, headers: { 'retry-after': '3' } },
      { failure: 'rate_limited', retryAfterSeconds: 3 },
    ],
    ['is at a service in trouble', { status: 500 }, { failure: 'unavailable' }],
    [
      'is announced as endless',
      { status: 200, headers: { 'content-length': String(2 ** 40) } },
      { failure: 'rejected' },
    ],
  ])('that %s does not come', async (_what, answer, failure) => {
    service.answer(answer);
    await expect(open()).rejects.toMatchObject(failure);
  });

  test.each(['https://10.0.0.1/a', 'http://files.example/a', 'file:///etc/passwd', 'nonsense'])(
    'is not asked for at %s',
    async (url) => {
      await expect(open(url)).rejects.toMatchObject({ failure: 'rejected' });
    },
  );

  test.each([undefined, null, 7, {}, { url: 7 }])('is not found by %j', async (ref) => {
    const outcome = messages.openMedia(tools, credentials, ref);
    await expect(outcome).rejects.toMatchObject({ failure: 'rejected' });
  });
});
