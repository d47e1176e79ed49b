import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Channel } from '../../src/contract/api.ts';
import { createEmulator } from '../../src/emulator/emulator.ts';
import type { Chat, Message } from '../../src/emulator/kommo/chat-entities.ts';
import { messageText } from '../../src/server/messages/message-text.ts';
import { begin, pollAttempt, readSettings, submit } from '../support/channels.ts';
import { DEMO, PUBLIC_URL } from '../support/config.ts';
import { freePort } from '../support/free-port.ts';
import { UNLIMITED } from '../support/hurry.ts';
import {
  connectOwn,
  eventOf,
  type OwnService,
  type PostedEvent,
  postEvent,
  proofOf,
  type Setup,
  startOwnService,
  taken,
} from '../support/own-service.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { saveAll } from '../support/telegram-stage.ts';

const EXAMPLE = fileURLToPath(new URL('../../docs/examples/api-service.mjs', import.meta.url));

const PDF = Buffer.from('%PDF-1.4\n% prices\n');

let server: TestServer;
let service: OwnService;
let channel: Channel;
let setup: Setup;

beforeAll(async () => {
  const emulator = await createEmulator({ seed: { switches: UNLIMITED } });
  const [{ bot } = { bot: { id: '' } }] = emulator.state.channels;
  const env = { API_CHANNELS: 'on', KOMMO_CHANNEL_BOT_ID: bot.id };
  server = await startTestServer({ emulator, env });
  await server.install();
  service = await startOwnService();
  ({ channel, setup } = await connectOwn(server, service));
  await saveAll(server);
  await post(eventOf({ message: { kind: 'text', text: 'First' } }));
  await arrived(({ message }) => message.text === 'First');
});
afterEach(() => service.answer());
afterAll(async () => {
  await service.close();
  await server.close();
  await server.emulator.close();
});

const messages = (): Message[] => server.emulator.state.chats.flatMap((chat) => chat.messages);

const arrived = (is: (message: Message) => boolean) => server.waitFor(() => messages().find(is));

const byOurId = (id: unknown) =>
  arrived(({ client_id: ours }) => ours?.endsWith(`:${String(id)}`) ?? false);

async function post(event: Record<string, unknown>, at = setup): Promise<typeof event> {
  const { status, body } = await postEvent(server, at, event);
  if (status !== 204) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return event;
}

function chatOf(conversation: string): Promise<Chat> {
  return server.waitFor(() =>
    server.emulator.state.chats.find(
      (chat) => chat.conversation_id === `api:${channel.account.external_id}:${conversation}`,
    ),
  );
}

/** A manager acts in the client's chat. @returns Kommo's id of the message */
async function act(what: object, conversation = 'c-1'): Promise<string> {
  const { id } = await chatOf(conversation);
  const result = await server.emulator.chat(DEMO.subdomain, { conversation_id: id, ...what });
  expect(result.status).toBe(200);
  return result.message_id ?? '';
}

/** What the service was posted, once it was. */
const posted = (is: (event: PostedEvent['event']) => boolean) =>
  server.waitFor(() => service.posted.find(({ event }) => is(event)));

const told = (id: string, status: number) =>
  arrived((message) => message.id === id && message.delivery?.status === status);

