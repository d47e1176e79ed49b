import { request } from 'node:http';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Feed, Inbox } from '../../src/emulator/page/chats/views.ts';
import {
  type Call,
  call,
  callChats,
  clientMessage,
  type Listener,
  listen,
} from '../support/emulator-client.ts';

const CHANNEL = '344a5002-f8ca-454d-af3d-396180102ac7';
const ACCOUNT = '52e591f7-c98f-4255-8495-827210138c81';
const SCOPE = `/v2/origin/custom/${CHANNEL}_${ACCOUNT}`;
const HOST = 'demo.kommo.localhost';
const COOKIE = { cookie: 'emulator_user=8001' };

let emulator: Emulator;
let backend: Listener;
let answer = 200;

beforeAll(async () => {
  backend = await listen(() => answer);
  emulator = await createEmulator({
    seed: { channels: [{ id: CHANNEL, webhook_url: `${backend.url}/chats/:scope_id` }] },
  });
});

beforeEach(async () => {
  emulator.reset();
  backend.received.length = 0;
  answer = 200;
  const json = { account_id: ACCOUNT, title: 'Chat Connector', hook_api_version: 'v2' };
  await callChats(emulator, `/v2/origin/custom/${CHANNEL}/connect`, { json });
});

afterAll(async () => {
  await emulator.close();
  await backend.close();
});

const receive = (payload: object = {}) =>
  callChats(emulator, SCOPE, { json: clientMessage(payload) });
const ask = (path: string, options: Call = {}) => call(emulator, path, { host: HOST, ...options });
const act = (path: string, json: object, headers: Record<string, string> = COOKIE) =>
  ask(`/__emulator/chats${path}`, {
    json,
    headers: { 'x-requested-with': 'XMLHttpRequest', ...headers },
  });
const chatId = () => emulator.state.chats[0]?.id ?? '';
const hooks = () => backend.received.map(({ body }) => JSON.parse(body));

/** So many seconds after some moment, in the Chats API's two units. */
const at = (second: number) => ({
  timestamp: 1_639_660_000 + second,
  msec_timestamp: (1_639_660_000 + second) * 1000,
});

/** Reads the stream until it has told of everything asked for. */
function stream(
  query: string,
  names: string[],
  headers = COOKIE,
): Promise<Record<string, unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  const address = `${emulator.url}/__emulator/chats/live?${query}`;
  const outgoing = request(address, { headers: { host: HOST, ...headers } }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const events = [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)];
      const found = Object.fromEntries(
        events.map(([, name = '', data = '']) => [name, JSON.parse(data).value]),
      );
      if (!names.every((name) => name in found)) return;
      resolve(found);
      outgoing.destroy();
    });
    response.on('end', () => reject(new Error(`The stream ended with ${response.statusCode}.`)));
    response.on('error', () => undefined);
  });
  outgoing.on('error', () => undefined);
  outgoing.end();
  return promise;
}

const inbox = async () => (await stream('', ['inbox'])).inbox as Inbox;
const feed = async (limit = 100) =>
  (await stream(`chat=${chatId()}&limit=${limit}`, ['inbox', 'feed'])).feed as Feed;

describe('The Chats page', () => {
  test('is a document that runs nothing but its own files', async () => {
    const { status, headers, text } = await ask('/chats/');
    expect(status).toBe(200);
    expect(headers['set-cookie']).toEqual(['emulator_user=8001; Path=/; SameSite=Lax']);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(text).toContain('/frontend/host/chats/main.js');
  });

  test('cannot be broken out of by the name of the account', async () => {
    emulator.world.account('demo').name = '</script><script>alert(1)</script>';
    const { text } = await ask('/chats/');
    expect(text).not.toContain('<script>alert');
  });

  test('is not there for an account that is not', async () => {
    expect((await ask('/chats/', { host: 'nobody.kommo.localhost' })).status).toBe(404);
  });

  test('finds each of its files', async () => {
    for (const file of ['main.js', 'css/page.css', 'css/feed.css', 'css/composer.css']) {
      expect((await ask(`/frontend/host/chats/${file}`)).status).toBe(200);
    }
  });

  test('is reached from the left menu, and loads none of its files on other pages', async () => {
    const { text } = await ask('/leads/list/');
    expect(text).not.toContain('/frontend/host/chats/');
    expect((await ask('/frontend/host/shell/left-menu.js')).text).toContain("'/chats/'");
  });
});

