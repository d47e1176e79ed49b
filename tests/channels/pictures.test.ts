import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../../src/contract/api.ts';
import {
  begin,
  botToken,
  connectBot,
  disconnectAll,
  pollAttempt,
  readSettings,
  submit,
} from '../support/channels.ts';
import { usePhone } from '../support/phone.ts';
import { decideAtSlack } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

const SUPPORT_BOT = '7000000001:AAEmulatedBotTokenSupport00000000001';
const PHOTO = readFileSync('src/emulator/services/telegram/samples/photo-320.jpg');

const PROVIDER = {
  id: 'acme',
  name: 'Acme',
  authorization_endpoint: 'https://acme.example/authorize',
  token_endpoint: 'https://acme.example/token',
  userinfo_endpoint: 'https://acme.example/userinfo',
  client_id: 'client',
  client_secret: 'secret',
  account: { id: '/sub', name: '/name', avatar: '/picture' },
};
const directory = mkdtempSync(join(tmpdir(), 'pictures-'));

let server: TestServer;
let pictures: Server;
/** What the owner of an account at the provider has put where their picture should be. */
let served: (path: string) => { status: number; body: Buffer | string; headers?: object };
let asked: string[] = [];

beforeAll(async () => {
  const path = join(directory, 'providers.json');
  writeFileSync(path, JSON.stringify([PROVIDER]));
  server = await startTestServer({ env: { OAUTH_PROVIDERS: path } });
  await server.install();
  pictures = createServer(({ url = '' }, response) => {
    asked.push(url);
    const { status, body, headers } = served(url);
    response.writeHead(status, { 'content-type': 'image/png', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await server.close();
  pictures.close();
  rmSync(directory, { recursive: true });
});
afterEach(async () => {
  await disconnectAll(server);
  asked = [];
});

/** As an `<img>` asks: no token, no origin. */
async function show(address: string | undefined, method = 'GET') {
  const { pathname, search } = new URL(address ?? '');
  const answer = await fetch(`${server.url}${pathname}${search}`, { method });
  return { status: answer.status, headers: answer.headers, body: await bytesOf(answer) };
}

async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}

async function connectSupport(): Promise<string> {
  const { attempt } = await begin(server, { connector: 'telegram' });
  await submit(server, attempt.id, { values: { token: SUPPORT_BOT }, confirm: true });
  return attempt.id;
}

async function channelPicture(): Promise<string | undefined> {
  return (await readSettings(server)).channels[0]?.account.avatar_url;
}

function questions(): number {
  return server.emulator.requests({ path: '*/getUserProfilePhotos' }).length;
}

async function outdate(): Promise<void> {
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ picture_at: new Date(Date.now() - 25 * 3600_000) })
    .execute();
}

async function kept(): Promise<{ image: string }[]> {
  return tablesOf(server.context.db).selectFrom('pictures').selectAll().execute() as never;
}

test('a bot’s photo is shown without a token, and the bot’s key stays here', async () => {
  await connectSupport();
  const address = await channelPicture();
  expect(address).toMatch(/^https?:\/\/[^/]+\/pictures\/[0-9a-f-]{36}\?v=new&e=\d+&s=/);
  const { status, headers, body } = await show(address);
  expect([status, body.equals(PHOTO)]).toEqual([200, true]);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'content-length': String(PHOTO.length),
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  });
  expect(JSON.stringify([...headers, address])).not.toContain(SUPPORT_BOT.slice(-20));
});

test('a picture that was seen is kept sealed, named by its link, and not fetched again within a day', async () => {
  await connectSupport();
  await show(await channelPicture());
  const before = questions();
  const address = await channelPicture();
  expect(address).not.toContain('v=new');
  const { status, headers, body } = await show(address);
  expect([status, body.equals(PHOTO)]).toEqual([200, true]);
  expect(headers.get('cache-control')).toBe('private, max-age=86400, immutable');
  expect(await channelPicture()).toBe(address);
  expect(questions()).toBe(before);
  const [row] = await kept();
  expect(row?.image).toMatch(/^v1\./);
  expect(row?.image).not.toContain(PHOTO.toString('base64').slice(0, 40));
  await outdate();
  await show(address);
  expect(questions()).toBe(before + 1);
});