describe('what a client writes', () => {
  test('arrives as it is, from the person the service names', async () => {
    const person = {
      id: 'p-9',
      name: 'Bia Lima',
      phone: '+5511912345678',
      email: 'bia@mail.example',
    };
    const { id } = await post(
      eventOf({ conversation: { id: 'c-9' }, person, message: { kind: 'text', text: 'Olá 🎈' } }),
    );
    const message = await byOurId(id);
    expect(message).toMatchObject({ author: 'client', message: { type: 'text', text: 'Olá 🎈' } });
    const { user, source_external_id: source } = await chatOf('c-9');
    expect(user).toMatchObject({ name: 'Bia Lima', email: 'bia@mail.example' });
    expect(user.phone).toContain('5511912345678');
    expect(source).toContain('-');
  });

  test.each([
    ['picture', { file_name: 'a.png' }],
    ['file', { file_name: 'prices.pdf', text: 'As agreed' }],
    ['voice', {}],
  ])('may be a %s, whose file Kommo gets through us', async (kind, more) => {
    const url = service.serve(`${kind}?key=canary-in-address`, (response) => {
      response.writeHead(200, { 'content-length': PDF.length }).end(PDF);
    });
    const event = await post(eventOf({ message: { kind, media_url: url, ...more } }));
    const message = await byOurId(event.id);
    expect(message.message).toMatchObject({ type: kind, ...more });
    expect(String(message.message.media)).toMatch(`${PUBLIC_URL}/media/`);
    expect(JSON.stringify(message)).not.toContain('canary-in-address');
    const media = await server.waitFor(() => message.media?.state === 'fetched' && message.media);
    expect(media.size).toBe(PDF.length);
  });

  test('may be a place or a contact', async () => {
    const place = await post(
      eventOf({ message: { kind: 'location', location: { lat: -23.5, lon: -46.6 } } }),
    );
    expect((await byOurId(place.id)).message).toMatchObject({
      ...{ type: 'location', location: { lat: -23.5, lon: -46.6 } },
    });
    const contact = { name: 'Bia', phone: '+5511900000000' };
    const card = await post(eventOf({ message: { kind: 'contact', contact } }));
    expect((await byOurId(card.id)).message).toMatchObject({ type: 'contact' });
  });

  test('changes when it is edited, and is marked when it is deleted', async () => {
    const event = await post(eventOf({ message: { kind: 'text', text: 'Helo' } }));
    await byOurId(event.id);
    const edit = { ...event, type: 'edit', timestamp_ms: Date.now() };
    await post({ ...edit, message: { kind: 'text', text: 'Hello' } });
    const edited = await arrived((one) => one.message.text === 'Hello');
    expect(edited).toMatchObject({
      is_edited: true,
      client_id: expect.stringContaining(`${event.id}`),
    });
    await post({ ...edit, type: 'delete', message: undefined });
    const mark = messageText('en', 'placeholder', 'deleted');
    await arrived((one) => one.id === edited.id && one.message.text === mark);
  });

  test('arrives once, however often the service repeats it', async () => {
    const event = eventOf({ message: { kind: 'text', text: 'only once' } });
    await Promise.all([post(event), post(event), post(event)]);
    await byOurId(event.id);
    await post(event);
    const next = await post(eventOf());
    await byOurId(next.id);
    expect(messages().filter(({ message }) => message.text === 'only once')).toHaveLength(1);
  });

  test('of one chat keeps its order, in which it was posted', async () => {
    const texts = Array.from({ length: 12 }, (_, at) => `in order ${at}`);
    const timestamp_ms = Date.now();
    for (const text of texts) {
      await post(
        eventOf({ conversation: { id: 'c-order' }, timestamp_ms, message: { kind: 'text', text } }),
      );
    }
    await arrived(({ message }) => message.text === texts.at(-1));
    const chat = await chatOf('c-order');
    expect(chat.messages.map(({ message }) => message.text)).toEqual(texts);
  });

  test('may quote, and a reaction stands at its message', async () => {
    const first = await post(eventOf());
    const quoted = await byOurId(first.id);
    const second = await post(eventOf({ reply_to: first.id }));
    expect((await byOurId(second.id)).reply_to).toMatchObject({ id: quoted.id });
    const reaction = { ...first, type: 'reaction', message: undefined };
    await post({ ...reaction, timestamp_ms: Date.now(), emoji: '👍' });
    await server.waitFor(() => quoted.reactions.some(({ emoji }) => emoji === '👍'));
    await post({ ...reaction, timestamp_ms: Date.now() + 1, emoji: null });
    await server.waitFor(() => quoted.reactions.length === 0);
  });

  test('shows while it is being written', async () => {
    const chat = await chatOf('c-1');
    chat.typing_until = 0;
    const { message: _, id: __, ...typing } = eventOf({ type: 'typing' });
    await post(typing);
    await server.waitFor(() => chat.typing_until > 0);
  });

  test('that staff wrote elsewhere shows as an outgoing message, of which nobody is told', async () => {
    const before = service.posted.length;
    const event = await post(
      eventOf({ from_staff: true, message: { kind: 'text', text: 'By phone' } }),
    );
    expect(await byOurId(event.id)).toMatchObject({ author: 'bot', is_silent: true });
    expect(service.posted).toHaveLength(before);
  });
});