describe('The list of chats', () => {
  test('has the newest first, with source, unread messages, last text and lead', async () => {
    await receive({ msgid: 'a', ...at(1) });
    const other = { conversation_id: 'c-2', sender: { id: 'client-2', name: 'Second' } };
    await receive({ ...other, msgid: 'b', ...at(2) });
    const { chats } = await inbox();
    expect(chats.map(({ name }) => name)).toEqual(['Second', 'Client']);
    expect(chats[1]).toMatchObject({
      source: 'Chat Connector',
      unread: 1,
      last: { text: 'Hello', at: at(1).msec_timestamp, isOurs: false },
      lead: { pipeline: 'Sales', status: 'Incoming leads', isIncoming: true },
    });
  });

  test('hides chats without a message, and those of other accounts', async () => {
    const json = { conversation_id: 'c-9', user: { id: 'client-9', name: 'Quiet' } };
    await callChats(emulator, `${SCOPE}/chats`, { json });
    await receive();
    expect((await inbox()).chats.map(({ name }) => name)).toEqual(['Client']);
  });

  test('says that nothing is connected', async () => {
    emulator.reset();
    expect(await inbox()).toMatchObject({ chats: [], sources: [], isConnected: false });
  });
});

describe('The feed', () => {
  test('is in the order of the messages’ own times, and has only the newest', async () => {
    for (const second of [3, 1, 2]) {
      const message = { type: 'text', text: `message ${second}` };
      await receive({ msgid: `m-${second}`, ...at(second), message });
    }
    const shown = await feed(2);
    expect(shown.messages.map(({ text }) => text)).toEqual(['message 2', 'message 3']);
    expect(shown.earlier).toBe(1);
  });

  test('is null for a chat of nobody', async () => {
    expect((await stream('chat=nobody', ['feed'])).feed).toBeNull();
  });

  test('tells what a failed message’s code means', async () => {
    await receive();
    await act('/send', { chat: chatId(), sender: '8001', text: 'Hi' });
    const id = emulator.state.chats[0]?.messages.at(-1)?.id;
    const json = { status_code: -1, error_code: 905, error: 'Blocked by the user' };
    await callChats(emulator, `${SCOPE}/${id}/delivery_status`, { json });
    expect((await feed()).messages.at(-1)?.delivery).toEqual({
      status: 'failed',
      code: 905,
      meaning: 'other, see the text',
      error: 'Blocked by the user',
    });
  });

  test('tells who wrote: client, user, bot, or staff on their own device', async () => {
    await receive();
    await act('/send', { chat: chatId(), sender: '8002', text: 'by Max' });
    await act('/send', { chat: chatId(), sender: 'bot', text: 'by the bot' });
    const client = { id: 'client-1', name: 'Client' };
    const staff = { id: 'phone', name: 'Phone', ref_id: emulator.state.channels[0]?.bot.id };
    await receive({ msgid: 'm-2', sender: staff, receiver: client, silent: true });
    const kinds = (await feed()).messages.map(({ author, side }) => `${side} ${author.kind}`);
    expect(kinds.sort()).toEqual(['client client', 'ours bot', 'ours device', 'ours user']);
  });

  test('shows no file that Kommo could not fetch, and says why', async () => {
    answer = 404;
    const message = { type: 'picture', media: `${backend.url}/a.png`, file_name: 'a.png' };
    await receive({ message: { ...message, file_size: 7 } });
    const { promise, resolve } = Promise.withResolvers<void>();
    const media = () => emulator.state.chats[0]?.messages[0]?.media;
    const end = emulator.world.chatChanges.subscribe(({ kind }) => kind === 'media' && resolve());
    if (media()?.state === 'waiting') await promise;
    end();
    expect((await feed()).messages[0]?.file).toEqual({
      name: 'a.png',
      size: 7,
      address: null,
      state: 'broken',
      reason: 'status 404',
    });
  });
});

