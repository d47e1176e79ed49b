import type { Match } from '../../src/emulator/engine/match.ts';
import { begin, botToken, submit } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { telegramClient } from '../support/telegram.ts';
import { allDone, type Conversation, conversationOf, saveBots, storedMessages } from './chats.ts';

const AMOJO = { host: 'amojo.kommo.com' };
const MANY = 200;

let server: TestServer;
let lastClient = 2_000;

beforeAll(async () => {
  server = await startTestServer({ seed: { switches: { mediaFetch: 'never' } } });
  await server.install();
  await server.install('other');
  await saveBots(server, [1, 2]);
  await saveBots(server, [11], 'other');
});
afterAll(() => server.close());
afterEach(async () => {
  server.emulator.clearFaults();
  server.emulator.setSwitches({ repeatedMsgid: '400', afterDisconnect: '403' });
  await allDone(server);
});

type Place = Parameters<typeof conversationOf>[2];

/** Somebody new, whose conversation Kommo has already. */
async function begun(place?: Place): Promise<Conversation & { id: number }> {
  const client = fresh(place);
  await client.write('Hola');
  await client.chat();
  await allDone(server);
  return client;
}

function fresh(place?: Place): Conversation & { id: number } {
  lastClient += 1;
  return { ...conversationOf(server, lastClient, place), id: lastClient };
}

/** Calls of the chat API that bring what this client wrote. */
const bringing = (client: { id: number }): Match => ({
  ...AMOJO,
  method: 'POST',
  bodyContains: `:${client.id}"`,
});

/** Calls by which Telegram is asked to show something to this client. */
const sending = (client: { id: number }): Match => ({
  path: '/__services/telegram/*/sendMessage',
  bodyContains: `"chat_id":${client.id},`,
});