describe('an event nobody can read', () => {
  test.each([
    [{ type: 'message', message: undefined }, 'message'],
    [{ message: { kind: 'text', text: '' } }, 'message.text'],
    [{ message: { kind: 'dance' } }, 'message.kind'],
    [{ message: { kind: 'file', media_url: 'ftp://x/y' } }, 'message.media_url'],
    [{ person: { id: 'p-1', name: '' } }, 'person.name'],
    [{ person: { id: 'p-1', name: 'A', phone: '12' } }, 'person.phone'],
    [{ conversation: {} }, 'conversation.id'],
    [{ timestamp_ms: 1_763_812_800 }, 'timestamp_ms'],
    [{ type: 'dance' }, 'type'],
  ])('is refused with what is wrong: %j', async (change, field) => {
    const event = eventOf(change);
    const { status, body } = await postEvent(server, setup, event);
    expect([status, body.error.code]).toEqual([422, 'validation_failed']);
    expect(body.error.fields).toEqual([
      { path: expect.stringContaining(field), code: 'invalid', reason: expect.any(String) },
    ]);
  });

  test('is refused alike with a wrong, an old and a missing signature', async () => {
    const body = JSON.stringify(eventOf());
    const url = server.url + setup.webhook_url.slice(PUBLIC_URL.length);
    const now = Math.floor(Date.now() / 1000);
    for (const headers of [
      {},
      proofOf('another secret', body),
      proofOf(setup.secret, body, now - 400),
      proofOf(setup.secret, body, now + 400),
      proofOf(setup.secret, `${body} `),
    ]) {
      const answer = await fetch(url, { method: 'POST', headers, body });
      const { error } = (await answer.json()) as { error: { code: string } };
      expect([answer.status, error.code]).toEqual([403, 'signature_invalid']);
    }
  });
});

