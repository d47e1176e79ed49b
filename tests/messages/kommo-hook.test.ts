import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel } from '../../src/contract/api.ts';
import type { Chat } from '../../src/emulator/kommo/chat-entities.ts';
import { type OddProvider, startOddProvider } from '../connectors/support/odd-provider.ts';
import { begin, pollAttempt } from '../support/channels.ts';
import { HOOKS } from '../support/message-vectors.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { messageHook, postHook, signed } from './chat-hooks.ts';
import {
  allDone,
  amojoCalls,
  type Conversation,
  conversationOf,
  saveAll,
  saveBots,
  storedMessages,
} from './chats.ts';

let server: TestServer;
let ana: Conversation;
let chat: Chat;
let spare: Channel;
let odd: OddProvider;
let plain: Channel;
const directory = mkdtempSync(join(tmpdir(), 'providers-'));

beforeAll(async () => {
  odd = await startOddProvider();
  const path = join(directory, 'providers.json');
  const account = { id: '/user_id', name: '/name' };
  writeFileSync(path, JSON.stringify([odd.plain({ account })]));
  server = await startTestServer({
    env: { OAUTH_PROVIDERS: path },
    seed: { switches: { mediaFetch: 'never' } },
  });
  await server.install();
  await server.install('other');
  plain = await signInAtPlain();
  spare = (await saveBots(server, [1, 2]))[1] as Channel;
  ana = conversationOf(server, 555);
  await ana.write('Hola');
  chat = await ana.chat();
  await allDone(server);
});
afterAll(async () => {
  await server.close();
  await odd.close();
  rmSync(directory, { recursive: true });
});

/** A channel of a service whose messages nobody here can carry. */
async function signInAtPlain(): Promise<Channel> {
  const text = '{"access_token":"at","token_type":"bearer","user_id":"17841405309211843"}';
  odd.be({ tokenAnswer: { status: 200, text } });
  const started = await begin(server, { connector: 'plain' });
  const asked = new URL(started.attempt.authorize_url ?? '');
  const query = new URLSearchParams({ code: 'c', state: asked.searchParams.get('state') ?? '' });
  await fetch(`${server.url}/connect/callback/plain?${query}`);
  const { channel } = await pollAttempt(server, started);
  if (!channel) throw new Error('The sign-in made no channel.');
  return channel;
}

/** The body of a hook about the client's chat, as text. */
const hook = (
  message: Record<string, unknown> = { text: 'Good morning' },
  envelope: Record<string, unknown> = {},
) => JSON.stringify(messageHook(server, chat, message, envelope));

/** A vector, made about the client's chat and now. */
function vector(name: keyof typeof HOOKS): string {
  const { body } = HOOKS[name];
  const now = Math.floor(Date.now() / 1000);
  return body
    .replaceAll(/17957736\d\d/g, String(now))
    .replace('8e4d4baa-9e6c-4a88-838a-5f62be227bdc', chat.id)
    .replace('tg:77:555"', `${chat.conversation_id}"`)
    .replace(/"ch_(?:77|9)"/, `"${chat.source_external_id}"`)
    .replaceAll('a38c1c1a-9a17-483d-9d5d-bd0979800b8a', chat.messages[0]?.id ?? '')
    .replace(/"id":"0371a0ff-[^"]*"/, () => `"id":"${crypto.randomUUID()}"`);
}

/** What Kommo was told of a message, once it was. */
async function reportOf(messageId: string): Promise<Record<string, unknown>> {
  const [call] = await server.waitFor(() => {
    const calls = amojoCalls(server.emulator, `*/${messageId}/delivery_status`);
    return calls.length > 0 && calls;
  });
  return JSON.parse(call?.body ?? '{}');
}

const count = async () => (await storedMessages(server)).length;

