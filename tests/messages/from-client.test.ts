import type { Channel } from '../../src/contract/api.ts';
import { connectBot, readSettings, save, syncEnd, unchanged } from '../support/channels.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { postUpdate } from '../support/telegram-updates.ts';
import { conversationOf } from './chats.ts';

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

test('a number that a client shares is not lost when more is written before Kommo can have it', async () => {
  const client = conversationOf(server, 777);
  const path = '/v2/origin/custom/*';
  server.emulator.fault({
    match: { path, bodyContains: ':777' },
    times: 0,
    action: { status: 503 },
  });
  await client.act('send', { kind: 'contact', own: true, phone_number: '5511999990000' });
  await client.write('Call me');
  await server.waitFor(() => server.emulator.requests({ path, bodyContains: ':777' }).length > 0);
  server.emulator.clearFaults();
  await server.waitFor(() => client.fromClient().includes('Call me'));
  expect(client.inKommo()?.user).toMatchObject({ phone: '+5511999990000' });
});