describe('what a manager writes', () => {
  test('is posted signed, with whom it is for; the service says when it arrived and was read', async () => {
    const id = await act({ text: 'Good morning' });
    const { headers, event } = await posted(({ message }) => message?.text === 'Good morning');
    expect(event).toEqual({
      ...{ type: 'message', id: expect.any(String), timestamp_ms: expect.any(Number) },
      ...{ conversation: { id: 'c-1' }, person: { id: 'p-1' } },
      message: { kind: 'text', text: 'Good morning' },
    });
    const proof = proofOf(setup.secret, JSON.stringify(event), Number(headers['x-timestamp']));
    expect(headers).toMatchObject({ ...proof, 'content-type': 'application/json' });
    await server.waitFor(async () => (await figures()).pending === 0);
    expect(messages().find((one) => one.id === id)?.delivery).toBeNull();
    const status = { type: 'status', id: `sent-${event.id}` };
    await post({ ...status, state: 'delivered' });
    await told(id, 1);
    await post({ ...status, state: 'read' });
    const read = await told(id, 2);
    expect(read.delivery?.history.map((one) => one.status)).toEqual([1, 2]);
  });

  test('only rises: what comes late, twice or after the end changes nothing', async () => {
    const id = await act({ text: 'Rising' });
    const { event } = await posted(({ message }) => message?.text === 'Rising');
    const status = { type: 'status', id: `sent-${event.id}` };
    await server.waitFor(async () => (await figures()).pending === 0);
    await post({ ...status, state: 'read' });
    const message = await told(id, 2);
    for (const state of ['delivered', 'failed', 'read', 'delivered']) {
      await post({ ...status, state });
    }
    await post({ type: 'status', id: 'nobody', state: 'read' });
    // A later message's status has passed by then.
    const next = await act({ text: 'After rising' });
    const after = await posted(({ message: one }) => one?.text === 'After rising');
    await server.waitFor(async () => (await figures()).pending === 0);
    await post({ type: 'status', id: `sent-${after.event.id}`, state: 'delivered' });
    await told(next, 1);
    expect(message.delivery?.history.map((one) => one.status)).toEqual([2]);
  });

  test('is shown as failed for good when the service says so later', async () => {
    const id = await act({ text: 'Will fail' });
    const { event } = await posted(({ message }) => message?.text === 'Will fail');
    await server.waitFor(async () => (await figures()).pending === 0);
    const status = { type: 'status', id: `sent-${event.id}` };
    await post({ ...status, state: 'failed', reason: 'No such number' });
    const message = await told(id, -1);
    await post({ ...status, state: 'delivered' });
    await post({ ...status, state: 'read' });
    const next = await post(eventOf());
    await byOurId(next.id);
    expect(message.delivery?.history.map((one) => one.status)).toEqual([-1]);
  });

  test('is delivered at once where the service says so', async () => {
    service.answer(({ event }) => ({
      status: 200,
      json: { id: `sent-${event.id}`, state: 'delivered' },
    }));
    await told(await act({ text: 'At once' }), 1);
  });

  test('whose status overtakes the answer is told again, and then believed', async () => {
    const early: { status: number; body: unknown }[] = [];
    const statusOf = (id: string) => ({ ...eventOf(), type: 'status', id, state: 'read' });
    let about: Record<string, unknown> = {};
    service.answer(async (one) => {
      if (one.event.type === 'message') {
        about = statusOf(`sent-${one.event.id}`);
        early.push(await postEvent(server, setup, about));
      }
      return taken(one);
    });
    const id = await act({ text: 'Read before it was sent' });
    await server.waitFor(() => early.length > 0);
    expect(early[0]).toMatchObject({ status: 503 });
    await server.waitFor(async () => (await postEvent(server, setup, about)).status === 204);
    await told(id, 2);
  });

  test('is waited for by its status also when one process gave it up and another may still have its answer', async () => {
    const id = await act({ text: 'Late' });
    const { event } = await posted(({ message }) => message?.text === 'Late');
    await server.waitFor(async () => (await figures()).pending === 0);
    const row = () => tablesOf(server.context.db).updateTable('messages').where('key', '=', id);
    const lost = { state: 'failed', reason: 'may_have_arrived', service_id: null } as const;
    await row().set(lost).execute();
    const status = { type: 'status', id: `sent-${event.id}`, state: 'delivered' };
    expect(await postEvent(server, setup, status)).toMatchObject({ status: 503 });
    await row().set({ state: 'sent', reason: null, service_id: status.id }).execute();
    expect(await postEvent(server, setup, status)).toMatchObject({ status: 204 });
    await told(id, 1);
  });

  test('that the service reports as written by staff is not shown twice, however early it says so', async () => {
    service.answer(async (one) => {
      if (one.event.type !== 'message') return taken(one);
      const sent = `sent-${one.event.id}`;
      await post(eventOf({ id: sent, from_staff: true, message: { kind: 'text', text: 'Mine' } }));
      return { status: 200, json: { id: sent, state: 'delivered' } };
    });
    const id = await act({ text: 'Mine' });
    await told(id, 1);
    await post(eventOf({ message: { kind: 'text', text: 'Yours' } }));
    await arrived(({ message }) => message.text === 'Yours');
    expect(messages().filter(({ message }) => message.text === 'Mine')).toHaveLength(1);
  });

  test('may be a file, by a link of ours; a quote names the service’s own id', async () => {
    const first = await post(eventOf());
    const quoted = await byOurId(first.id);
    const file = { name: 'prices.pdf', base64: PDF.toString('base64') };
    await act({ text: 'See page 2', file, reply_to: quoted.id });
    const { event } = await posted(({ message }) => message?.text === 'See page 2');
    expect(event).toMatchObject({
      reply_to: first.id,
      message: {
        ...{ kind: 'file', file_name: 'prices.pdf', file_size: PDF.length },
        mime_type: 'application/pdf',
      },
    });
    const link: string = event.message.media_url;
    expect(link).toMatch(`${PUBLIC_URL}/media/`);
    const answer = await fetch(server.url + link.slice(PUBLIC_URL.length));
    expect(Buffer.from(await answer.arrayBuffer()).equals(PDF)).toBe(true);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
  });

  test('may be a reaction, and shows while it is being written', async () => {
    const first = await post(eventOf());
    const message = await byOurId(first.id);
    await act({ kind: 'reaction', message_id: message.id, emoji: '🔥' });
    expect((await posted(({ type }) => type === 'reaction')).event).toMatchObject({
      ...{ type: 'reaction', id: first.id, emoji: '🔥', conversation: { id: 'c-1' } },
    });
    await act({ kind: 'typing' });
    expect((await posted(({ type }) => type === 'typing')).event).toMatchObject({
      conversation: { id: 'c-1' },
    });
  });

  test.each([
    [{ status: 422, json: { reason: 'Blocked you', code: 'blocked' } }, 'blocked'],
    [{ status: 410 }, 'chat_unknown'],
    [{ status: 413 }, 'too_large'],
    [{ status: 415 }, 'unsupported'],
    [{ status: 400, json: { reason: 'Not on Sundays' } }, 'refused'],
  ] as const)(
    'that the service refuses with %j is shown with the reason',
    async (answer, reason) => {
      service.answer(() => ({ ...answer }));
      const message = await told(await act({ text: `refused ${reason}` }), -1);
      const said = messageText('en', 'failed', reason);
      const detail = 'json' in answer ? ` (${answer.json.reason})` : '';
      expect(message.delivery?.error).toBe(said + detail);
      service.answer();
      const next = await act({ text: `after ${reason}` });
      await posted(({ message: one }) => one?.text === `after ${reason}`);
      expect(messages().find((one) => one.id === next)?.delivery).toBeNull();
    },
  );

  test('whose answer was lost is sent again with the same id: the client has it once', async () => {
    let isLost = false;
    service.answer((one) => {
      if (isLost || one.event.type !== 'message') return taken(one);
      isLost = true;
      return 'cut';
    });
    await act({ text: 'Did you get it?' });
    const isIt = ({ event }: PostedEvent) => event.message?.text === 'Did you get it?';
    const attempts = await server.waitFor(() => {
      const all = service.posted.filter(isIt);
      return all.length >= 2 ? all : undefined;
    });
    expect(new Set(attempts.map(({ event }) => event.id)).size).toBe(1);
    expect(service.messages().filter(isIt)).toHaveLength(1);
    const { event } = attempts[0] ?? { event: {} };
    await server.waitFor(async () => (await figures()).pending === 0);
    await post({ type: 'status', id: `sent-${event.id}`, state: 'delivered' });
    await arrived(({ message, delivery }) =>
      message.text === 'Did you get it?' ? delivery?.status === 1 : false,
    );
    expect((await figures()).undelivered).toBeGreaterThan(0);
  });
});

