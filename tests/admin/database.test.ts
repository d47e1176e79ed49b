import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { CLEAN_UP, FORGET_MESSAGES, SYNC_SOURCES } from '../../src/server/queues.ts';
import { admin, adminJson } from '../support/admin.ts';
import { connectBot } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startQuietServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { saveAll } from '../support/telegram-stage.ts';

let server: TestServer;
let channelId: string;

beforeAll(async () => {
  server = await startQuietServer('demo');
  ({ id: channelId } = await connectBot(server, 1));
  await saveAll(server);
});
afterAll(() => server.close());

const tables = () => tablesOf(server.context.db);

test('the database shows its version, migrations, sizes, rows and jobs', async () => {
  const { exitCode, stdout } = await admin(server, ['database']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Newest +\d{3}-/m);
  expect(stdout).toMatch(/^channels +1 +\d+\.\d KB$/m);
  const known = await adminJson(server, ['database']);
  expect(known).toMatchObject({
    kind: server.database.kind,
    server_version: expect.stringMatching(/^\d+/),
    migrations: expect.arrayContaining(['001-initial']),
  });
  expect(known.tables).toContainEqual({ name: 'accounts', rows: 1, bytes: expect.any(Number) });
  expect(known.tables).toContainEqual({ name: 'pgboss', rows: null, bytes: expect.any(Number) });
  expect(known.jobs).toContainEqual({
    queue: 'scheduled',
    state: 'created',
    jobs: expect.any(Number),
    overdue_seconds: null,
  });
  expect(known.oldest_waiting_message_seconds).toEqual({ in: 0, out: 0 });
});

test('the database shows how long the oldest message waits', async () => {
  const id = randomUUID();
  await tables()
    .insertInto('messages')
    .values({
      ...{ id, account_id: DEMO.id, channel_id: channelId, direction: 'out', event: 'message' },
      ...{ kind: 'text', key: 'stuck', lane: 'stuck', state: 'waiting', at: new Date() },
      ...{ stored_at: sql`now() - interval '61 seconds'`, due_at: sql`now() + interval '1 hour'` },
    } as never)
    .execute();
  const { stdout } = await admin(server, ['database']);
  expect(stdout).toMatch(/^Oldest message that waits, to Kommo +-$/m);
  expect(stdout).toMatch(/^Oldest message that waits, to a client +6\d s$/m);
  await tables().deleteFrom('messages').where('id', '=', id).execute();
});

test('a database in which nothing is wrong passes every check', async () => {
  const { exitCode, stdout } = await admin(server, ['database', 'check']);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Everything is as it must be')]);
  expect(await adminJson(server, ['database', 'check'])).toEqual({ ok: true, faults: [] });
});

/** Plants a fault, has it found as just this kind, and mends it. */
async function expectFault(
  kind: string,
  plant: () => Promise<unknown>,
  mend: () => Promise<unknown>,
  overrides = {},
): Promise<string> {
  await plant();
  try {
    const { exitCode, stdout } = await admin(server, ['database', 'check'], overrides);
    const { ok, faults } = await adminJson(server, ['database', 'check'], overrides);
    expect([exitCode, ok]).toEqual([1, false]);
    expect(faults.map((fault: { kind: string }) => fault.kind)).toEqual([kind]);
    expect(faults[0].account_id).toBe(DEMO.id);
    expect(stdout).toBe(`${faults[0].sentence}\n`);
    return faults[0].sentence;
  } finally {
    await mend();
  }
}

/** For later: none of these jobs runs while the test does. */
const LATER = { afterSeconds: 3_600 };

async function expectNoFault(): Promise<void> {
  expect(await adminJson(server, ['database', 'check'])).toEqual({ ok: true, faults: [] });
}

