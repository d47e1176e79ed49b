import { sql } from 'kysely';
import {
  begin,
  botToken,
  connectBot,
  pollAttempt,
  readSettings,
  save,
  submit,
  syncEnd,
  unchanged,
} from '../support/channels.ts';
import { testConfig } from '../support/config.ts';
import { usePhone } from '../support/phone.ts';
import { decideAtSlack } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
/** Everything the backend answered, as text. */
const answers: string[] = [];

beforeAll(async () => {
  server = await startTestServer({ env: { LOG_LEVEL: 'trace' } });
  const { api } = server;
  server.api = async (...call) => {
    const answer = await api(...call);
    answers.push(JSON.stringify([...answer.headers, answer.body]));
    return answer;
  };
  await server.install();
});
afterAll(() => server.close());

/** Every row of every table, ours and the queue's, as text. */
async function databaseDump(): Promise<string> {
  const { db } = server.context;
  const tables = await sql<{ name: string }>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`.execute(
    db,
  );
  const rows = await Promise.all(
    tables.rows.map(({ name }) =>
      sql<{ row: string }>`select row_to_json(t)::text as row from ${sql.raw(name)} as t`.execute(
        db,
      ),
    ),
  );
  return rows.flatMap((result) => result.rows.map(({ row }) => row)).join('\n');
}

/** Uses each kind of credential well and badly. */
async function useEverything(): Promise<void> {
  const wrong = await begin(server, { connector: 'telegram' });
  await submit(server, wrong.attempt.id, {
    values: { token: '7999999999:AAWrongTokenThatIsASecretToo0000000' },
  });
  await connectBot(server, 7);
  const qr = await begin(server, { connector: 'waha' });
  await server.waitFor(async () => (await pollAttempt(server, qr)).qr !== undefined);
  await usePhone(server, { service: 'waha', change: 'scan' });
  await server.waitFor(async () => (await pollAttempt(server, qr)).state === 'connected');
  const oauth = await begin(server, { connector: 'slack' });
  const back = await decideAtSlack(server, oauth.attempt.authorize_url ?? '', {
    decision: 'allow',
  });
  await server.api('GET', back, { token: null });
  await save(server, unchanged(await readSettings(server)));
  await syncEnd(server);
  await server.api('GET', '/kommo/oauth/callback?code=def502fake&referer=demo.kommo.com', {
    token: null,
  });
  server.emulator.fault({ match: { path: '/api/v4/account' }, times: 1, action: 'reset' });
  await readSettings(server);
}

test('no secret is ever in a log, an answer or, readable, in the database', async () => {
  await useEverything();
  const { kommo, connectors, secretKeys } = testConfig(server.emulator.port);
  const { grants, codes } = server.emulator.state;
  const slack = server.emulator.state.services.slack as {
    tokens: { token: string }[];
    codes: { code: string }[];
  };
  const canaries = [
    kommo.clientSecret,
    kommo.channelSecret,
    connectors.waha?.apiKey,
    connectors.slack?.clientSecret,
    secretKeys[0]?.key.toString('base64'),
    botToken(7),
    'AAWrongTokenThatIsASecretToo0000000',
    'def502fake',
    ...grants.flatMap(({ access_token, refresh_token }) => [access_token, refresh_token]),
    ...codes.map(({ code }) => code),
    ...slack.tokens.map(({ token }) => token),
    ...slack.codes.map(({ code }) => code),
  ].filter((text) => text !== undefined);
  expect(grants.length * slack.tokens.length).toBeGreaterThan(0);
  const dump = await databaseDump();
  expect(dump).toContain('Demo Workspace');
  for (const [place, text] of Object.entries({
    logs: server.logs.join(''),
    answers: answers.join('\n'),
    dump,
  })) {
    const found = canaries
      .filter((canary) => text.includes(canary))
      .map((canary) => canary.slice(0, 12));
    expect({ place, found }).toEqual({ place, found: [] });
  }
});