describe('a chat that begins in Kommo', () => {
  test('is one chat: the client’s answer comes back to where the manager wrote', async () => {
    const phone = '+5511987650001';
    service.answer((one) => {
      const { type, id } = one.event;
      if (type !== 'message') return taken(one);
      return { status: 200, json: { id: `sent-${id}`, conversation_id: 'c-new' } };
    });
    const { channels } = await readSettings(server);
    expect(channels.map(({ id }) => id)).toContain(channel.id);
    const { source_external_id: source } = await chatOf('c-1');
    const before = server.emulator.state.chats.length;
    const result = await server.emulator.chat(DEMO.subdomain, {
      ...{ phone, name: 'Caio', text: 'We have an offer' },
      source_external_id: source ?? '',
    });
    expect(result.status).toBe(200);
    const { event } = await posted(({ message }) => message?.text === 'We have an offer');
    expect(event.person).toEqual({ phone });
    expect(event).not.toHaveProperty('conversation');
    await server.waitFor(async () => (await figures()).pending === 0);

    const answer = await post(
      eventOf({
        ...{ conversation: { id: 'c-new' }, person: { id: 'p-new', name: 'Caio', phone } },
        message: { kind: 'text', text: 'Tell me more' },
      }),
    );
    const message = await byOurId(answer.id);
    expect(server.emulator.state.chats).toHaveLength(before + 1);
    const chat = server.emulator.state.chats.find(({ id }) => id === result.chat_id);
    expect(chat?.messages.map((one) => one.message.text)).toEqual([
      ...['We have an offer', 'Tell me more'],
    ]);
    expect(chat?.messages).toContain(message);

    service.answer();
    await server.emulator.chat(DEMO.subdomain, {
      ...{ conversation_id: result.chat_id, text: 'Here it is' },
    });
    const second = await posted(({ message: one }) => one?.text === 'Here it is');
    expect(second.event).toMatchObject({
      ...{ conversation: { id: 'c-new' }, person: { id: 'p-new' } },
    });
    await post({ type: 'status', id: `sent-${event.id}`, state: 'read' });
    await told(result.message_id ?? '', 2);
  });
});

