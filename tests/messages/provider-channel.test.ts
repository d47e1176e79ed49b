import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel } from '../../src/contract/api.ts';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Message } from '../../src/emulator/kommo/chat-entities.ts';
import { Person } from '../connectors/support/person.ts';
import { begin, pollAttempt, readSettings } from '../support/channels.ts';
import { DEMO, PUBLIC_URL } from '../support/config.ts';
import { UNLIMITED } from '../support/hurry.ts';
import {
  eventOf,
  type OwnService,
  postEvent,
  proofOf,
  type Setup,
  startOwnService,
  taken,
} from '../support/own-service.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { saveAll } from '../support/telegram-stage.ts';

const CLIENT_ID = 'kommo-chat-connector';
const CLIENT_SECRET = 'emulator-oidc-client-secret-0123456789';

const directory = mkdtempSync(join(tmpdir(), 'provider-channel-'));

let emulator: Emulator;
let server: TestServer;
let service: OwnService;
let channel: Channel;
let setup: Setup;
/** Accounts' tokens as the service was shown them, oldest first. */
const bearers: string[] = [];

beforeAll(async () => {
  emulator = await createEmulator({ seed: { switches: UNLIMITED } });
  service = await startOwnService();
  service.answer((one) => {
    bearers.push(String(one.headers.authorization));
    return taken(one);
  });
  const path = join(directory, 'providers.json');
  writeFileSync(
    path,
    JSON.stringify([
      {
        ...{ id: 'acme', name: 'Acme Chat', issuer: `http://oidc.localhost:${emulator.port}` },
        ...{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, token_auth: 'basic' },
        scopes: ['openid', 'profile', 'email', 'offline_access'],
        authorize_params: { prompt: 'consent' },
        account: { id: '/sub', name: '/name', handle: '/email' },
        messages_url: service.callbackUrl,
      },
    ]),
  );
  server = await startTestServer({ emulator, env: { OAUTH_PROVIDERS: path } });
  await server.install();
  channel = await signIn();
  await saveAll(server);
});
afterAll(async () => {
  await server.close();
  await service.close();
  await emulator.close();
  rmSync(directory, { recursive: true });
});

/** Ada signs in on the pages of the emulated Acme. */
async function signIn(): Promise<Channel> {
  const started = await begin(server, { connector: 'acme' });
  const person = new Person();
  const callback = `${PUBLIC_URL}/connect/callback/`;
  const { address: form } = await person.follow(started.attempt.authorize_url ?? '', callback);
  const { location } = await person.submit(form, { person: 'ada' });
  const { address } = await person.follow(new URL(location ?? '', form), callback);
  await fetch(`${server.url}${address.pathname}${address.search}`);
  const attempt = await server.waitFor(async () => {
    const now = await pollAttempt(server, started);
    return ['connected', 'failed'].includes(now.state) && now;
  });
  if (!attempt.channel) throw new Error(`Not connected: ${JSON.stringify(attempt)}`);
  return attempt.channel;
}

/** The account's token has ended before its time, as the provider says when it is asked. */
function endToken(): void {
  emulator.fault({
    match: { host: 'oidc.localhost', path: '/me' },
    action: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
  });
}

const found = (is: (message: Message) => boolean) =>
  server.waitFor(() => emulator.state.chats.flatMap(({ messages }) => messages).find(is));

const posted = (text: string) =>
  server.waitFor(() => service.posted.find(({ event }) => event.message?.text === text));

async function write(text: string): Promise<string> {
  const [chat] = emulator.state.chats;
  const { message_id: id } = await emulator.chat(DEMO.subdomain, {
    conversation_id: chat?.id ?? '',
    text,
  });
  return id ?? '';
}

test('the provider is told of the account that signed in, and where to post for it', async () => {
  const [connected] = service.posted;
  expect(connected?.event).toEqual({
    ...{ type: 'connected', account: { id: 'ada' } },
    webhook_url: `${PUBLIC_URL}/connect/webhooks/acme/${channel.id}`,
    secret: expect.stringMatching(/^[\w-]{43}$/),
  });
  setup = connected?.event;
  const body = JSON.stringify(connected?.event);
  const at = Number(connected?.headers['x-timestamp']);
  expect(connected?.headers).toMatchObject(proofOf(setup.secret, body, at));
  expect(channel.messages.carries).toBe(true);
});

test('what its clients write arrives, and what managers answer is posted for the account', async () => {
  const event = eventOf({ message: { kind: 'text', text: 'From Acme' } });
  expect((await postEvent(server, setup, event)).status).toBe(204);
  await found(({ message }) => message.text === 'From Acme');
  const id = await write('To Acme');
  const { event: out, headers } = await posted('To Acme');
  expect(out).toMatchObject({ conversation: { id: 'c-1' }, person: { id: 'p-1' } });
  expect(headers.authorization).toBe(bearers[0]);
  await server.waitFor(async () => (await figures()).pending === 0);
  await postEvent(server, setup, { type: 'status', id: `sent-${out.id}`, state: 'delivered' });
  await found((message) => message.id === id && message.delivery?.status === 1);
});

test('a token that is refused is renewed once, and the message goes with the new one', async () => {
  const old = bearers.at(-1) ?? '';
  const refused: string[] = [];
  service.answer((one) => {
    const bearer = String(one.headers.authorization);
    bearers.push(bearer);
    if (bearer !== old) return taken(one);
    refused.push(bearer);
    return { status: 401, json: { reason: 'session over' } };
  });
  endToken();
  // As if nobody had asked the provider about the account for half a minute.
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ checked_at: new Date(Date.now() - 30_000) })
    .execute();
  const id = await write('Renewed');
  const { event } = await server.waitFor(() =>
    service.posted.find(
      ({ event: one, headers }) => one.message?.text === 'Renewed' && headers.authorization !== old,
    ),
  );
  expect(refused).toHaveLength(1);
  const renewals = emulator
    .requests({ path: '/token', host: 'oidc.localhost' })
    .filter(({ body }) => body.includes('grant_type=refresh_token'));
  expect(renewals).toHaveLength(1);
  await server.waitFor(async () => (await figures()).pending === 0);
  await postEvent(server, setup, { type: 'status', id: `sent-${event.id}`, state: 'delivered' });
  await found((message) => message.id === id && message.delivery?.status === 1);
  const { channels } = await readSettings(server);
  expect(channels.find((one) => one.id === channel.id)?.status).toBe('connected');
});

async function figures(): Promise<Channel['messages']> {
  const { body } = await server.api('GET', '/messenger/channels');
  const one = (body._embedded.channels as Channel[]).find(({ id }) => id === channel.id);
  if (one === undefined) throw new Error('The channel is gone.');
  return one.messages;
}
