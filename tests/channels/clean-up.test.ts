import { sql } from 'kysely';
import {
  begin,
  botToken,
  connectBot,
  pollAttempt,
  readSettings,
  save,
  sourcesOf,
  submit,
  syncEnd,
  unchanged,
} from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { decideAtSlack } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
});
afterAll(() => server.close());

test('an uninstall ends every session and forgets every secret; a reinstall begins anew', async () => {
  await connectBot(server, 1);
  const slack = await begin(server, { connector: 'slack' });
  const path = await decideAtSlack(server, slack.attempt.authorize_url ?? '', {
    decision: 'allow',
  });
  await server.api('GET', path, { token: null });
  const open = await begin(server, { connector: 'waha' });
  await pollAttempt(server, open);
  await save(server, unchanged(await readSettings(server)));
  await syncEnd(server);
  const before = sourcesOf(server, DEMO.id);
  expect(before).toHaveLength(2);
  expect((await readSettings(server)).install).toEqual({ state: 'active' });

  await server.emulator.disable('demo');
  await server.waitFor(async () => (await secretsLeft()) === 0);
  expect(server.emulator.requests({ path: '*/deleteWebhook' })).toHaveLength(1);
  expect(server.emulator.requests({ path: '/api/auth.revoke' })).toHaveLength(1);
  const removed = server.emulator.requests({
    method: 'DELETE',
    path: '/__services/waha/api/sessions/*',
  });
  expect(removed).toHaveLength(1);
  const late = await server.api('GET', `/connect/attempts/${open.attempt.id}`, {
    token: null,
    headers: { authorization: `Bearer ${open.attempt_key}` },
  });
  expect(late.status).toBe(401);

  await server.install();
  const settings = await readSettings(server);
  expect(settings).toMatchObject({ status: 'new', channels: [], default_channel_id: null });
  // What the screen needs to say why the list is empty.
  expect(settings.install).toEqual({ state: 'active', is_reinstall: true });
  await connectBot(server, 2);
  expect((await save(server, unchanged(await readSettings(server)))).status).toBe(200);
  expect(await syncEnd(server)).toMatchObject({ state: 'done' });
  expect(server.emulator.requests({ path: '*/connect', host: 'amojo.*' })).toHaveLength(2);
  expect(sourcesOf(server, DEMO.id).map(({ name }) => name)).toEqual(['Numbered Bot 02']);
});

test('a session that cannot be ended at once is ended when the service is back', async () => {
  const channel = await connectBot(server, 3);
  server.emulator.fault({ match: { path: '*/getWebhookInfo' }, action: { status: 502 } });
  const before = server.emulator.requests({ path: '*/deleteWebhook' }).length;
  await server.api('DELETE', `/messenger/channels/${channel.id}`);
  await server.waitFor(() => server.emulator.requests({ path: '*/deleteWebhook' }).length > before);
  await server.waitFor(async () => (await secretsLeft()) === 1);
});

test('a bot that was connected again keeps its webhook when the old channel is ended late', async () => {
  const first = await connectBot(server, 4);
  server.emulator.fault({ match: { path: '*/getWebhookInfo' }, action: { status: 502 } });
  await server.api('DELETE', `/messenger/channels/${first.id}`);
  const { attempt } = await begin(server, { connector: 'telegram' });
  server.emulator.clearFaults();
  // The bot still posts to the removed channel. That is us and nobody else, so nothing is asked.
  const values = { token: botToken(4) };
  const answer = await submit(server, attempt.id, { values, confirm: true });
  expect(answer.body.attempt).toMatchObject({ state: 'connected' });
  await server.waitFor(async () => {
    const left = await tablesOf(server.context.db)
      .selectFrom('session_endings')
      .select('id')
      .execute();
    return left.length === 0;
  });
  const { webhook } = bot('7100000004:');
  expect(webhook.url).toContain(attempt.id);
});

test('what an ended install left behind goes even when it cannot be cleaned up in order', async () => {
  await connectBot(server, 5);
  const waha = await begin(server, { connector: 'waha' });
  await pollAttempt(server, waha);
  await refuseSignOuts();
  await server.emulator.disable('demo');
  await server.waitFor(async () => (await secretsLeft()) === 0);
  const given = server.logs.filter((line) => line.includes('without telling the chat services'));
  expect(given).toHaveLength(1);
  expect(JSON.parse(given[0] ?? '')).toMatchObject({ level: 'error', accountId: DEMO.id });
  await acceptSignOuts();
  await server.install();
  expect((await connectBot(server, 6)).status).toBe('connected');
});

test('a secret that nobody could end a session with in time is forgotten all the same', async () => {
  const { db } = server.context;
  await tablesOf(db)
    .insertInto('session_endings')
    .values({
      id: crypto.randomUUID(),
      account_id: DEMO.id,
      connector: 'a-service-no-longer-offered',
      kind: 'unlink',
      external_id: null,
      webhook_id: crypto.randomUUID(),
      secret: 'sealed',
      give_up_at: new Date(0),
    })
    .execute();
  await server.waitFor(async () => (await secretsLeft()) === 1);
});

/** From now on the database takes no ending: no clean-up of a channel can succeed. */
async function refuseSignOuts() {
  await sql`create function refuse() returns trigger language plpgsql as 'begin raise ''poison''; end'`.execute(
    server.context.db,
  );
  await sql`create trigger refuse before insert on session_endings execute function refuse()`.execute(
    server.context.db,
  );
}

async function acceptSignOuts() {
  await sql`drop function refuse cascade`.execute(server.context.db);
}

/** Rows that still hold something sealed for the account's chat services. */
async function secretsLeft(): Promise<number> {
  const { db } = server.context;
  const rows = [
    ...(await tablesOf(db).selectFrom('channels').select('id').execute()),
    ...(await tablesOf(db).selectFrom('session_endings').select('id').execute()),
    ...(await tablesOf(db)
      .selectFrom('attempts')
      .select('id')
      .where((where) =>
        where.or([where('session', 'is not', null), where('candidate', 'is not', null)]),
      )
      .execute()),
  ];
  return rows.length;
}

function bot(prefix: string): { webhook: { url: string } } {
  const telegram = server.emulator.world.service<{
    bots: Record<string, { webhook: { url: string } }>;
  }>('telegram_bot_api', () => ({ bots: {} }));
  const found = Object.entries(telegram.bots).find(([token]) => token.startsWith(prefix))?.[1];
  if (!found) throw new Error('Nobody asked about that bot.');
  return found;
}
