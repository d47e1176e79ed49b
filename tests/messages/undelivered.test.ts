import { randomUUID } from 'node:crypto';
import type { Channel, Undelivered, UndeliveredCollection } from '../../src/contract/api.ts';
import { newRowId } from '../../src/server/platform/database/row-id.ts';
import { connectBot, readSettings, tokenOf } from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { type Done, SUPPORT_TOKEN } from '../support/telegram.ts';
import { connectTelegram, type TelegramStage } from '../support/telegram-stage.ts';
import { allDone } from './chats.ts';

let server: TestServer;
let telegram: TelegramStage;
let channel: Channel;

const VERA = { id: 777, first_name: 'Vera', username: 'vera' };

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await server.install('other');
  telegram = await connectTelegram(server);
  channel = telegram.channel;
  await telegram.arrived(await telegram.client.act('send', { kind: 'text', text: 'Hola' }));
});
beforeEach(async () => {
  await refuse(undefined);
  server.emulator.clearFaults();
  await tablesOf(server.context.db).deleteFrom('messages').execute();
});
afterAll(() => server.close());

const path = (id = channel.id) => `/messenger/channels/${id}/undelivered`;

async function list(): Promise<Undelivered[]> {
  const answer = await server.api('GET', path());
  expect(answer.status).toBe(200);
  return (answer.body as UndeliveredCollection)._embedded.undelivered;
}

/** The service refuses what is sent; undefined: it takes everything again. */
async function refuse(error: string | undefined): Promise<void> {
  const { client } = telegram;
  if (error !== undefined) {
    await client.post('refuse', { bot: SUPPORT_TOKEN, method: 'sendMessage', times: 0, error });
    return;
  }
  await fetch(`${server.emulator.url}/__emulator/services/telegram/refuse`, { method: 'DELETE' });
}

/** A manager's message that the service refused. @returns Kommo's id of it */
async function refused(text: string, error = 'blocked'): Promise<string> {
  await refuse(error);
  const id = await telegram.write({ text });
  expect((await telegram.told(id)).delivery).toMatchObject({ status: -1 });
  await refuse(undefined);
  return id;
}

/** A client's message that Kommo refuses, whatever is left out of it. */
async function refusedByKommo(what: object): Promise<Done> {
  const match = { host: 'amojo.kommo.com', method: 'POST' };
  server.emulator.fault({ match, times: 0, action: { status: 400, body: { error: 'no' } } });
  const failed = async () => (await list()).filter(({ reason }) => reason === 'kommo_refused');
  const { length: before } = await failed();
  const sent = await telegram.client.act('send', what);
  await server.waitFor(async () => (await failed()).length > before);
  server.emulator.clearFaults();
  return sent;
}

function post(body: unknown, key = randomUUID()) {
  return server.api('POST', `${path()}/retry`, { key, ...(body !== undefined && { body }) });
}

/** Messages of the channel as they would be stored, without anybody having written them. */
async function store(rows: { id?: string; at?: Date; state?: string; content?: string | null }[]) {
  await tablesOf(server.context.db)
    .insertInto('messages')
    .values(
      rows.map(({ id = newRowId(), at = new Date(), state = 'failed', content = 'sealed' }) => ({
        ...{ id, at, state, content, account_id: DEMO.id, channel_id: channel.id },
        ...{ direction: 'in' as const, event: 'message' as const, kind: 'text', key: id },
        ...{ lane: `${id}:in`, reason: state === 'failed' ? 'timed_out' : null },
      })) as never,
    )
    .execute();
}

