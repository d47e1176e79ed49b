import { randomUUID } from 'node:crypto';
import { COMMANDS } from '../../src/server/admin/commands.ts';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import { findGrant } from '../../src/server/kommo/grants/rows.ts';
import { admin, adminJson, cellsOf } from '../support/admin.ts';
import { found } from '../support/canaries.ts';
import { begin, connectBot, tokenOf } from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { SUPPORT_TOKEN } from '../support/telegram.ts';
import { connectTelegram, type TelegramStage } from '../support/telegram-stage.ts';

/** What people say and are. */
const SAID = {
  text: 'canary-text-of-the-client',
  answer: 'canary-answer-of-the-manager',
  name: 'Canary-First',
  username: 'canary_username',
};

let server: TestServer;
let telegram: TelegramStage;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await server.install('other');
  telegram = await connectTelegram(server);
  const client = { id: 555, first_name: SAID.name, username: SAID.username };
  const sent = await telegram.client.act('send', { kind: 'text', text: SAID.text, client });
  await telegram.arrived(sent);
});
afterAll(() => server.close());

const run = (...args: string[]) => admin(server, args);
const json = (...args: string[]) => adminJson(server, args);

/** A manager's message that the service refuses. @returns Kommo's id of it */
async function refused(text: string): Promise<string> {
  await telegram.client.post('refuse', {
    ...{ bot: SUPPORT_TOKEN, method: 'sendMessage', times: 0, error: 'blocked' },
  });
  const id = await telegram.write({ text });
  await telegram.told(id);
  await fetch(`${server.emulator.url}/__emulator/services/telegram/refuse`, { method: 'DELETE' });
  return id;
}

test('channels are counted by service and status', async () => {
  const other = await connectBot(server, 2, tokenOf(server, 'other', OTHER.admin));
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ status: 'paused' })
    .where('id', '=', other.id)
    .execute();
  const counts = [
    { service: 'telegram', status: 'connected', channels: 1 },
    { service: 'telegram', status: 'paused', channels: 1 },
  ];
  expect(await json('channels')).toEqual({ counts });
  expect(cellsOf((await run('channels')).stdout)).toEqual([
    ['Service', 'Status', 'Channels'],
    ['telegram', 'connected', '1'],
    ['telegram', 'paused', '1'],
  ]);
});

test('channels are listed by account and by status', async () => {
  const idsOf = async (...args: string[]) =>
    (await json('channels', ...args)).channels.map(({ id }: { id: string }) => id);
  expect(await idsOf('--account', 'demo')).toEqual([telegram.channel.id]);
  expect(await idsOf('--status', 'connected')).toEqual([telegram.channel.id]);
  expect(await idsOf('--account', 'demo', '--status', 'error')).toEqual([]);
  expect(await json('channels', '--account', `${DEMO.id}`)).toEqual({
    channels: [
      {
        ...{ id: telegram.channel.id, account_id: DEMO.id, subdomain: 'demo' },
        ...{ service: 'telegram', status: 'connected', status_reason: null },
        ...{ status_at: expect.any(String), last_received_at: expect.any(String) },
        ...{ last_sent_at: null, pending: 0, undelivered: 0 },
      },
    ],
    has_more: false,
  });
  const { stdout } = await run('channels', '--account', 'demo');
  expect(cellsOf(stdout)[1]?.slice(0, 4)).toEqual([
    ...[telegram.channel.id, `${DEMO.id}`, 'demo', 'telegram'],
  ]);
  expect((await run('channels', '--account', 'nobody')).exitCode).toBe(1);
  expect((await run('channels', '--status', 'broken')).exitCode).toBe(2);
});