test('only the head is asked for, and only the head comes', async () => {
  await connectSupport();
  const { status, headers, body } = await show(await channelPicture(), 'HEAD');
  expect([status, body.length]).toEqual([200, 0]);
  expect(headers.get('content-length')).toBe(String(PHOTO.length));
});

test('many who look at once cause one question', async () => {
  await connectSupport();
  const before = questions();
  const address = await channelPicture();
  const shown = await Promise.all(Array.from({ length: 8 }, () => show(address)));
  expect(shown.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(questions()).toBe(before + 1);
});

test('an account without a picture answers with nothing, and is offered none afterwards', async () => {
  await connectBot(server, 1);
  const address = await channelPicture();
  const { status, body } = await show(address);
  expect([status, body.length]).toEqual([204, 0]);
  expect(await channelPicture()).toBeUndefined();
  await outdate();
  expect(await channelPicture()).toBeDefined();
});

test('the account that waits for a yes is shown before there is a channel, and no longer after a no', async () => {
  const { attempt } = await begin(server, { connector: 'telegram' });
  const answer = await submit(server, attempt.id, { values: { token: SUPPORT_BOT } });
  const { account } = answer.body.attempt as Attempt;
  expect((await show(account?.avatar_url)).body.equals(PHOTO)).toBe(true);
  expect(await kept()).toEqual([]);
  await server.api('DELETE', `/messenger/attempts/${attempt.id}`);
  expect((await show(account?.avatar_url)).status).toBe(404);
});

test.each(['waha', 'evolution'] as const)('%s shows the number’s picture', async (connector) => {
  const started = await begin(server, { connector });
  const until = (isSo: (attempt: Attempt) => boolean) =>
    server.waitFor(async () => {
      const attempt = await pollAttempt(server, started);
      return isSo(attempt) ? attempt : undefined;
    });
  await until(({ qr }) => qr !== undefined);
  await usePhone(server, { service: connector, change: 'scan', number: '5511987654321' });
  const { account, channel } = await until(({ state }) => state === 'connected');
  expect(account?.avatar_url).toBe(channel?.account.avatar_url);
  expect(account?.avatar_url).toMatch(/^https:\/\/connector\.test\/pictures\//);
  expect((await show(account?.avatar_url)).body.equals(PHOTO)).toBe(true);
});

test.each([
  ['its own icon', 'T0EMULATED1', 200],
  ['the icon Slack draws', 'T0EMULATED2', 204],
])('a workspace with %s is shown so', async (_what, team, status) => {
  const { attempt } = await begin(server, { connector: 'slack' });
  const choice = { decision: 'allow', team } as const;
  const path = await decideAtSlack(server, attempt.authorize_url ?? '', choice);
  await server.api('GET', path, { token: null });
  expect((await show(await channelPicture())).status).toBe(status);
});

test('a service that fails shows nothing at once and is left alone for a while; what was kept stays', async () => {
  await connectSupport();
  server.emulator.fault({
    match: { path: '*/getUserProfilePhotos' },
    action: { status: 502 },
    times: 0,
  });
  const before = questions();
  const address = await channelPicture();
  expect((await show(address)).status).toBe(204);
  expect((await show(address)).status).toBe(204);
  expect(questions()).toBe(before + 1);
  server.emulator.clearFaults();
  await outdate();
  expect((await show(address)).status).toBe(200);
  server.emulator.fault({
    match: { path: '*/getUserProfilePhotos' },
    action: { status: 502 },
    times: 0,
  });
  await outdate();
  expect((await show(address)).status).toBe(200);
});

test('after another sign-in the former picture is gone', async () => {
  const channel_id = await connectSupport();
  await show(await channelPicture());
  expect(await kept()).toHaveLength(1);
  const { attempt } = await begin(server, { connector: 'telegram', channel_id });
  await submit(server, attempt.id, { values: { token: botToken(2) } });
  await submit(server, attempt.id, { confirm: true });
  expect(await kept()).toEqual([]);
  expect((await show(await channelPicture())).status).toBe(204);
});

test('a picture goes with its channel', async () => {
  const id = await connectSupport();
  const address = await channelPicture();
  await show(address);
  await server.api('DELETE', `/messenger/channels/${id}`);
  expect(await kept()).toEqual([]);
  expect((await show(address)).status).toBe(404);
});

test('an uninstall ends the links at once, and forgets the pictures', async () => {
  await server.install('other');
  const token = server.emulator.disposableToken('other');
  const { attempt } = await begin(server, { connector: 'telegram' }, token);
  const connected = await submit(
    server,
    attempt.id,
    { values: { token: SUPPORT_BOT }, confirm: true },
    token,
  );
  const address = (connected.body.attempt as Attempt).channel?.account.avatar_url;
  expect((await show(address)).status).toBe(200);
  expect(await kept()).toHaveLength(1);
  await server.emulator.disable('other');
  await server.waitFor(async () => (await show(address)).status === 404);
  await server.waitFor(async () => (await kept()).length === 0);
});

test.each([
  [
    'another channel',
    (url: URL) => {
      url.pathname = `/pictures/${crypto.randomUUID()}`;
    },
  ],
  ['another picture', (url: URL) => url.searchParams.set('v', 'x')],
  ['a later end', (url: URL) => url.searchParams.set('e', '99999999999')],
  ['no signature', (url: URL) => url.searchParams.delete('s')],
  ['two signatures', (url: URL) => url.searchParams.append('s', 'x')],
])('a link changed to %s opens nothing', async (_what, change) => {
  await connectSupport();
  const url = new URL((await channelPicture()) ?? '');
  change(url);
  const answer = await show(url.href);
  expect([answer.status, JSON.parse(answer.body.toString()).error.code]).toEqual([
    404,
    'not_found',
  ]);
});

describe('a picture at an address that the account’s owner chose', () => {
  const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

  beforeEach(async () => {
    await connectSupport();
    const { port } = pictures.address() as AddressInfo;
    // As at a provider whose operator named a pointer to the picture.
    await tablesOf(server.context.db)
      .updateTable('channels')
      .set({ connector: 'acme', avatar_url: `http://127.0.0.1:${port}/mine` })
      .execute();
  });

  afterEach(async () => {
    await tablesOf(server.context.db)
      .updateTable('channels')
      .set({ connector: 'telegram' })
      .execute();
  });

  test('is shown by what it is, whatever type it claims', async () => {
    served = () => ({ status: 200, body: PNG, headers: { 'content-type': 'text/html' } });
    const { status, headers } = await show(await channelPicture());
    expect([status, headers.get('content-type')]).toEqual([200, 'image/png']);
  });

  test.each([
    ['an SVG', { status: 200, body: '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>' }],
    ['a page', { status: 200, body: '<!doctype html><script>alert(1)</script>' }],
    ['nothing', { status: 200, body: '' }],
    ['larger than a megabyte', { status: 200, body: Buffer.concat([PNG, Buffer.alloc(1 << 20)]) }],
    ['missing', { status: 404, body: PNG }],
  ])('is none when it is %s', async (_what, answer) => {
    served = () => answer;
    const { status, body } = await show(await channelPicture());
    expect([status, body.length]).toEqual([204, 0]);
  });

  test('leads nowhere else', async () => {
    served = () => ({ status: 302, body: '', headers: { location: '/elsewhere' } });
    expect((await show(await channelPicture())).status).toBe(204);
    expect(asked).toEqual(['/mine']);
  });
});
