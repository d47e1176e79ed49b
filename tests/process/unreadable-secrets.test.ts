import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Channel } from '../../src/contract/api.ts';
import type { AuthKind } from '../../src/contract/connectors.ts';
import { insertChannel } from '../../src/server/channels/rows.ts';
import { SEALED } from '../../src/server/platform/database/key-checks.ts';
import { allDone, conversationOf, saveBots, storedMessages } from '../messages/chats.ts';
import {
  begin,
  botToken,
  connectBot,
  outdateLists,
  pollAttempt,
  readSettings,
  save,
  submit,
  unchanged,
} from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { decideAtSlack } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { inSnakeCase, tablesOf } from '../support/tables.ts';

let server: TestServer;
let otherToken: string;

beforeAll(async () => {
  server = await startTestServer({ seed: { switches: { mediaFetch: 'never' } } });
  await server.install('demo');
  await server.install('other');
  otherToken = server.emulator.disposableToken('other', OTHER.admin);
});

afterAll(() => server.close());

beforeEach(() => {
  server.logs.length = 0;
});

afterEach(async () => {
  server.emulator.clearFaults();
  // Whatever was damaged, nothing stops, and nobody is answered as if it were our bug.
  const isRotation = (line: string) => line.includes('rotation of SECRET_KEYS');
  // Rotation has tests of its own.
  expect(linesAbout('a sweep failed').filter((line) => !isRotation(line))).toEqual([]);
  expect(server.logs.filter((line) => line.includes('"code":"internal"'))).toEqual([]);
  await tablesOf(server.context.db).deleteFrom('messages').execute();
  await tablesOf(server.context.db).deleteFrom('conversations').execute();
  await tablesOf(server.context.db).deleteFrom('channels').execute();
  await tablesOf(server.context.db).deleteFrom('attempts').execute();
  await tablesOf(server.context.db).deleteFrom('session_endings').execute();
});

type Column = `${string}.${string}`;

/** What becomes of each kind of sealed value when it cannot be opened. */
const CONSEQUENCES: Record<Column, () => Promise<void>> = {
  'grants.access_token': () => grantIsAskedForAnew('access_token'),
  'grants.refresh_token': () => grantIsAskedForAnew('refresh_token'),
  'install_codes.code': async () => {
    server.emulator.fault({ match: { path: '/oauth2/access_token' }, action: { status: 503 } });
    await codeEndsAsFailed('code');
  },
  'install_codes.tokens': async () => {
    server.emulator.fault({ match: { path: '/api/v4/account' }, action: { status: 503 } });
    await codeEndsAsFailed('tokens');
  },
  'channels.credentials': () => channelIsMended('credentials', 6),
  'channels.webhook_secret': () => channelIsMended('webhook_secret', 7),
  'attempts.shown': () => attemptEnds('shown', () => begin(server, { connector: 'slack' })),
  'attempts.session': () => attemptEnds('session', () => begin(server, { connector: 'slack' })),
  'attempts.candidate': () => attemptEnds('candidate', beginAndAsk),
  'attempts.webhook_secret': () => attemptEnds('webhook_secret', beginAndAsk),
  'session_endings.secret': async () => {
    const channel = await connectBot(server, 1);
    server.emulator.fault({
      match: { path: '*/getWebhookInfo' },
      times: 0,
      action: { status: 502 },
    });
    await server.api('DELETE', `/messenger/channels/${channel.id}`);
    await server.waitFor(() => linesAbout('could not be ended yet').length > 0);
    await damage('session_endings', 'secret', sql`true`);
    await server.waitFor(async () => (await count('session_endings')) === 0);
    expect(linesAbout('cannot be opened')).toHaveLength(1);
  },
  'idempotency_keys.body': async () => {
    const input = unchanged(await readSettings(server));
    const key = randomUUID();
    expect((await save(server, input, key)).status).toBe(200);
    await damage('idempotency_keys', 'body', sql`key = ${key}`);
    const again = await save(server, input, key);
    expect(again).toMatchObject({
      status: 422,
      body: { error: { code: 'idempotency_key_reused' } },
    });
    expect((await save(server, unchanged(await readSettings(server)))).status).toBe(200);
  },
  'conversations.person': async () => {
    const [channel] = await saveBots(server, [21]);
    const client = conversationOf(server, 2_100, { bot: 21 });
    await client.write('Hola');
    await client.chat();
    await allDone(server);
    await damage('conversations', 'person', sql`channel_id = ${channel?.id}`);
    await client.write('Are you there?');
    await server.waitFor(async () => (await endedAs('unreadable')).length === 1);
    await othersArrive(21);
    // A service says who writes with every message, and once a day that is believed anew.
    await sql`update conversations set seen_on = current_date - 1`.execute(server.context.db);
    await client.write('Hello?');
    await server.waitFor(() => client.fromClient().includes('Hello?'));
    await server.api('POST', `/messenger/channels/${channel?.id}/undelivered/retry`, { body: {} });
    await server.waitFor(() => client.fromClient().includes('Are you there?'));
    await remove(channel);
  },
  'messages.content': async () => {
    const [channel] = await saveBots(server, [22]);
    const client = conversationOf(server, 2_200, { bot: 22 });
    server.emulator.fault({
      match: { path: '/v2/origin/custom/*' },
      times: 0,
      action: { status: 503 },
    });
    await client.write('Lost words');
    const [{ id }] = await server.waitFor(async () => {
      const rows = await storedMessages(server);
      return rows.length === 1 ? (rows as [(typeof rows)[0]]) : undefined;
    });
    await damage('messages', 'content', sql`id = ${id}`);
    await server.waitFor(async () => (await endedAs('unreadable')).length === 1);
    server.emulator.clearFaults();
    await client.write('And then?');
    await server.waitFor(() => String(client.fromClient()) === 'And then?');
    await remove(channel);
  },
  'pictures.image': async () => {
    const { attempt } = await begin(server, { connector: 'telegram' });
    const token = '7000000001:AAEmulatedBotTokenSupport00000000001';
    await submit(server, attempt.id, { values: { token }, confirm: true });
    const channel = (await readSettings(server)).channels[0];
    if (!channel?.account.avatar_url) throw new Error('The channel has no picture.');
    const { pathname, search } = new URL(channel.account.avatar_url);
    const path = pathname + search;
    expect((await server.api('GET', path, { token: null })).status).toBe(200);
    await damage('pictures', 'image', sql`true`);
    expect((await server.api('GET', path, { token: null })).status).toBe(200);
    await remove(channel);
  },
  'messages.media': async () => {
    const [channel] = await saveBots(server, [23]);
    const client = conversationOf(server, 2_300, { bot: 23 });
    const picture = async () => {
      await client.act('send', { kind: 'photo' });
      const path = await server.waitFor(() => {
        const link = (client.inKommo()?.messages ?? []).at(-1)?.message.media;
        return typeof link === 'string' ? link.slice(new URL(link).origin.length) : undefined;
      });
      await allDone(server);
      return path;
    };
    const lost = await picture();
    expect((await server.api('GET', lost, { token: null })).status).toBe(200);
    await damage('messages', 'media', sql`media is not null`);
    expect((await server.api('GET', lost, { token: null })).status).toBe(404);
    const next = await server.waitFor(async () => {
      const link = await picture();
      return link === lost ? undefined : link;
    });
    expect((await server.api('GET', next, { token: null })).status).toBe(200);
    await remove(channel);
  },
};