describe('what could not be carried', () => {
  test('is an empty list while everything is', async () => {
    const { body } = await server.api('GET', path());
    expect(body).toEqual({ _embedded: { undelivered: [] } });
  });

  test('is listed with who, what kind and why, and nothing of what was said', async () => {
    const before = Date.now();
    await refused('A secret text for +34 600 000 111, see https://secret.example');
    const { body } = await server.api('GET', path());
    expect(body).toEqual({
      _embedded: {
        undelivered: [
          {
            ...{ id: expect.any(String), direction: 'out', at: expect.any(String) },
            ...{ person: { name: 'Ana' }, kind: 'text', reason: 'blocked', can_retry: true },
          },
        ],
      },
    });
    const [one] = body._embedded.undelivered;
    expect(new Date(one.at).toISOString()).toBe(one.at);
    expect(Math.abs(Date.parse(one.at) - before)).toBeLessThan(60_000);
    expect(JSON.stringify(body)).not.toMatch(/secret|600|https/i);
  });

  test('may be a client’s message, too', async () => {
    await refusedByKommo({ kind: 'document', caption: 'A secret caption' });
    expect(await list()).toMatchObject([
      { direction: 'in', person: { name: 'Ana' }, kind: 'file', reason: 'kommo_refused' },
    ]);
  });

  test('comes newest first, and no more than a hundred', async () => {
    const base = Date.now() - 200_000;
    const ids = Array.from({ length: 130 }, (_, at) => newRowId(base + at));
    await store(ids.map((id, at) => ({ id, at: new Date(base + at) })));
    const listed = await list();
    expect(listed.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 100));
    const { channels } = await readSettings(server);
    expect(channels.find(({ id }) => id === channel.id)?.messages.undelivered).toBe(130);
  });

  test.each([
    '+55 (11) 91234-5678',
    '5511912345678',
    '5511912345678@c.us',
    '~ 11 9.1234/5678',
    '+55 11 91234‑5678',
    '٠٥٥١٢٣٤٥٦٧',
    'Ana 5511912345678',
    '5–5–1–1–9–1',
  ])('names nobody by a number: %s is left out', async (name) => {
    const client = { ...VERA, first_name: name };
    await refusedByKommo({ kind: 'text', text: 'hi', client });
    expect(await list()).toMatchObject([{ person: { name: '' } }]);
  });

  test.each(['Ana', 'Ana 2', 'Studio 54, room 12', '王小明', 'R2-D2 3000'])(
    'names people as the service does: %s',
    async (name) => {
      await refusedByKommo({ kind: 'text', text: 'hi', client: { ...VERA, first_name: name } });
      expect(await list()).toMatchObject([{ person: { name } }]);
    },
  );

  test('is that of this channel alone', async () => {
    const other = await connectBot(server, 3);
    await refused('for Ana');
    const { body } = await server.api('GET', path(other.id));
    expect(body._embedded.undelivered).toEqual([]);
    await server.api('DELETE', `/messenger/channels/${other.id}`);
  });
});