describe('What a person does on the page', () => {
  beforeEach(async () => {
    await receive();
  });

  test('goes out as a signed webhook in the name of who was chosen', async () => {
    const { json } = await act('/send', { chat: chatId(), sender: '8002', text: 'Hi' });
    expect(json).toEqual({ statuses: [200], chat: chatId() });
    const max = emulator.world.account('demo').users.find(({ id }) => id === 8002);
    expect(hooks()).toMatchObject([
      { message: { sender: { id: max?.amojo_id }, message: { type: 'text', text: 'Hi' } } },
    ]);
    expect(backend.received[0]?.headers['x-signature']).toMatch(/^[0-9a-f]{40}$/);
  });

  test('sends files, a quote, buttons, and a list', async () => {
    const { json: file } = await ask('/__emulator/files?name=a.png', {
      body: 'picture',
      headers: { 'content-type': 'image/png' },
    });
    const { id } = file as { id: string };
    const [first] = emulator.state.chats[0]?.messages ?? [];
    const common = { chat: chatId(), sender: '8001' };
    await act('/send', { ...common, text: 'See', files: [id], quote: first?.id });
    await act('/send', { ...common, text: 'Which?', buttons: [{ text: 'A' }, { text: 'B' }] });
    const sections = [{ title: 'Days', rows: [{ title: 'Friday', description: '' }] }];
    await act('/send', { ...common, list: { body: 'When?', button: 'Days', sections } });
    const [picture, buttons, list] = hooks().map(({ message }) => message.message);
    expect(picture).toMatchObject({ type: 'picture', text: 'See', file_name: 'a.png' });
    expect(picture.media).toContain('/attachments/');
    expect(picture.reply_to.message.id).toBe(first?.id);
    expect(buttons.markup).toEqual({ mode: 'inline', buttons: [[{ text: 'A' }], [{ text: 'B' }]] });
    expect(list.markup.list_message.sections[0].rows[0]).toMatchObject({
      callback_data: 'row_1_1',
      title: 'Friday',
    });
  });

  test('reacts, and takes it back', async () => {
    const message = emulator.state.chats[0]?.messages[0]?.id;
    await act('/reaction', { chat: chatId(), sender: '8001', message, emoji: '👍' });
    expect((await feed()).messages[0]?.reactions).toEqual([
      { emoji: '👍', by: 'Ana Admin', isOwn: true },
    ]);
    await act('/reaction', { chat: chatId(), sender: '8001', message, emoji: null });
    expect((await feed()).messages[0]?.reactions).toEqual([]);
    expect(hooks().map(({ action }) => action.reaction.type)).toEqual(['react', 'unreact']);
  });

  test('tells the backend of typing, but not of reading', async () => {
    await act('/typing', { chat: chatId(), sender: '8001' });
    await act('/read', { chat: chatId() });
    expect(hooks()).toEqual([{ ...hooks()[0], action: { typing: expect.anything() } }]);
    expect((await inbox()).chats[0]?.unread).toBe(0);
  });

  test('begins a chat with a number', async () => {
    const body = { phone: '+12025550177', channel: CHANNEL, source: 'wa', text: 'Hello' };
    const { json } = await act('/send', { ...body, sender: '8001' });
    expect(hooks()[0].message).toMatchObject({
      receiver: { phone: '+12025550177' },
      source: { external_id: 'wa' },
    });
    expect(emulator.state.chats.map(({ id }) => id)).toContain((json as { chat: string }).chat);
  });

  test('is shown as not taken where the backend refuses it', async () => {
    answer = 503;
    const { json } = await act('/send', { chat: chatId(), sender: '8001', text: 'Hi' });
    expect(json).toMatchObject({ statuses: [503] });
    expect((await feed()).messages.at(-1)?.refusal).toBe(503);
  });

  test('is refused with a sentence where it makes no sense', async () => {
    for (const [path, body, error] of [
      ['/send', { chat: 'nobody', sender: '8001', text: 'x' }, 'There is no such chat.'],
      ['/send', { chat: chatId(), sender: '1', text: 'x' }, 'has no user 1'],
      ['/reaction', { chat: chatId(), sender: '8001', message: 'x', emoji: '👍' }, 'message_id'],
    ] as const) {
      const { status, json } = await act(path, body);
      expect(status).toBe(400);
      expect((json as { error: string }).error).toContain(error);
    }
    expect(backend.received).toEqual([]);
  });

  test('needs a session, and a script of the page', async () => {
    const body = { chat: chatId(), sender: '8001', text: 'x' };
    expect((await act('/send', body, {})).status).toBe(401);
    expect((await act('/send', body, { ...COOKIE, 'x-requested-with': '' })).status).toBe(401);
    expect((await ask('/__emulator/chats/live')).status).toBe(401);
    expect(backend.received).toEqual([]);
  });
});
