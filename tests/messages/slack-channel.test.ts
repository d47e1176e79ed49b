import type { Message } from '../../src/emulator/kommo/chat-entities.ts';
import { begin } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { decideAtSlack, slackMember } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { saveAll } from '../support/telegram-stage.ts';

/** The whole way between a member of a workspace and a manager, through the backend. */

let server: TestServer;
let ada: ReturnType<typeof slackMember>;
let eve: ReturnType<typeof slackMember>;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  ada = slackMember(server.emulator, { team: 'T0EMULATED1', member: 'ada' });
  eve = slackMember(server.emulator, { team: 'T0EMULATED2', member: 'eve' });
  for (const team of ['T0EMULATED1', 'T0EMULATED2']) {
    const { attempt } = await begin(server, { connector: 'slack' });
    const path = await decideAtSlack(server, attempt.authorize_url ?? '', {
      decision: 'allow',
      team,
    });
    await fetch(server.url + path);
  }
  await saveAll(server);
});
afterAll(async () => {
  await server.close();
  await server.emulator.close();
});

const messages = (): Message[] => server.emulator.state.chats.flatMap((chat) => chat.messages);

const arrived = (is: (message: Message) => boolean) => server.waitFor(() => messages().find(is));

/** What Kommo has with that text, the client's and the managers'. */
const withText = (text: string) => messages().filter(({ message }) => message.text === text);

const arrivedText = (text: string) => arrived(({ message }) => message.text === text);

/** A manager writes into the chat that has a message. */
async function answer(to: Message, what: object): Promise<void> {
  const chat = server.emulator.state.chats.find((one) => one.messages.includes(to));
  const result = await server.emulator.chat(DEMO.subdomain, { conversation_id: chat?.id, ...what });
  expect(result.status).toBe(200);
}

test('a member asks and a manager answers, and nothing comes back as an echo', async () => {
  await ada.act('send', { text: 'Is the <blue> one still there? 👀' });
  const question = await arrivedText('Is the <blue> one still there? 👀');
  await answer(question, { text: 'It is & we keep it' });
  const { messages: seen } = await ada.wait({ text: 'It is & we keep it' });
  expect(seen).toHaveLength(1);
  await ada.act('send', { text: 'Thanks' });
  await arrivedText('Thanks');
  expect(withText('It is & we keep it')).toHaveLength(1);
  expect(await ada.get('judge')).toMatchObject({
    duplicates: [],
    answered_echoes: [],
    secrets_seen: [],
    events: { given_up: 0, dropped: 0 },
  });
});

test('the same ids in another workspace are other people', async () => {
  await eve.act('send', { text: 'From the second' });
  const theirs = await arrivedText('From the second');
  await answer(theirs, { text: 'To the second' });
  expect(await eve.wait({ text: 'To the second' })).toMatchObject({ is_complete: true });
  expect((await ada.chat()).map(({ shown }) => shown)).not.toContain('To the second');
});

test('files go both ways, and quotes become threads', async () => {
  await ada.act('send', { kind: 'picture', text: 'Like this' });
  const picture = await arrived(
    ({ message, media }) => message.type === 'picture' && media !== null,
  );
  await ada.act('send', { kind: 'audio' });
  await arrived(({ message }) => message.type === 'voice');
  await answer(picture, { text: 'Our prices', file: { name: 'prices.pdf', text: '%PDF' } });
  await answer(picture, { text: 'As you asked', reply_to: picture.id });
  await ada.wait({ text: 'As you asked' });
  const [asked] = (await ada.chat()).filter(({ shown }) => shown === 'Like this');
  const brought = (await ada.chat()).filter(({ from }) => from === 'app');
  expect(brought.flatMap(({ files }) => files)).toMatchObject([{ name: 'prices.pdf', size: 4 }]);
  expect(brought.find(({ shown }) => shown === 'As you asked')?.thread_ts).toBe(asked?.ts);
});

test('edits, deletions and reactions of a member show in Kommo, previews of links do not', async () => {
  const sent = await ada.act('send', { kind: 'link', text: 'See https://news.example/today' });
  const shown = await arrivedText('See https://news.example/today');
  await ada.act('react', { ts: sent.ts, emoji: '👍' });
  await server.waitFor(() => shown.reactions.length > 0);
  expect(shown.is_edited).toBe(false);
  await ada.act('edit', { ts: sent.ts, text: 'Forget the news' });
  await arrivedText('Forget the news');
  await ada.act('delete', { ts: sent.ts });
  await server.waitFor(() => withText('Forget the news').length === 0);
});

test('what the double sends twice or out of order arrives once', async () => {
  await ada.order('speed', { copies: 3 });
  await ada.act('send', { text: 'Only once' });
  await arrivedText('Only once');
  await ada.order('speed', { copies: 1 });
  await ada.act('send', { text: 'After it' });
  await arrivedText('After it');
  expect(withText('Only once')).toHaveLength(1);
});

test('a lost answer is not repeated', async () => {
  await ada.act('send', { text: 'Anybody?' });
  const asked = await arrivedText('Anybody?');
  await ada.order('refuse', { method: 'chat.postMessage', action: 'lose_answer' });
  await answer(asked, { text: 'Once and no more' });
  await server.waitFor(() =>
    withText('Once and no more').some(({ delivery }) => delivery !== null),
  );
  const seen = (await ada.chat()).filter(({ shown }) => shown === 'Once and no more');
  expect(seen).toHaveLength(1);
});