describe('what Kommo signed is accepted', () => {
  test.each(['text', 'writeFirst', 'typing', 'reaction'] as const)(
    '%s, with its line break signed or not, or without one',
    async (name) => {
      for (const [suffix, isSigned] of [
        ['\n', false],
        ['\n', true],
        ['', true],
        ['\r\n', false],
      ] as const) {
        const body = vector(name);
        const signature = signed(isSigned ? body + suffix : body);
        const answer = await postHook(server, body + suffix, { signature });
        expect(answer).toMatchObject({ status: 200 });
      }
    },
  );

  test('and acted on: the text arrives, typing and the reaction are shown', async () => {
    const telegram = (method: string) =>
      server.emulator.requests({ path: `/__services/telegram/*/${method}` });
    await server.waitFor(async () => (await ana.toClient()).includes('Good morning'));
    await server.waitFor(() => telegram('sendChatAction').length > 0);
    await server.waitFor(() => telegram('setMessageReaction').length > 0);
    expect(telegram('setMessageReaction')[0]?.body).toContain('😍');
  });

  test('in capitals', async () => {
    const body = hook({ text: 'In capitals' });
    const signature = signed(body).toUpperCase();
    expect((await postHook(server, body, { signature })).status).toBe(200);
    await server.waitFor(async () => (await ana.toClient()).includes('In capitals'));
  });

  test('with its numbers written as texts', async () => {
    const { status, message_id } = await ana.answer({
      text: 'Numbers as texts',
      oddity: 'numbers as strings',
    });
    expect(status).toBe(200);
    await ana.delivered(message_id);
    expect(await ana.toClient()).toContain('Numbers as texts');
  });

  test('once: a repeated hook brings no second message', async () => {
    const { message_id } = await ana.answer({ text: 'Said once', oddity: 'duplicate' });
    await ana.delivered(message_id);
    const body = hook({ text: 'Said three times' });
    for (let times = 0; times < 3; times += 1) {
      expect((await postHook(server, body)).status).toBe(200);
    }
    const { message_id: last } = await ana.answer('Said last');
    await ana.delivered(last);
    const texts = await ana.toClient();
    expect(texts.filter((text) => text === 'Said once')).toHaveLength(1);
    expect(texts.filter((text) => text === 'Said three times')).toHaveLength(1);
  });
});

describe('what Kommo did not sign is refused, and stored nowhere', () => {
  const forgeries: [string, (body: string) => Parameters<typeof postHook>[2]][] = [
    ['without a signature', () => ({ signature: null })],
    ['with two', (body) => ({ signature: [signed(body), signed(body)] })],
    ['with one that is no hexadecimal', () => ({ signature: 'z'.repeat(40) })],
    [
      'with the signature of another channel',
      (body) => ({ signature: signed(body, '0'.repeat(40)) }),
    ],
    ['with a bit of it flipped', (body) => ({ signature: signed(body.replace('Hola', 'Holb')) })],
    ['at the address of another account', () => ({ account: 'other' })],
  ];

  test.each(forgeries)('%s', async (_what, call) => {
    const before = await count();
    const body = hook({ text: 'Hola' });
    const answer = await postHook(server, body, call(body));
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'signature_invalid' } });
    expect(await count()).toBe(before);
  });

  test('when it is 25 hours old, though not when it is 23', async () => {
    const before = await count();
    const agedHours = (hours: number) =>
      hook({ text: `${hours} hours old` }, { time: Math.floor(Date.now() / 1000) - hours * 3600 });
    expect((await postHook(server, agedHours(25))).status).toBe(403);
    expect(await count()).toBe(before);
    expect((await postHook(server, agedHours(23))).status).toBe(200);
    await server.waitFor(async () => (await ana.toClient()).includes('23 hours old'));
  });

  test('when it is larger than a megabyte', async () => {
    const before = await count();
    const body = hook({ text: 'x'.repeat(5 * 1024 * 1024) });
    expect((await postHook(server, body)).status).toBe(413);
    expect(await count()).toBe(before);
  });
});