test('address and secret are shown in the answer that connects, and never again', async () => {
  const other = await startOwnService();
  const { attempt, ...started } = await begin(server, { connector: 'api' });
  const values = { name: 'Other', callback_url: other.callbackUrl };
  const first = await submit(server, attempt.id, { values, confirm: true });
  const { setup: shown, channel: made } = first.body.attempt;
  expect(shown.webhook_url).toBe(`${PUBLIC_URL}/connect/webhooks/api/${made.id}`);
  expect(shown.secret).toMatch(/^[\w-]{43}$/);
  const later = JSON.stringify([
    await pollAttempt(server, { attempt, ...started }),
    (await submit(server, attempt.id, { confirm: true })).body,
    await readSettings(server),
    (await server.api('GET', '/messenger/channels')).body,
  ]);
  expect(later).not.toContain(shown.secret);
  expect(later).not.toContain(other.callbackUrl.split('/').at(-1));
  await server.api('DELETE', `/messenger/channels/${made.id}`);
  expect((await postEvent(server, shown, eventOf())).status).toBe(404);
  await other.close();
});

test('the example of the documentation carries a conversation as it stands', async () => {
  // It must know the address and the secret, which are there only when its address is known.
  const port = await freePort();
  const example = { callbackUrl: `http://127.0.0.1:${port}/` };
  const connected = await connectOwn(server, example, 'Echo');
  await saveAll(server);
  const child = spawn(process.execPath, [EXAMPLE], {
    env: {
      WEBHOOK_URL: server.url + connected.setup.webhook_url.slice(PUBLIC_URL.length),
      ...{ SECRET: connected.setup.secret, PORT: String(port) },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  try {
    const hello = await post(
      eventOf({ conversation: { id: 'echo-1' }, message: { kind: 'text', text: 'Anybody?' } }),
      connected.setup,
    );
    const { id } = await byOurId(hello.id);
    const chat = server.emulator.state.chats.find(({ messages: all }) =>
      all.some((one) => one.id === id),
    );
    await server.emulator.chat(DEMO.subdomain, { conversation_id: chat?.id, text: 'I am here' });
    const echo = await arrived(({ message }) => message.text === 'You wrote: I am here');
    expect(echo.reply_to).toMatchObject({ text: 'I am here' });
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}, 60_000);

async function figures(): Promise<Channel['messages']> {
  const { body } = await server.api('GET', '/messenger/channels');
  const found = (body._embedded.channels as Channel[]).find(({ id }) => id === channel.id);
  if (found === undefined) throw new Error('The channel is gone.');
  return found.messages;
}