describe('trying again', () => {
  test('delivers the message, and Kommo shows that it arrived', async () => {
    const id = await refused('Once more');
    const [one] = await list();
    const answer = await post({ ids: [one?.id] });
    expect([answer.status, answer.body]).toEqual([202, { retried: 1 }]);
    const message = await server.waitFor(() =>
      server.emulator.state.chats
        .flatMap(({ messages }) => messages)
        .find((found) => found.id === id && found.delivery?.status === 1),
    );
    expect(message.delivery?.history.map(({ status }) => status)).toEqual([-1, 1]);
    const { json } = await telegram.client.post('wait', {
      ...{ bot: SUPPORT_TOKEN, client: 555, text: 'Once more' },
    });
    expect((json as { messages: object[] }).messages).toHaveLength(1);
    await server.waitFor(async () => (await list()).length === 0);
  });

  test('that fails again is listed again, with the new reason', async () => {
    const id = await refused('Twice no');
    await refuse('deactivated');
    expect((await post({})).body).toEqual({ retried: 1 });
    const [again] = await server.waitFor(async () => {
      const listed = await list();
      return listed[0]?.reason === 'person_gone' && listed;
    });
    expect(again).toMatchObject({ can_retry: true });
    await server.waitFor(() =>
      server.emulator.state.chats
        .flatMap(({ messages }) => messages)
        .some((one) => one.id === id && one.delivery?.error_code === 901),
    );
  });

  test.each([undefined, {}, null])('without ids (%j) takes all that can be tried', async (body) => {
    await refusedByKommo({ kind: 'text', text: 'first' });
    await refused('second');
    await store([{ content: null }]);
    expect((await post(body)).body).toEqual({ retried: 2 });
    await server.waitFor(async () => (await list()).length === 1);
  });

  test('in order: what a client wrote first arrives first', async () => {
    const first = await refusedByKommo({ kind: 'text', text: 'before' });
    const second = await refusedByKommo({ kind: 'text', text: 'after' });
    await post({});
    const [a, b] = [await telegram.arrived(first), await telegram.arrived(second)];
    expect(a.message.arrived_at).toBeLessThanOrEqual(b.message.arrived_at);
    const texts = a.chat.messages.map(({ message }) => message.text);
    expect(texts.indexOf('before')).toBeLessThan(texts.indexOf('after'));
  });

  test('ignores ids that are unknown, another channel’s, no ids, or not failed', async () => {
    await refused('mine');
    const [mine] = await list();
    const done = newRowId();
    await store([{ id: done, state: 'delivered' }]);
    const other = newRowId();
    await store([{ id: other }]);
    await tablesOf(server.context.db)
      .updateTable('messages')
      .set({ channel_id: randomUUID() } as never)
      .where('id', '=', other)
      .execute();
    const strange = [randomUUID(), other, done, 'x', "'; drop table messages", '%'];
    expect((await post({ ids: strange })).body).toEqual({ retried: 0 });
    expect((await post({ ids: [] })).body).toEqual({ retried: 0 });
    expect((await post({ ids: [...strange, mine?.id] })).body).toEqual({ retried: 1 });
  });

  test('is not possible for what is not there any more, and the list says so', async () => {
    await refused('gone soon');
    await tablesOf(server.context.db)
      .updateTable('messages')
      .set({ content: null, media: null })
      .execute();
    const [one] = await list();
    expect(one).toMatchObject({ can_retry: false, person: { name: 'Ana' } });
    expect((await post({ ids: [one?.id] })).body).toEqual({ retried: 0 });
  });

  test('happens once for one key, and needs none', async () => {
    await refused('only once');
    const key = randomUUID();
    const [first, second] = [await post({}, key), await post({}, key)];
    expect([first.status, first.body]).toEqual([202, { retried: 1 }]);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    const other = await post({ ids: [] }, key);
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_key_reused']);
    const without = await server.api('POST', `${path()}/retry`, { body: {} });
    expect(without.status).toBe(202);
  });

  test.each([
    [{ ids: 'all' }, 400],
    [{ ids: [1] }, 400],
    [{ all: true }, 400],
    [[], 400],
    ['everything', 400],
    [{ ids: [''] }, 422],
    [{ ids: ['x'.repeat(65)] }, 422],
    [{ ids: Array.from({ length: 101 }, () => randomUUID()) }, 422],
  ])('that asks for %j is refused with %d, and nothing is tried', async (body, status) => {
    await store([{}]);
    const answer = await post(body);
    const code = status === 400 ? 'bad_request' : 'validation_failed';
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(await list()).toHaveLength(1);
  });
});

describe('forgetting', () => {
  test('takes all of them off the list, with what they said', async () => {
    await refused('forget me');
    await refusedByKommo({ kind: 'text', text: 'and me' });
    const answer = await server.api('DELETE', path());
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(await list()).toEqual([]);
    expect((await post({})).body).toEqual({ retried: 0 });
    const rows = await tablesOf(server.context.db)
      .selectFrom('messages')
      .select(['state', 'content', 'media'])
      .where('state', '=', 'forgotten')
      .execute();
    expect(rows).toEqual([
      { state: 'forgotten', content: null, media: null },
      { state: 'forgotten', content: null, media: null },
    ]);
    expect((await server.api('DELETE', path())).status).toBe(204);
  });

  test('touches nothing that is on its way or has arrived', async () => {
    const [waiting, delivered] = [newRowId(), newRowId()];
    await store([{ id: waiting, state: 'waiting' }, { id: delivered, state: 'delivered' }, {}]);
    await server.api('DELETE', path());
    const rows = await tablesOf(server.context.db)
      .selectFrom('messages')
      .select(['id', 'content'])
      .where('state', '<>', 'forgotten')
      .execute();
    expect(rows.map(({ id }) => id).sort()).toEqual([waiting, delivered].sort());
    expect(rows.every(({ content }) => content === 'sealed')).toBe(true);
  });

  test('is not undone when the service sends the message once more', async () => {
    const sent = await refusedByKommo({ kind: 'text', text: 'again' });
    await server.api('DELETE', path());
    const { json } = await telegram.client.post('retry', { bot: SUPPORT_TOKEN });
    expect(json).toEqual({ ok: true });
    const kept = await tablesOf(server.context.db)
      .selectFrom('messages')
      .select('state')
      .where('key', '=', `${sent.chat_id}:${sent.message_id}`)
      .execute();
    expect(kept).toEqual([{ state: 'forgotten' }]);
  });
});

