import type { Channel } from '../../src/contract/api.ts';
import { begin, readSettings, save, submit, syncEnd, unchanged } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { SUPPORT_TOKEN, telegramClient } from '../support/telegram.ts';

let server: TestServer;
let channel: Channel;
let client: ReturnType<typeof telegramClient>;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  const { attempt } = await begin(server, { connector: 'telegram' });
  const values = { token: SUPPORT_TOKEN };
  channel = (await submit(server, attempt.id, { values, confirm: true })).body.attempt.channel;
  await save(server, unchanged(await readSettings(server)));
  await syncEnd(server);
  client = telegramClient(server.emulator);
});
afterAll(() => server.close());

test('a manager’s answer arrives at the client, and the feed shows that it did', async () => {
  await client.act('send', { kind: 'text', text: 'Hola' });
  const chat = await server.waitFor(() => server.emulator.state.chats[0]);
  const { status, message_id: id } = await server.emulator.chat(DEMO.subdomain, {
    conversation_id: chat.id,
    text: 'Good morning',
  });
  expect(status).toBe(200);
  const shown = await server.waitFor(() =>
    chat.messages.find((message) => message.id === id && message.delivery !== null),
  );
  expect(shown.delivery).toMatchObject({ status: 1 });
  expect(channel.messages.carries).toBe(true);
});

test('a refusal surely sent nothing, also while the service cannot be asked about it', async () => {
  const chat = await server.waitFor(() => server.emulator.state.chats[0]);
  await client.post('refuse', { bot: SUPPORT_TOKEN, method: 'sendMessage', error: 'unauthorized' });
  await client.post('refuse', {
    bot: SUPPORT_TOKEN,
    method: 'getMe',
    error: 'too_many_requests',
    retry_after: 30,
    times: 0,
  });
  const tables = tablesOf(server.context.db);
  await tables
    .updateTable('channels')
    .set({ checked_at: new Date(0) })
    .execute();
  const { message_id: id } = await server.emulator.chat(DEMO.subdomain, {
    conversation_id: chat.id,
    text: 'Are you there?',
  });
  const row = await server.waitFor(async () => {
    const [found] = await tables
      .selectFrom('messages')
      .select(['state', 'tries', 'reason'])
      .where('key', '=', id ?? '')
      .execute();
    return found && (found.tries > 0 || found.reason !== null) ? found : undefined;
  });
  expect(row).toEqual({ state: 'waiting', tries: 1, reason: null });
});
