import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../../src/contract/api.ts';
import { type OddProvider, startOddProvider } from '../connectors/support/odd-provider.ts';
import { begin, disconnectAll, pollAttempt } from '../support/channels.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let odd: OddProvider;
const directory = mkdtempSync(join(tmpdir(), 'providers-'));

beforeAll(async () => {
  odd = await startOddProvider();
  const path = join(directory, 'providers.json');
  const account = { id: '/user_id', name: '/name' };
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
afterEach(() => disconnectAll(server));

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
