import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { SLACK_SIGNING_SECRET } from '../../src/emulator/services/slack/state.ts';
import type { Credentials } from '../../src/server/connectors/connector.ts';
import type { ReceivedItem } from '../../src/server/connectors/messages.ts';
import { createSlack } from '../../src/server/connectors/slack.ts';
import { waitFor } from '../support/wait-for.ts';
import { OUTGOING, type OutgoingKind, outgoing } from './support/message-kinds.ts';
import { Person } from './support/person.ts';
import { createTools, type TestTools } from './support/tools.ts';

const TEAM = 'T0EMULATED1';

interface Done {
  channel: string;
  ts: string;
  files?: { id: string; size: number; sha256: string }[];
}

/** Two readings of Slack's documentation, the connector's and the double's, talk to each other. */
describe('a conversation with the emulated Slack', () => {
  let emulator: Emulator;
  let backend: Server;
  let tools: TestTools;
  let connector: ReturnType<typeof createSlack>;
  let credentials: Credentials;
  let items: ReceivedItem[];
  let isCheckDue: boolean;

  beforeAll(async () => {
    emulator = await createEmulator();
    connector = createSlack({
      clientId: '1234567890.0987654321',
      clientSecret: 'emulator-slack-client-secret-01234567',
      signingSecret: SLACK_SIGNING_SECRET,
      url: `http://slack.localhost:${emulator.port}`,
    });
  });
  afterAll(() => emulator.close());

  beforeEach(async () => {
    emulator.reset();
    items = [];
    isCheckDue = false;
    tools = createTools('slack');
    backend = await listen();
    const { port } = backend.address() as AddressInfo;
    // Slack asks the address for its challenge before it keeps it.
    await act('app', { request_url: `http://127.0.0.1:${port}/events` });
    credentials = await signIn();
  });
  afterEach(async () => {
    await tools.close();
    backend.closeAllConnections();
    await new Promise((resolve) => backend.close(resolve));
  });

  /** The backend in small: proves what Slack posts, and reads what is for this workspace. */
  async function listen(): Promise<Server> {
    const server = createServer(async (incoming, response) => {
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
      );
      const request = { headers, body: await buffer(incoming) };
      const opened = connector.openShared?.(request, new Date());
      if (opened?.kind === 'answer') {
        response.setHeader('content-type', 'application/json');
        return void response.end(JSON.stringify(opened.body));
      }
      if (opened?.isCheckDue) isCheckDue = true;
      if (opened?.externalIds.includes(TEAM)) {
        items.push(...carrier().parse(request, { externalId: TEAM }));
      }
      response.writeHead(200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  async function act(name: string, fields: object): Promise<Done> {
    const answer = await fetch(`${emulator.url}/__emulator/services/slack/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Done;
  }

  async function seen<Shape>(path: 'chat' | 'judge'): Promise<Shape> {
    const answer = await fetch(`${emulator.url}/__emulator/services/slack/${path}`);
    return (await answer.json()) as Shape;
  }

  async function signIn(): Promise<Credentials> {
    const { authorizeUrl, session } = await connector.begin(tools, 's');
    const page = new URL(authorizeUrl);
    const decision = { team_choice: TEAM, decision: 'allow' };
    const fields = { ...Object.fromEntries(page.searchParams), ...decision };
    const { location } = await new Person().submit(page, fields);
    const query = new URL(location ?? '').searchParams;
    return (await connector.finish(tools, session, query)).credentials;
  }

  const carrier = () => {
    if (connector.messages === undefined) throw new Error('Slack carries no messages');
    return connector.messages;
  };

  const arrived = async (count: number): Promise<ReceivedItem[]> =>
    await waitFor(() => (items.length >= count ? items : undefined));

  async function sendAll(chatId: string, fields: Parameters<typeof outgoing>[0]) {
    const outcomes = [];
    const chat = { chatId, personId: 'U0X', isNew: false };
    for (const part of carrier().compose(outgoing(fields))) {
      outcomes.push(await carrier().send(tools, credentials, chat, part));
    }
    return outcomes;
  }

  test.each([
    ['text', { text: 'Hola <b> & *co*' }, 'text'],
    ['link', { text: 'See https://shop.example/tea' }, 'text'],
    ['picture', { text: 'Look' }, 'picture'],
    ['video', {}, 'video'],
    ['audio', {}, 'voice'],
    ['file', {}, 'file'],
  ])('brings a %s %j as %s, with its file', async (kind, more, expected) => {
    const done = await act('send', { kind, ...more });
    const [item] = await arrived(1);
    expect(item).toMatchObject({
      event: 'message',
      messageId: `${done.channel}:${done.ts}`,
      chat: { id: done.channel },
      content: { kind: expected, ...more },
    });
    if (item?.event !== 'message' || !('media' in item.content)) return;
    const { media } = item.content;
    const { body } = await carrier().openMedia(tools, credentials, media.ref);
    const content = await buffer(body);
    expect({
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    }).toEqual({
      size: done.files?.[0]?.size,
      sha256: done.files?.[0]?.sha256,
    });
    expect(media.bytes).toBe(content.length);
  });

  test('knows who wrote, once it asks', async () => {
    await act('send', { text: 'Hola' });
    const [item] = await arrived(1);
    if (item?.event !== 'message') throw new Error('no message');
    expect(item.person).toMatchObject({ isNameless: true });
    const person = await carrier().findPerson?.(tools, credentials, item.person.id);
    const { member } = await seen<{ member: { name: string } }>('chat');
    expect(person).toMatchObject({ name: member.name });
  });

  test('brings an edit, an answer in a thread, reactions and a deletion', async () => {
    const { channel, ts } = await act('send', { text: 'teh' });
    await act('edit', { ts, text: 'the :wave:' });
    const answer = await act('send', { text: 'answer', thread_ts: ts });
    await act('react', { ts: answer.ts, emoji: '👍' });
    await act('react', { ts: answer.ts, emoji: '👍', remove: true });
    await act('delete', { ts: answer.ts });
    await act('delete', { ts });
    const messageId = `${channel}:${ts}`;
    const answerId = `${channel}:${answer.ts}`;
    expect(await arrived(7)).toMatchObject([
      { event: 'message', messageId },
      { event: 'edit', messageId, content: { text: 'the 👋' } },
      { event: 'message', messageId: answerId, replyTo: messageId },
      { event: 'reaction', messageId: answerId, emoji: '👍' },
      { event: 'reaction', messageId: answerId, emoji: null },
      { event: 'delete', messageId: answerId },
      { event: 'delete', messageId },
    ]);
  });

  test('takes the preview of a link for no edit', async () => {
    await act('send', { kind: 'link', text: 'https://shop.example' });
    await act('send', { text: 'next' });
    expect(await arrived(2)).toMatchObject([{ event: 'message' }, { event: 'message' }]);
  });

  test.each(Object.keys(OUTGOING) as OutgoingKind[])('takes %s', async (kind) => {
    const { channel } = await act('send', { text: 'Hola' });
    const outcomes = await sendAll(channel, OUTGOING[kind]());
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ state: 'sent', isDelivered: true });
    }
    const { messages } = await seen<{ messages: { ts: string; from: string }[] }>('chat');
    const theirs = messages
      .filter(({ from }) => from === 'app')
      .map(({ ts }) => `${channel}:${ts}`);
    expect(outcomes.map((outcome) => outcome.state === 'sent' && outcome.messageId)).toEqual(
      theirs,
    );
    // What comes back of it says no more than that it got there.
    await act('send', { text: 'next' });
    const after = await waitFor(() =>
      items.filter(({ event }) => event === 'message').length === 2 ? items : undefined,
    );
    expect(after.filter(({ event }) => event !== 'status')).toHaveLength(2);
  });

  test('hears of a file that is shown late', async () => {
    const { channel } = await act('send', { text: 'Hola' });
    await act('speed', { share_delay_ms: 3_000 });
    const [outcome] = await sendAll(channel, OUTGOING.file());
    expect(outcome).toMatchObject({ state: 'sent', isDelivered: false });
    const [, status] = await arrived(2);
    expect(status).toEqual({
      event: 'status',
      messageId: outcome?.state === 'sent' && outcome.messageId,
      state: 'delivered',
    });
  });

  test('answers into the thread that the quoted answer stands in', async () => {
    const { channel, ts } = await act('send', { text: 'Tea?' });
    const reply = await act('send', { text: 'Or mate?', thread_ts: ts });
    await sendAll(channel, { text: 'Both.', replyTo: `${channel}:${reply.ts}` });
    await sendAll(channel, { ...OUTGOING.file(), replyTo: `${channel}:${reply.ts}` });
    const { messages } = await seen<{ messages: { from: string; thread_ts: string }[] }>('chat');
    const theirs = messages.filter(({ from }) => from === 'app');
    expect(theirs.map(({ thread_ts }) => thread_ts)).toEqual([ts, ts]);
    expect(await seen('judge')).toMatchObject({ replies_to_replies: [], secrets_seen: [] });
  });

  test('reacts, changes its mind and takes it back', async () => {
    const { channel, ts } = await act('send', { text: 'Hola' });
    const chat = { chatId: channel, personId: 'U0X', isNew: false };
    const shown: string[][] = [];
    for (const emoji of ['👍', '❤️', null]) {
      const reaction = { messageId: `${channel}:${ts}`, isOurs: false, emoji };
      const outcome = await carrier().react?.(tools, credentials, chat, reaction);
      expect(outcome).toMatchObject({ state: 'sent' });
      const { messages } = await seen<{ messages: { reactions: { name: string }[] }[] }>('chat');
      shown.push(messages[0]?.reactions.map(({ name }) => name) ?? []);
    }
    expect(shown).toEqual([['+1'], ['heart'], []]);
  });

  test('sends nothing twice when an answer is lost', async () => {
    const { channel } = await act('send', { text: 'Hola' });
    await act('refuse', { method: 'chat.postMessage', action: 'lose_answer' });
    expect(await sendAll(channel, { text: 'once' })).toEqual([{ state: 'unknown' }]);
    await act('refuse', { method: 'files.completeUploadExternal', action: 'lose_answer' });
    expect(await sendAll(channel, OUTGOING.file())).toEqual([{ state: 'unknown' }]);
    await act('refuse', { method: 'files.getUploadURLExternal', action: 'lose_answer' });
    await expect(sendAll(channel, OUTGOING.file())).rejects.toMatchObject({
      failure: 'unavailable',
    });
    const { messages } = await seen<{ messages: { from: string }[] }>('chat');
    expect(messages.filter(({ from }) => from === 'app')).toHaveLength(2);
  });

  test('waits as long as it is told', async () => {
    const { channel } = await act('send', { text: 'Hola' });
    await act('refuse', { method: 'chat.postMessage', error: 'ratelimited', retry_after: 9 });
    await expect(sendAll(channel, { text: 'later' })).rejects.toMatchObject({
      failure: 'rate_limited',
      retryAfterSeconds: 9,
    });
  });

  test('asks to sign in again when a right is missing, or the app is removed', async () => {
    const { channel } = await act('send', { text: 'Hola' });
    const again = { status: 'action_needed', reason: 'sign_in_again' };
    await act('scopes', { scopes: 'chat:write,im:history' });
    await expect(sendAll(channel, OUTGOING.file())).rejects.toMatchObject({
      failure: 'reauthorize',
    });
    expect(await connector.health(tools, credentials)).toEqual(again);
    await act('uninstall', {});
    await waitFor(() => isCheckDue);
    expect(await connector.health(tools, credentials)).toEqual(again);
  });

  test('keeps a channel out of it', async () => {
    await act('send', { text: 'in private' });
    await act('invite', { channel: 'C0GENERAL' });
    await act('send', { channel: 'C0GENERAL', text: 'in public' });
    const { channel } = await act('send', { text: 'in private again' });
    expect(await arrived(2)).toMatchObject([{ chat: { id: channel } }, { chat: { id: channel } }]);
  });
});
