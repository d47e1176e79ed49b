import type { Channel } from '../../src/contract/api.ts';
import { begin, readSettings, save, submit, syncEnd, unchanged } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
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