describe('the figures of a channel', () => {
  const figures = async () => {
    const { body } = await server.api('GET', '/messenger/channels');
    const [listed, settings] = [
      (body._embedded.channels as Channel[]).find(({ id }) => id === channel.id),
      (await readSettings(server)).channels.find(({ id }) => id === channel.id),
    ];
    expect(settings?.messages).toEqual(listed?.messages);
    expect(settings?.options).toEqual(listed?.options);
    return listed?.messages;
  };

  test('say that it carries messages, and that none has passed yet', async () => {
    expect(await figures()).toEqual({
      ...{ carries: true, last_received_at: null, last_sent_at: null, pending: 0, undelivered: 0 },
    });
    const [listed] = (await readSettings(server)).channels;
    expect(listed?.options).toEqual({ groups: 'ignore' });
  });

  test('follow what passes, fails and waits', async () => {
    const before = Date.now();
    await telegram.arrived(await telegram.client.act('send', { kind: 'text', text: 'one' }));
    // Kommo has it a moment before we know that.
    await allDone(server);
    const received = await figures();
    expect(Date.parse(received?.last_received_at ?? '')).toBeGreaterThanOrEqual(before - 1000);
    expect(received?.last_sent_at).toBeNull();
    await telegram.told(await telegram.write({ text: 'two' }));
    expect(Date.parse((await figures())?.last_sent_at ?? '')).toBeGreaterThanOrEqual(before - 1000);
    await refused('three');
    await store([{ state: 'waiting' }, { state: 'sending' }]);
    expect(await figures()).toMatchObject({ pending: 2, undelivered: 1 });
    await server.api('DELETE', path());
    expect(await figures()).toMatchObject({ pending: 2, undelivered: 0 });
  });
});

describe('whoever asks', () => {
  const CALLS = [
    ['GET', ''],
    ['POST', '/retry'],
    ['DELETE', ''],
  ] as const;

  const call = (method: string, address: string, token?: string | null) =>
    server.api(method, address, {
      ...(token !== undefined && { token }),
      ...(method === 'POST' && { body: {} }),
    });

  test('may look as any user of the account, and changes things as an administrator only', async () => {
    await store([{}]);
    const token = tokenOf(server, DEMO.subdomain, DEMO.manager);
    const seen = await call('GET', path(), token);
    expect([seen.status, seen.body._embedded.undelivered.length]).toEqual([200, 1]);
    for (const [method, more] of CALLS.slice(1)) {
      const answer = await call(method, path() + more, token);
      expect([answer.status, answer.body.error.code]).toEqual([403, 'admin_required']);
    }
    expect(await list()).toHaveLength(1);
  });

  test.each(CALLS)('%s %s must bring a token', async (method, more) => {
    expect((await call(method, path() + more, null)).status).toBe(401);
  });

  test.each(CALLS)('%s %s of an unknown or foreign channel is not found', async (method, more) => {
    for (const id of [randomUUID(), 'x', '%27']) {
      const answer = await call(method, path(id) + more);
      expect([id, answer.status, answer.body.error.code]).toEqual([id, 404, 'not_found']);
    }
    const stranger = tokenOf(server, OTHER.subdomain, OTHER.admin);
    const answer = await call(method, path() + more, stranger);
    expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found']);
  });
});
