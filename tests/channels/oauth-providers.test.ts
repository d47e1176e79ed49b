import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../../src/contract/api.ts';
import { type OddProvider, startOddProvider } from '../connectors/support/odd-provider.ts';
import { begin, disconnectAll, pollAttempt } from '../support/channels.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { openWatch, watchKey } from '../support/watch.ts';

const PICTURE = 'https://pictures.example/own-picture.png?who=looks';

let server: TestServer;
let odd: OddProvider;
const directory = mkdtempSync(join(tmpdir(), 'providers-'));

beforeAll(async () => {
  odd = await startOddProvider();
  const path = join(directory, 'providers.json');
  const account = { id: '/user_id', name: '/name', avatar: '/picture' };
  writeFileSync(path, JSON.stringify([odd.plain({ account })]));
  server = await startTestServer({ env: { OAUTH_PROVIDERS: path } });
  await server.install();
});
afterAll(async () => {
  await server.close();
  await odd.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => odd.be({}));
afterEach(async () => {
  await disconnectAll(server);
  await tablesOf(server.context.db).deleteFrom('attempts').execute();
});

/** Signs in as the account with this number, as the provider writes it. */
async function signIn(
  userId: string,
  channelId?: string,
): Promise<{ asked: URL; attempt: Attempt }> {
  const text = `{"access_token":"at","token_type":"bearer","user_id":${userId}}`;
  odd.be({ tokenAnswer: { status: 200, text } });
  return finish(channelId);
}

async function finish(channelId?: string): Promise<{ asked: URL; attempt: Attempt }> {
  const input = { connector: 'plain', ...(channelId !== undefined && { channel_id: channelId }) };
  const started = await begin(server, input);
  const asked = new URL(started.attempt.authorize_url ?? '');
  const query = new URLSearchParams({ code: 'c', state: asked.searchParams.get('state') ?? '' });
  await fetch(`${server.url}/connect/callback/plain?${query}`);
  return { asked, attempt: await pollAttempt(server, started) };
}

test('accounts whose numbers differ in the last digit only are two accounts', async () => {
  const first = await signIn('17841405309211843');
  expect(first.attempt).toMatchObject({
    state: 'connected',
    account: { external_id: '17841405309211843' },
  });
  const second = await signIn('17841405309211844');
  expect(second.attempt).toMatchObject({
    state: 'connected',
    account: { external_id: '17841405309211844' },
  });
  const other = await signIn('17841405309211845', first.attempt.channel?.id);
  expect(other.attempt).toMatchObject({ state: 'confirm', reason: 'different_account' });
});

test('the provider lets choose when a second account is added, and only then', async () => {
  const first = await signIn('1');
  expect(first.asked.searchParams.get('prompt')).toBeNull();
  const again = await signIn('1', first.attempt.channel?.id);
  expect(again.asked.searchParams.get('prompt')).toBeNull();
  const second = await signIn('2');
  expect(second.asked.searchParams.get('prompt')).toBe('select_account');
});

test('the provider lets choose when one of several accounts is signed in again', async () => {
  const first = await signIn('1');
  await signIn('2');
  const again = await signIn('1', first.attempt.channel?.id);
  expect(again.asked.searchParams.get('prompt')).toBe('select_account');
});

test('the provider lets choose after it came back with an account that was not connected', async () => {
  const first = await signIn('1');
  const id = first.attempt.channel?.id;
  const other = await signIn('2', id);
  expect(other.attempt).toMatchObject({ state: 'confirm', reason: 'different_account' });
  const restarted = await signIn('1', id);
  expect(restarted.asked.searchParams.get('prompt')).toBe('select_account');
  const again = await signIn('1', id);
  expect(again.asked.searchParams.get('prompt')).toBeNull();
});

test('an account that is connected already fails the attempt with its name and its channel', async () => {
  const first = await signIn('1');
  const second = await signIn('1');
  expect(second.attempt).toMatchObject({
    state: 'failed',
    reason: 'already_connected',
    account: { external_id: '1' },
    channel: { id: first.attempt.channel?.id },
  });
});

test('where the provider keeps the picture of an account is told to nobody', async () => {
  const token = { access_token: 'at', token_type: 'bearer', picture: PICTURE };
  const as = (user_id: string) =>
    odd.be({ tokenAnswer: { status: 200, json: { ...token, user_id } } });
  as('1');
  const { attempt } = await finish();
  as('2');
  const other = await finish(attempt.channel?.id);
  expect([attempt.state, other.attempt.state]).toEqual(['connected', 'confirm']);
  for (const { account } of [attempt, other.attempt]) {
    expect(account?.avatar_url).toMatch(/^https:\/\/connector\.test\/pictures\//);
  }
  const stored = await tablesOf(server.context.db)
    .selectFrom('channels')
    .select('avatar_url')
    .execute();
  expect(stored).toEqual([{ avatar_url: PICTURE }]);
  const stream = await openWatch(server.url, await watchKey(server));
  const answers = await Promise.all(
    ['/messenger/settings', '/messenger/channels'].map((path) => server.api('GET', path)),
  );
  const event = await stream.until(() => true);
  stream.leave();
  const bodies = answers.map(({ body }) => body);
  expect(JSON.stringify([attempt, other.attempt, bodies, event])).not.toContain('own-picture');
  expect(server.logs.join('')).not.toContain('own-picture');
});

test.each([
  [{ status: 200, text: 'Welcome' }, 'misconfigured'],
  [{ status: 200, json: { error: 'incorrect_client_credentials' } }, 'misconfigured'],
  [{ status: 200, json: { error: 'bad_verification_code' } }, 'rejected'],
  [{ status: 400, json: { error: { message: 'Used.', type: 'OAuthException' } } }, 'rejected'],
  [{ status: 502, text: 'down' }, 'service_unreachable'],
])('an attempt that is answered %j fails as %s', async (tokenAnswer, reason) => {
  odd.be({ tokenAnswer });
  expect((await finish()).attempt).toMatchObject({ state: 'failed', reason });
});