describe('the check finds', () => {
  test('a channel of another install, unless a clean-up waits for it', async () => {
    const id = randomUUID();
    const plant = () =>
      tables()
        .insertInto('channels')
        .values({
          ...{ id, account_id: DEMO.id, epoch: 0, slot: 50, connector: 'telegram' },
          ...{ external_id: id, account_name: '', name: '', pipeline_ids: '[]' },
          ...{ credentials: 'v1.x.x.x', webhook_secret: 'v1.x.x.x' },
        })
        .execute();
    const remove = () => tables().deleteFrom('channels').where('id', '=', id).execute();
    const sentence = await expectFault('channel_without_install', plant, remove);
    expect(sentence).toContain(id);
    const { jobs, db } = server.context;
    await plant();
    await jobs.request(db, CLEAN_UP, { accountId: DEMO.id, epoch: 0 }, LATER);
    await expectNoFault();
    await remove();
  });

  test('a grant of another install', async () => {
    const setEpoch = (epoch: number) => tables().updateTable('grants').set({ epoch }).execute();
    await expectFault(
      'grant_without_install',
      () => setEpoch(7),
      () => setEpoch(1),
    );
  });

  test('messages of a channel that is gone, unless a job will forget them', async () => {
    const gone = randomUUID();
    const plant = () =>
      tables()
        .insertInto('messages')
        .values(
          [1, 2].map((key) => ({
            ...{ id: randomUUID(), account_id: DEMO.id, channel_id: gone, direction: 'in' },
            ...{ event: 'message', kind: 'text', key: `${key}`, lane: 'x', state: 'delivered' },
            at: new Date(),
          })) as never,
        )
        .execute();
    const remove = () => tables().deleteFrom('messages').where('channel_id', '=', gone).execute();
    const sentence = await expectFault('messages_without_channel', plant, remove);
    expect(sentence).toContain(`2 messages of account ${DEMO.id} left by channel ${gone}`);
    const { jobs, db } = server.context;
    await plant();
    await jobs.request(db, FORGET_MESSAGES, { accountId: DEMO.id, channelId: gone }, LATER);
    await expectNoFault();
    await remove();
  });

  test('chats of a channel that is gone', async () => {
    const gone = randomUUID();
    const plant = () =>
      tables()
        .insertInto('conversations')
        .values({
          ...{ id: randomUUID(), account_id: DEMO.id, epoch: 1, channel_id: gone },
          ...{ person: 'v1.x.x.x', person_mark: '' },
        } as never)
        .execute();
    const remove = () =>
      tables().deleteFrom('conversations').where('channel_id', '=', gone).execute();
    await expectFault('chats_without_channel', plant, remove);
  });

  test.each([
    ['MAX_CHANNELS', { maxChannels: 0 }],
    ['MAX_CHANNELS_PER_SERVICE', { maxChannelsPerService: 0 }],
  ])('more channels than %s allows', async (variable, limits) => {
    const nothing = async () => undefined;
    const config = { ...server.context.config, ...limits };
    const sentence = await expectFault('too_many_channels', nothing, nothing, { config });
    expect(sentence).toContain(variable);
  });

  test.each([
    ['that is not there', randomUUID()],
    ['that is none', null],
  ])('a default channel %s', async (_what, id) => {
    const setDefault = (default_channel_id: string | null) =>
      tables().updateTable('settings').set({ default_channel_id }).execute();
    await expectFault(
      'default_channel_missing',
      () => setDefault(id),
      () => setDefault(channelId),
    );
  });

  test('a source without its channel', async () => {
    const plant = () =>
      tables()
        .insertInto('sources')
        .values({
          ...{ account_id: DEMO.id, external_id: 'lost', channel_id: randomUUID(), pipeline_id: 1 },
        })
        .execute();
    const remove = () => tables().deleteFrom('sources').where('external_id', '=', 'lost').execute();
    const sentence = await expectFault('source_without_channel', plant, remove);
    expect(sentence).toContain('Source lost');
  });

  test('a requested sync without a job, and neither one with a job nor one that waits for a grant', async () => {
    const ask = (values: { next_attempt_at: Date | null }) =>
      tables()
        .updateTable('syncs')
        .set({ ...values, requested: sql`done + 1`, state: 'queued' } as never)
        .execute();
    const settle = () =>
      tables()
        .updateTable('syncs')
        .set({ requested: sql`done`, state: 'done' } as never)
        .execute();
    const plant = () => ask({ next_attempt_at: new Date() });
    const sentence = await expectFault('sync_without_job', plant, settle);
    expect(sentence).toContain(`account ${DEMO.id}`);
    await ask({ next_attempt_at: null });
    await expectNoFault();
    await plant();
    const { jobs, db } = server.context;
    await jobs.request(db, SYNC_SOURCES, { accountId: DEMO.id }, LATER);
    await expectNoFault();
    await settle();
  });
});
