import type { Attempt } from '../../src/contract/api.ts';
import { allowChecksNow } from '../../src/server/channels/attempts/rows.ts';
import {
  begin,
  botToken,
  connectBot,
  pollAttempt,
  readSettings,
  submit,
  tokenOf,
} from '../support/channels.ts';
import { OTHER } from '../support/config.ts';
import { usePhone } from '../support/phone.ts';
import { decideAtSlack } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

const NUMBER = '5511987654321';

let server: TestServer;
let other: string;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await server.install(OTHER.subdomain);
  other = tokenOf(server, OTHER.subdomain, OTHER.admin);
});
afterAll(() => server.close());
afterEach(async () => {
  for (const token of [undefined, other]) {
    for (const { id } of (await readSettings(server, token)).channels) {
      await server.api('DELETE', `/messenger/channels/${id}`, token === undefined ? {} : { token });
    }
  }
});

test.each(['waha', 'evolution'] as const)(
  'a number of another Kommo account is asked about first: %s',
  async (connector) => {
    expect((await scan(connector)).attempt.state).toBe('connected');

    const { attempt } = await scan(connector, other);
    expect(attempt).toMatchObject({ state: 'confirm', reason: 'connected_elsewhere' });
    expect((await readSettings(server, other)).channels).toEqual([]);

    const yes = await confirm(attempt.id);
    expect(yes).toMatchObject({ state: 'connected', channel: { phone: `+${NUMBER}` } });
    expect((await readSettings(server)).channels).toHaveLength(1);

    // The own channel again is no question.
    const again = await scan(connector, other, yes.channel?.id);
    expect(again.attempt.state).toBe('connected');
  },
);

test('a workspace of another Kommo account is asked about first, and a no changes nothing', async () => {
  expect((await signIn()).state).toBe('connected');
  const asked = await signIn(other);
  expect(asked).toMatchObject({ state: 'confirm', reason: 'connected_elsewhere' });
  const gone = await server.api('DELETE', `/messenger/attempts/${asked.id}`, { token: other });
  expect(gone.status).toBe(204);
  expect((await readSettings(server, other)).channels).toEqual([]);
  expect((await readSettings(server)).channels).toMatchObject([{ status: 'connected' }]);
});

test('a bot of another Kommo account is asked about in the words of its one webhook', async () => {
  const bot = await connectBot(server, 40);
  const values = { token: botToken(40) };
  const connect = async () => {
    const { attempt } = await begin(server, { connector: 'telegram' }, other);
    return submit(server, attempt.id, { values, confirm: true }, other);
  };
  const { body: asked } = await connect();
  // It would not be connected to both: its clients would be heard here and no longer there.
  expect(asked.attempt).toMatchObject({ state: 'confirm', reason: 'webhook_taken' });
  await server.api('DELETE', `/messenger/attempts/${asked.attempt.id}`, { token: other });

  server.emulator.fault({ match: { path: '*/deleteWebhook' }, action: { status: 502 } });
  await server.api('DELETE', `/messenger/channels/${bot.id}`);
  const { body: free } = await connect();
  server.emulator.clearFaults();
  expect(free.attempt).toMatchObject({ state: 'connected' });
});

async function confirm(id: string): Promise<Attempt> {
  const path = `/messenger/attempts/${id}/credentials`;
  const answer = await server.api('POST', path, { body: { confirm: true }, token: other });
  expect(answer.status).toBe(200);
  return answer.body.attempt;
}

async function scan(service: 'waha' | 'evolution', token?: string, channelId?: string) {
  const input = { connector: service, ...(channelId !== undefined && { channel_id: channelId }) };
  const started = await begin(server, input, token);
  const until = (isReached: (attempt: Attempt) => boolean) =>
    server.waitFor(async () => {
      await allowChecksNow(server.context.db, started.attempt.id);
      const attempt = await pollAttempt(server, started);
      return isReached(attempt) ? attempt : undefined;
    });
  await until(({ qr }) => qr !== undefined);
  const session = `kommo-${started.attempt.id}`;
  await usePhone(server, { service, change: 'scan', number: NUMBER, session });
  return { attempt: await until(({ state }) => !['starting', 'waiting'].includes(state)) };
}

async function signIn(token?: string): Promise<Attempt> {
  const started = await begin(server, { connector: 'slack' }, token);
  const path = await decideAtSlack(server, started.attempt.authorize_url ?? '', {
    decision: 'allow',
  });
  await fetch(server.url + path);
  return pollAttempt(server, started);
}