/** As if every pause were over. */
async function makeDue(): Promise<void> {
  await tablesOf(server.context.db)
    .updateTable('messages')
    .set({ due_at: new Date() })
    .where('due_at', 'is not', null)
    .execute();
  server.context.wakeMessages();
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`);

describe('in order', () => {
  test(`${MANY} messages of a client`, async () => {
    const client = fresh();
    for (const text of numbered(MANY)) await client.write(text);
    await server.waitFor(() => client.fromClient().length === MANY, 30_000);
    expect(client.fromClient()).toEqual(numbered(MANY));
  });

  test(`${MANY} messages of a manager`, async () => {
    const client = await begun();
    for (const text of numbered(MANY)) expect((await client.answer(text)).status).toBe(200);
    await server.waitFor(async () => (await client.toClient()).length === MANY, 30_000);
    expect(await client.toClient()).toEqual(numbered(MANY));
  });

  test('although calls fail in between, each message once', async () => {
    const [one, two] = [fresh(), await begun()];
    const actions = [
      'reset',
      { status: 502 },
      'loseAnswer',
      'cutMidBody',
      { rateLimited: 1 },
    ] as const;
    for (const [index, action] of actions.entries()) {
      server.emulator.fault({ match: bringing(one), action, after: index * 2 });
    }
    await telegramClient(server.emulator).post('refuse', {
      bot: botToken(1),
      chat_id: two.id,
      error: 'too_many_requests',
      retry_after: 1,
      after: 3,
    });
    for (const text of numbered(12)) {
      await one.write(text);
      await two.answer(text);
    }
    await server.waitFor(() => one.fromClient().length === 12, 60_000);
    await server.waitFor(async () => (await two.toClient()).length === 12, 60_000);
    expect(one.fromClient()).toEqual(numbered(12));
    expect(await two.toClient()).toEqual(numbered(12));
  });
});

describe('a conversation that cannot go on delays no other:', () => {
  /** Chats beside it: of the same channel, of another one, of another account. */
  const others = () =>
    Promise.all([begun(), begun({ bot: 2 }), begun({ bot: 11, account: 'other' })]);

  async function othersGoOn(clients: Conversation[]): Promise<void> {
    for (const client of clients) {
      const { message_id: id } = await client.answer('Good morning');
      await client.delivered(id);
      await client.write('Thanks');
      await server.waitFor(() => client.fromClient().includes('Thanks'));
    }
  }

  test('Telegram asks to wait half a minute with one chat', async () => {
    const slow = await begun();
    const rest = await others();
    const control = telegramClient(server.emulator);
    await control.post('refuse', {
      bot: botToken(1),
      chat_id: slow.id,
      error: 'too_many_requests',
      retry_after: 30,
      times: 0,
    });
    await slow.answer('First');
    await slow.answer('Second');
    await server.waitFor(() => server.emulator.requests(sending(slow)).length === 1);
    await othersGoOn(rest);
    expect(await slow.toClient()).toEqual([]);
    expect(server.emulator.requests(sending(slow))).toHaveLength(1);
    await fetch(`${server.emulator.url}/__emulator/services/telegram/refuse`, { method: 'DELETE' });
    await makeDue();
    await server.waitFor(async () => (await slow.toClient()).length === 2);
    expect(await slow.toClient()).toEqual(['First', 'Second']);
  });

  test('Telegram does not answer for one chat', async () => {
    const slow = await begun();
    const rest = await others();
    const held = server.emulator.barrier(sending(slow), 1, 'manual');
    await slow.answer('First');
    await slow.answer('Second');
    await held.arrived;
    await othersGoOn(rest);
    expect(await slow.toClient()).toEqual([]);
    // Its other direction goes on as well.
    await slow.write('Anybody there?');
    await server.waitFor(() => slow.fromClient().includes('Anybody there?'));
    held.release();
    await server.waitFor(async () => (await slow.toClient()).length === 2);
    expect(await slow.toClient()).toEqual(['First', 'Second']);
  });

  test('Kommo does not answer for one chat', async () => {
    const slow = await begun();
    const rest = await others();
    const held = server.emulator.barrier(bringing(slow), 1, 'manual');
    await slow.write('First');
    await slow.write('Second');
    await held.arrived;
    await othersGoOn(rest);
    const { message_id: id } = await slow.answer('I am writing');
    await slow.delivered(id);
    expect(slow.fromClient()).toEqual(['Hola']);
    held.release();
    await server.waitFor(() => slow.fromClient().length === 3);
    expect(slow.fromClient()).toEqual(['Hola', 'First', 'Second']);
  });

  test('sixty chats of one channel hang at once', async () => {
    const rest = await others();
    const stuck = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const client = fresh();
        await client.write('Hola');
        await client.chat();
        return client;
      }),
    );
    await allDone(server);
    const match = { path: '/__services/telegram/*/sendMessage', bodyContains: 'Hold this' };
    const held = server.emulator.barrier(match, 20, 'manual');
    for (const client of stuck) await client.answer('Hold this');
    await held.arrived;
    await othersGoOn(rest.slice(1));
    held.release();
    await allDone(server);
    for (const client of stuck) expect(await client.toClient()).toEqual(['Hold this']);
  });
});

describe('a message that is refused for itself is set aside, and the next goes on:', () => {
  test.each([
    [
      'too long for the service',
      { code: 400, description: 'Bad Request: message is too long' },
      905,
    ],
    ['blocked', { error: 'blocked' }, 905],
    ['the client is gone', { error: 'deactivated' }, 901],
    ['the chat is unknown', { error: 'chat_not_found' }, 904],
    ['words nobody knows', { code: 400, description: 'Bad Request: PEACH_REQUIRED' }, 905],
  ])('%s', async (_what, refusal, code) => {
    const client = await begun();
    await telegramClient(server.emulator).post('refuse', {
      bot: botToken(1),
      chat_id: client.id,
      ...refusal,
    });
    const { message_id: lost } = await client.answer('Refused');
    const { message_id: next } = await client.answer('Taken');
    await client.delivered(next);
    const { delivery } = await client.delivered(lost, -1);
    expect(delivery).toMatchObject({ error_code: code, error: expect.stringMatching(/./) });
    expect(await client.toClient()).toEqual(['Taken']);
  });

  test('Kommo does not take it', async () => {
    const client = fresh();
    const match = { ...AMOJO, method: 'POST', bodyContains: 'Indigestible' };
    server.emulator.fault({ match, action: { status: 400 }, times: 0 });
    await client.write('Before');
    await client.write('Indigestible');
    await client.write('After');
    await server.waitFor(() => client.fromClient().includes('After'));
    expect(client.fromClient()).toEqual(['Before', 'After']);
    const failed = (await storedMessages(server)).filter(({ state }) => state === 'failed');
    expect(failed.map(({ reason }) => reason)).toContain('kommo_refused');
  });
});

describe('a message whose answer was lost at Kommo arrives once', () => {
  const modes = ['400', '200 same ids', '409'] as const;

  test.each(
    modes.flatMap((mode) =>
      (['loseAnswer', 'cutMidBody'] as const).map((how) => [mode, how] as const),
    ),
  )('where a repeat is answered %s, after %s', async (mode, action) => {
    server.emulator.setSwitches({ repeatedMsgid: mode });
    const client = fresh();
    server.emulator.fault({ match: bringing(client), action });
    await client.write('First');
    await client.write('Second');
    await server.waitFor(() => client.fromClient().includes('Second'));
    expect(client.fromClient()).toEqual(['First', 'Second']);
    await allDone(server);
    const rows = (await storedMessages(server)).filter(({ key }) =>
      key.startsWith(`${client.id}:`),
    );
    const inKommo = client.inKommo()?.messages.map(({ id }) => id);
    expect(rows.map(({ kommo_id: id }) => id)).toEqual(inKommo);
  });
});

describe('what waits for somebody goes on when they have acted:', () => {
  test.each(['403', '404'])('the chat channel was disconnected at Kommo (%s)', async (status) => {
    server.emulator.setSwitches({ afterDisconnect: status });
    const client = await begun();
    const { amojo_id: amojoId } = server.emulator.world.account('demo');
    const scope = server.emulator.state.scopes.find((one) => one.account_amojo_id === amojoId);
    if (!scope) throw new Error('There is no scope.');
    scope.is_connected = false;
    await client.write('Is anybody there?');
    const refused = () =>
      server.emulator.requests(bringing(client)).filter((call) => call.status === Number(status));
    await server.waitFor(() => refused().length > 0);
    expect(client.fromClient()).toEqual(['Hola']);
    // The refusal is answered before it is noted.
    await server.waitFor(() =>
      tablesOf(server.context.db)
        .selectFrom('messages')
        .select('id')
        .where('due_at', '>', new Date())
        .executeTakeFirst(),
    );
    scope.is_connected = true;
    await makeDue();
    await server.waitFor(() => client.fromClient().includes('Is anybody there?'));
    expect(client.fromClient()).toEqual(['Hola', 'Is anybody there?']);
  });

  test('a bot’s token was revoked: its managers’ messages wait for the new sign-in', async () => {
    const [channel] = await saveBots(server, [5]);
    const client = await begun({ bot: 5 });
    const control = telegramClient(server.emulator);
    // So long ago that the service may be asked again.
    await tablesOf(server.context.db)
      .updateTable('channels')
      .set({ checked_at: new Date(Date.now() - 60_000) })
      .execute();
    await control.post('token', { bot: botToken(5) });
    await client.answer('First');
    await client.answer('Second');
    await server.waitFor(async () => {
      const { body } = await server.api('GET', '/messenger/channels');
      const shown = body._embedded.channels.find(({ id }: { id: string }) => id === channel?.id);
      return shown.status === 'action_needed' && shown.messages.pending === 2;
    });
    expect(await client.toClient()).toEqual([]);
    await control.post('token', { bot: botToken(5), is_revoked: false });
    // The longer nobody signs in, the longer they rest between two tries.
    await tablesOf(server.context.db)
      .updateTable('messages')
      .set({ due_at: new Date(Date.now() + 3_600_000) })
      .where('due_at', 'is not', null)
      .where('direction', '=', 'out')
      .execute();
    const { attempt } = await begin(server, {
      connector: 'telegram',
      channel_id: channel?.id ?? '',
    });
    const values = { token: botToken(5) };
    expect((await submit(server, attempt.id, { values, confirm: true })).status).toBe(200);
    await server.waitFor(async () => (await client.toClient()).length === 2);
    expect(await client.toClient()).toEqual(['First', 'Second']);
  });

  test('the grant of the account is dead: messages need none', async () => {
    const client = await begun();
    server.emulator.revoke('demo');
    await tablesOf(server.context.db)
      .updateTable('accounts')
      .set({ install_state: 'authorization_required' })
      .where('id', '=', DEMO.id)
      .execute();
    await client.write('Still here');
    await server.waitFor(() => client.fromClient().includes('Still here'));
    const { message_id: id } = await client.answer('So are we');
    await client.delivered(id);
    await server.install();
  });
});

test('what Kommo’s and Telegram’s judges saw is nothing', async () => {
  const judge = await telegramClient(server.emulator).get('judge');
  expect(judge).toMatchObject({ executed_methods: [], secrets_seen: [], duplicates: [] });
  const answer = await fetch(`${server.emulator.url}/__emulator/chats/judge`);
  const none = { count: 0 };
  expect(await answer.json()).toMatchObject({
    same_text: none,
    order_violations: none,
    statuses_back: none,
    secrets_in_media: none,
  });
});

describe('two processes', () => {
  test('keep within the budget of the chat API together', async () => {
    const first = await startTestServer({ env: { AMOJO_REQUESTS_PER_SECOND: '5' } });
    const { emulator, database } = first;
    await first.install();
    await saveBots(first, [1]);
    const second = await startTestServer({
      emulator,
      database,
      env: { AMOJO_REQUESTS_PER_SECOND: '5' },
    });
    const clients = Array.from({ length: 25 }, (_, index) => conversationOf(first, 3_000 + index));
    const calls = () =>
      emulator.requests({ ...AMOJO, method: 'POST', bodyContains: 'new_message' });
    for (const client of clients) await client.write('Hola');
    await first.waitFor(() => calls().length >= clients.length);
    const times = calls().map(({ elapsedMs }) => elapsedMs);
    // Twenty-five take four and a half seconds at least; an instant may be met a tenth of a second late.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(4_500);
    await second.stop();
    await first.close();
  });
});

describe('messages that come before the first save', () => {
  test('wait for it, and arrive in the pipeline and under the source of their channel', async () => {
    const early = await startTestServer({ seed: { switches: { mediaFetch: 'never' } } });
    await early.install();
    const { attempt } = await begin(early, { connector: 'telegram' });
    const values = { token: botToken(1) };
    const answer = await submit(early, attempt.id, { values, confirm: true });
    const { channel } = answer.body.attempt;
    const clients = [1, 2].map((id) => conversationOf(early, id));
    for (const client of clients) {
      await client.write('Is this open?');
      await client.write('Hello?');
    }
    await early.waitFor(async () => (await storedMessages(early)).length === 4);
    expect(early.emulator.state.chats).toEqual([]);
    const settings = (await early.api('GET', '/messenger/settings')).body;
    const saved = await early.api('PUT', '/messenger/settings', {
      key: 'save',
      body: {
        version: settings.version,
        default_channel_id: channel.id,
        channels: [{ id: channel.id, name: 'Support bot', pipeline_ids: [7002, 7001] }],
        preferences: settings.preferences,
      },
    });
    expect(saved.status).toBe(200);
    for (const client of clients) {
      await early.waitFor(() => client.fromClient().length === 2);
      expect(client.fromClient()).toEqual(['Is this open?', 'Hello?']);
      const chat = client.inKommo();
      const source = early.emulator.state.sources.find(
        ({ external_id: id }) => id === chat?.source_external_id,
      );
      expect(source).toMatchObject({ name: 'Support bot', pipeline_id: 7002 });
      const lead = early.emulator.state.leads.find(({ id }) => id === chat?.lead_id);
      expect(lead).toMatchObject({ pipeline_id: 7002 });
    }
    await early.close();
  });
});
