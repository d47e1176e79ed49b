import type { Channel } from '../../src/contract/api.ts';
import { connectBot, readSettings, save, syncEnd, unchanged } from '../support/channels.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { postUpdate } from '../support/telegram-updates.ts';

let server: TestServer;
let channel: Channel;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  channel = await connectBot(server, 1);
  await save(server, unchanged(await readSettings(server)));
  await syncEnd(server);
});
afterAll(() => server.close());

test('what a client writes appears in Kommo, in the pipeline of the channel', async () => {
  expect(await postUpdate(server, channel, { text: 'Hola' })).toBe(204);
  const chat = await server.waitFor(() => server.emulator.state.chats[0]);
  expect(chat.messages[0]?.message).toMatchObject({ type: 'text', text: 'Hola' });
});