describe('what is signed but cannot be read is answered, so that Kommo does not slow down', () => {
  test.each([
    ['no JSON', () => 'Secret words, signed'],
    ['half of it', () => hook({ text: 'Secret words' }).slice(0, 300)],
    ['nothing', () => ''],
    ['a list', () => '[1,"Secret words"]'],
    ['NUL', () => '{"a":"\0 Secret words"}'],
    ['deeply nested', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('%s: logged without its content', async (_what, body) => {
    const before = await count();
    const logged = server.logs.length;
    const answer = await postHook(server, body());
    expect(answer).toMatchObject({ status: 200 });
    const said = server.logs.slice(logged).join('');
    expect(said).toContain('could not be read');
    expect(said).not.toContain('Secret words');
    expect(await count()).toBe(before);
  });

  test('an action nobody knows changes nothing', async () => {
    const before = await count();
    const body = hook({}, { message: undefined, action: { levitate: { user: { id: 'u' } } } });
    expect((await postHook(server, body)).status).toBe(200);
    expect(await count()).toBe(before);
  });

  test('a message of a kind nobody knows is carried by its words', async () => {
    const body = hook({ type: 'hologram', text: 'Look at this' });
    expect((await postHook(server, body)).status).toBe(200);
    await server.waitFor(async () => (await ana.toClient()).includes('Look at this'));
  });

  test('and one without words or a file is told to the manager', async () => {
    const { message_id } = await ana.answer({ message: { type: 'hologram', text: '' } });
    const { delivery } = await ana.delivered(message_id, -1);
    expect(delivery).toMatchObject({ error_code: 905, error: expect.any(String) });
  });

  test('texts with NUL and halves of characters arrive without them', async () => {
    const body = hook({ text: 'A\0B \ud83d C' });
    expect((await postHook(server, body)).status).toBe(200);
    await server.waitFor(async () => (await ana.toClient()).some((text) => text?.startsWith('AB')));
  });
});

describe('the manager learns why nobody was reached', () => {
  test('a chat begun in Kommo with Telegram, where clients write first', async () => {
    const { message_id: id, status } = await server.emulator.chat('demo', {
      phone: '+5511999990000',
      name: 'João',
      source_external_id: chat.source_external_id ?? '',
      text: 'May I?',
    });
    expect(status).toBe(200);
    const told = await reportOf(id ?? '');
    expect(told).toMatchObject({ status_code: -1, error_code: 904 });
    expect(told.error).toContain('have to write first');
  });

  test('a service whose messages cannot be carried', async () => {
    await saveAll(server);
    expect(plain.messages.carries).toBe(false);
    const source = await server.waitFor(() =>
      server.emulator.state.sources.find(({ name }) => name === plain.name),
    );
    const { message_id: id, status } = await server.emulator.chat('demo', {
      phone: '+5511999990001',
      name: 'Maria',
      source_external_id: source.external_id,
      text: 'Hello?',
    });
    expect(status).toBe(200);
    expect(await reportOf(id ?? '')).toMatchObject({
      status_code: -1,
      error_code: 902,
      error: 'The channel is paused, or this connection carries no messages.',
    });
  });

  test('a channel that was deleted', async () => {
    const bea = conversationOf(server, 600, { bot: 2 });
    await bea.write('Hi');
    await bea.chat();
    await server.api('DELETE', `/messenger/channels/${spare.id}`);
    const { message_id: id, status } = await bea.answer('Are you there?');
    expect(status).toBe(200);
    const { delivery } = await bea.delivered(id, -1);
    expect(delivery).toMatchObject({ error_code: 902, error: expect.stringMatching(/./) });
    expect(await bea.toClient()).toEqual([]);
  });
});

test('a bot that was removed and connected again goes on in its chats, whoever writes first', async () => {
  const cleo = conversationOf(server, 700, { bot: 3 });
  const dan = conversationOf(server, 701, { bot: 3 });
  const [former] = await saveBots(server, [3]);
  for (const client of [cleo, dan]) {
    await client.write('Hola');
    await client.chat();
  }
  await allDone(server);
  await server.api('DELETE', `/messenger/channels/${former?.id}`);
  await server.waitFor(async () =>
    (await storedMessages(server)).every(({ channel_id: id }) => id !== former?.id),
  );
  await saveBots(server, [3]);
  const { message_id: id } = await cleo.answer('We are back');
  await cleo.delivered(id);
  expect(await cleo.toClient()).toEqual(['We are back']);
  await cleo.write('Welcome');
  await dan.write('Finally');
  await server.waitFor(() => cleo.fromClient().length === 2 && dan.fromClient().length === 2);
});

test('no text, name or number came into the log', () => {
  const logs = server.logs.join('');
  for (const word of ['Good morning', 'May I?', 'João', '5511999990000', 'Hola']) {
    expect(logs).not.toContain(word);
  }
});

test('a hook of an account that was uninstalled is answered, and nothing is stored', async () => {
  const body = hook({ text: 'Too late' });
  await server.emulator.disable('demo');
  await server.waitFor(async () => (await count()) === 0);
  expect((await postHook(server, body)).status).toBe(200);
  expect(await count()).toBe(0);
  expect(await ana.toClient()).not.toContain('Too late');
});