test('every column that holds sealed values has its case here', () => {
  const sealed = SEALED.flatMap(({ table, columns }) =>
    columns.map((name) => `${inSnakeCase(table)}.${name}`),
  );
  expect(Object.keys(CONSEQUENCES).sort()).toEqual(sealed.sort());
});

test.each(Object.keys(CONSEQUENCES) as Column[])(
  'a value of %s that cannot be opened holds up nothing and can be replaced',
  (column) => CONSEQUENCES[column]?.(),
);

test.each<[AuthKind, string, string]>([
  ['api_key', 'telegram', 'key_rejected'],
  ['qr', 'waha', 'scan_again'],
  ['oauth', 'slack', 'sign_in_again'],
])(
  'a channel by %s whose credentials cannot be opened asks for a new sign-in',
  async (_auth, connector, reason) => {
    const id = await insertBare(connector);
    await damage('channels', 'credentials', sql`id = ${id}`);
    await letCheckBeDue(id);
    await server.waitFor(async () => (await statusOf(id)).status === 'action_needed');
    expect(await statusOf(id)).toEqual({ status: 'action_needed', status_reason: reason });
    // The next check says the same, and not once more in the log.
    await letCheckBeDue(id);
    await server.waitFor(async () => await wasChecked(id));
    expect(linesAbout('cannot be opened')).toHaveLength(1);
  },
);

test('an attempt that cannot be opened expires like any other, and so do those behind it', async () => {
  const damaged = await begin(server, { connector: 'waha' });
  const sound = await begin(server, { connector: 'telegram' }, otherToken);
  await damage('attempts', 'session', sql`id = ${damaged.attempt.id}`);
  const overdue = (id: string, minutes: number) =>
    tablesOf(server.context.db)
      .updateTable('attempts')
      .set({ expires_at: new Date(Date.now() - minutes * 60_000) })
      .where('id', '=', id)
      .execute();
  await overdue(damaged.attempt.id, 20);
  await overdue(sound.attempt.id, 10);
  for (const { attempt } of [damaged, sound]) {
    await server.waitFor(async () => (await attemptRow(attempt.id)).state === 'expired');
  }
});