test('what could not be carried is listed with its reason, and tried again until it arrives', async () => {
  expect((await run('undelivered')).stdout).toBe('Nothing is undelivered.\n');
  const id = await refused(SAID.answer);
  const { undelivered, has_more } = await json('undelivered');
  expect(has_more).toBe(false);
  expect(undelivered).toEqual([
    {
      ...{ id: expect.any(String), account_id: DEMO.id, channel_id: telegram.channel.id },
      ...{ direction: 'out', kind: 'text', reason: 'blocked', can_retry: true },
      at: expect.any(String),
    },
  ]);
  const { stdout } = await run('undelivered');
  expect(cellsOf(stdout)[1]).toEqual([
    ...[undelivered[0].id, `${DEMO.id}`, telegram.channel.id, 'out', 'text', 'blocked'],
    ...[expect.stringMatching(/Z$/), 'yes'],
  ]);
  expect((await json('undelivered', '--account', 'demo')).undelivered).toHaveLength(1);
  expect((await json('undelivered', '--account', 'other')).undelivered).toEqual([]);
  const ofChannel = await json('undelivered', '--channel', telegram.channel.id);
  expect(ofChannel.undelivered).toHaveLength(1);
  for (const unknown of ['x', randomUUID()]) {
    expect((await run('undelivered', '--channel', unknown)).exitCode).toBe(1);
  }

  expect((await json('undelivered', 'retry', 'other')).retried).toBe(0);
  expect(
    (await run('undelivered', 'retry', 'other', '--channel', telegram.channel.id)).exitCode,
  ).toBe(1);
  expect((await run('undelivered', 'retry', 'demo', '--channel', randomUUID())).exitCode).toBe(1);
  expect(await json('undelivered', 'retry', 'demo', '--channel', telegram.channel.id)).toEqual({
    account_id: DEMO.id,
    retried: 1,
    channels: [{ channel_id: telegram.channel.id, retried: 1 }],
  });
  await server.waitFor(() =>
    server.emulator.state.chats
      .flatMap(({ messages }) => messages)
      .some((one) => one.id === id && one.delivery?.status === 1),
  );
  await server.waitFor(async () => (await json('undelivered')).undelivered.length === 0);
});

test('no output of any command holds a secret, what was said, or who a client is', async () => {
  const { db, secrets, config } = server.context;
  await refused(SAID.answer);
  await begin(server, { connector: 'slack' });
  const grant = await findGrant(db, secrets, DEMO.id);
  const channel = await findChannelSecrets(db, secrets, telegram.channel.id);
  const canaries = {
    ...SAID,
    bot: SUPPORT_TOKEN,
    botSecret: SUPPORT_TOKEN.split(':')[1] ?? '',
    webhook: channel?.webhookSecret ?? '',
    access: grant?.accessToken ?? '',
    refresh: grant?.refreshToken ?? '',
    client: config.kommo.clientSecret,
    amojo: config.kommo.channelSecret,
    sealing: config.secretKeys[0]?.key.toString('base64') ?? '',
    sealed: 'v1.test.',
  };
  const atKommo = JSON.stringify(server.emulator.state.chats);
  expect(found(atKommo, SAID)).toEqual(expect.arrayContaining(['text', 'answer', 'name']));
  expect(Object.values(canaries)).not.toContain('');

  // Once whole, once with a key that opens nothing and a fault to speak of.
  await tablesOf(db)
    .updateTable('settings')
    .set({ default_channel_id: randomUUID() })
    .where('account_id', '=', DEMO.id)
    .execute();
  const said: string[] = [];
  for (const { words, operands } of COMMANDS) {
    for (const more of [[], ['--json'], ['--help']]) {
      const args = [...words.split(' '), ...operands.map(() => 'demo'), ...more];
      const { stdout, stderr } = await run(...args);
      said.push(stdout, stderr);
    }
  }
  for (const more of [
    ['--account', 'demo'],
    ['--status', 'connected', '--json'],
  ]) {
    said.push((await run('channels', ...more)).stdout);
  }
  await tablesOf(db).updateTable('grants').set({ access_token: 'canary-not-sealed' }).execute();
  for (const words of ['keys check', 'keys progress', 'keys rotate']) {
    for (const more of [[], ['--json']]) {
      const { stdout, stderr } = await run(...words.split(' '), ...more);
      said.push(stdout, stderr);
    }
  }
  expect(found(said.join('\n'), { ...canaries, unsealed: 'canary-not-sealed' })).toEqual([]);
  expect(said.join('\n')).not.toMatch(/canary/i);
});