test('a redirect of a chat service to an attempt that cannot be opened ends it, and exchanges nothing', async () => {
  const { attempt } = await begin(server, { connector: 'slack' });
  const path = await decideAtSlack(server, attempt.authorize_url ?? '', { decision: 'allow' });
  await damage('attempts', 'session', sql`id = ${attempt.id}`);
  const answer = await server.api('GET', path, { token: null });
  expect(answer.status).toBeLessThan(500);
  expect(await attemptRow(attempt.id)).toEqual({ state: 'failed', reason: 'service_error' });
  expect(server.emulator.requests({ path: '/api/oauth.v2.access' })).toEqual([]);
});

test('an uninstall removes what cannot be opened, and the reinstalled account connects anew', async () => {
  const channel = await connectBot(server, 3);
  const open = await begin(server, { connector: 'waha' });
  await damage('channels', 'credentials', sql`id = ${channel.id}`);
  await damage('attempts', 'session', sql`id = ${open.attempt.id}`);
  await server.emulator.disable('demo');
  await server.waitFor(async () => (await count('channels')) + (await count('attempts')) === 0);
  await server.install('demo');
  expect((await connectBot(server, 4)).status).toBe('connected');
});

async function endedAs(reason: string) {
  return (await storedMessages(server)).filter((row) => row.reason === reason);
}

async function remove(channel: Channel | undefined) {
  expect((await server.api('DELETE', `/messenger/channels/${channel?.id}`)).status).toBe(204);
}

/** What somebody else writes to the same bot comes through. */
async function othersArrive(bot: number) {
  const other = conversationOf(server, bot * 100 + 1, { bot });
  await other.write('Somebody else');
  await server.waitFor(() => other.fromClient().includes('Somebody else'));
}

const PAST = new Date('2026-01-01T00:00:00Z');

async function grantIsAskedForAnew(column: string) {
  await damage('grants', column, sql`account_id = ${DEMO.id}`);
  await outdateLists(server);
  const refused = await server.api('GET', '/messenger/templates');
  expect(refused).toMatchObject({ status: 403, body: { error_code: 1015 } });
  expect((await readSettings(server)).install).toMatchObject({
    state: 'authorization_required',
    authorize_url: expect.any(String),
  });
  expect(linesAbout('cannot be opened')).toHaveLength(1);
  expect((await readSettings(server, otherToken)).install.state).toBe('active');
  await server.install('demo');
  await server.waitFor(async () => (await readSettings(server)).install.state === 'active');
}

/** To be called with a fault that leaves the code open. */
async function codeEndsAsFailed(column: 'code' | 'tokens') {
  const { db } = server.context;
  await tablesOf(db).deleteFrom('install_codes').execute();
  await server.emulator.install('demo');
  const { id } = await server.waitFor(() =>
    tablesOf(db)
      .selectFrom('install_codes')
      .select('id')
      .where(column, 'is not', null)
      .where('calls', '=', 1)
      .where('state', 'in', column === 'code' ? ['pending'] : ['exchanged'])
      .where('lease_until', 'is not', null)
      .executeTakeFirst(),
  );
  await damage('install_codes', column, sql`id = ${id}`);
  await tablesOf(db).updateTable('install_codes').set({ lease_until: PAST }).execute();
  const row = await server.waitFor(() =>
    tablesOf(db)
      .selectFrom('install_codes')
      .select(['failure', 'code', 'tokens'])
      .where('id', '=', id)
      .where('state', '=', 'failed')
      .executeTakeFirst(),
  );
  expect(row).toEqual({ failure: 'unreadable', code: null, tokens: null });
  expect((await readSettings(server)).install.state).toBe('active');
}

async function channelIsMended(column: string, bot: number) {
  const channel = await connectBot(server, bot);
  await damage('channels', column, sql`id = ${channel.id}`);
  await letCheckBeDue(channel.id);
  await server.waitFor(async () => (await statusOf(channel.id)).status === 'action_needed');
  expect((await readSettings(server)).channels).toMatchObject([
    { id: channel.id, status: 'action_needed', status_reason: 'key_rejected' },
  ]);
  const event = await server.api('POST', `/connect/webhooks/telegram/${channel.id}`, {
    token: null,
    body: { update_id: 1 },
    headers: { 'x-telegram-bot-api-secret-token': 'made-up' },
  });
  expect(event.status).toBe(403);

  const { attempt } = await begin(server, { connector: 'telegram', channel_id: channel.id });
  const values = { token: botToken(bot) };
  const signedIn = await submit(server, attempt.id, { values, confirm: true });
  expect(signedIn.body.attempt).toMatchObject({
    state: 'connected',
    channel: { id: channel.id, status: 'connected', status_reason: null },
  });

  await damage('channels', column, sql`id = ${channel.id}`);
  expect((await server.api('DELETE', `/messenger/channels/${channel.id}`)).status).toBe(204);
  expect((await readSettings(server)).channels).toEqual([]);
}

/** Each way an admin can go on from an open attempt, and its own end. */
async function attemptEnds(column: string, start: () => ReturnType<typeof begin>) {
  const damaged = async () => {
    const started = await start();
    await damage('attempts', column, sql`id = ${started.attempt.id}`);
    return started;
  };
  const looked = await damaged();
  expect(await pollAttempt(server, looked)).toMatchObject({
    state: 'failed',
    reason: 'service_error',
  });

  const submitted = await damaged();
  const answer = await submit(server, submitted.attempt.id, { confirm: true });
  expect(answer).toMatchObject({ status: 409, body: { error: { code: 'attempt_state' } } });

  const cancelled = await damaged();
  const path = `/messenger/attempts/${cancelled.attempt.id}`;
  expect((await server.api('DELETE', path)).status).toBe(204);

  const replaced = await damaged();
  await begin(server, { connector: replaced.attempt.connector });
  expect(await attemptRow(replaced.attempt.id)).toEqual({
    state: 'cancelled',
    reason: 'superseded',
  });
  expect(await count('channels')).toBe(0);
}

/** A sign-in that waits for the admin's yes. */
async function beginAndAsk() {
  const started = await begin(server, { connector: 'telegram' });
  const answer = await submit(server, started.attempt.id, { values: { token: botToken(5) } });
  expect(answer.body.attempt.state).toBe('confirm');
  return started;
}

/** Ways a sealed value may be lost; each is used in turn. */
const DAMAGES: ((sealed: string) => string)[] = [
  // A key that is not here any more.
  (sealed) => sealed.replace(/^v1\.[^.]*/, 'v1.lost'),
  (sealed) => sealed.slice(0, -12),
  // Another row's value, put here by a restore.
  () => server.context.secrets.seal('{}', 'channels:another-row:credentials'),
  () => 'nothing that was ever sealed',
];
let damages = 0;

async function damage(table: string, column: string, where: ReturnType<typeof sql>) {
  const make = DAMAGES[damages++ % DAMAGES.length];
  const { rows } = await sql<{ sealed: string }>`
    select ${sql.ref(column)} as sealed from ${sql.table(table)} where ${where}`.execute(
    server.context.db,
  );
  const sealed = rows[0]?.sealed;
  if (!sealed || !make) throw new Error(`There is nothing to damage in ${table}.${column}.`);
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${make(sealed)} where ${where}`.execute(
    server.context.db,
  );
}

function linesAbout(text: string): string[] {
  return server.logs.filter((line) => JSON.parse(line).msg.includes(text));
}

async function count(table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ${sql.table(table)} where account_id = ${DEMO.id}`.execute(
    server.context.db,
  );
  return rows[0]?.count ?? 0;
}

function attemptRow(id: string) {
  return tablesOf(server.context.db)
    .selectFrom('attempts')
    .select(['state', 'reason'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

function statusOf(channelId: string) {
  return tablesOf(server.context.db)
    .selectFrom('channels')
    .select(['status', 'status_reason'])
    .where('id', '=', channelId)
    .executeTakeFirstOrThrow();
}

async function letCheckBeDue(channelId: string) {
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ checked_at: PAST })
    .where('id', '=', channelId)
    .execute();
}

async function wasChecked(channelId: string): Promise<boolean> {
  const { checked_at } = await tablesOf(server.context.db)
    .selectFrom('channels')
    .select('checked_at')
    .where('id', '=', channelId)
    .executeTakeFirstOrThrow();
  return checked_at !== null && checked_at > PAST;
}

/** A channel whose service was never asked. */
async function insertBare(connector: string): Promise<string> {
  const id = randomUUID();
  const channel = {
    id,
    accountId: DEMO.id,
    epoch: await epochOf(DEMO.id),
    connector,
    pipelineIds: [],
    account: { external_id: id, name: 'Sales', handle: null },
    phone: '',
    secrets: { credentials: {}, webhookSecret: 'x'.repeat(43) },
    keyEnding: undefined,
    now: new Date(),
  };
  const { db, secrets } = server.context;
  await db.transaction().execute((trx) => insertChannel(trx, secrets, channel, 50));
  return id;
}

async function epochOf(accountId: number): Promise<number> {
  const { epoch } = await tablesOf(server.context.db)
    .selectFrom('accounts')
    .select('epoch')
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow();
  return epoch;
}
