import { CLIENT_ID, DEMO, OTHER } from '../support/config.ts';
import { callHook, hookSignature as signature } from '../support/disable-hook.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install('demo');
});

afterAll(() => server.close());

const account = () =>
  tablesOf(server.database.db)
    .selectFrom('accounts')
    .select(['install_state', 'epoch', 'recheck_at'])
    .where('id', '=', DEMO.id)
    .executeTakeFirstOrThrow();

const requests = () => server.emulator.requests().length;

const good = signature(`${CLIENT_ID}|${DEMO.id}`);

test.each<[string, Record<string, string | undefined>]>([
  ['no signature', { signature: undefined }],
  ['an empty signature', { signature: '' }],
  ['a signature in capitals', { signature: good.toUpperCase() }],
  ['a signature cut short', { signature: good.slice(0, -1) }],
  ['a signature made longer', { signature: `${good}00` }],
  ['a signature with a space', { signature: `${good.slice(0, -1)} ` }],
  ['a signature of zeros', { signature: '0'.repeat(64) }],
  ['a signature in base64', { signature: Buffer.from(good, 'hex').toString('base64') }],
  ['one letter changed', { signature: (good.startsWith('0') ? '1' : '0') + good.slice(1) }],
  ['another secret', { signature: signature(`${CLIENT_ID}|${DEMO.id}`, 'x'.repeat(64)) }],
  ['an empty secret', { signature: signature(`${CLIENT_ID}|${DEMO.id}`, '') }],
  ['another order', { signature: signature(`${DEMO.id}|${CLIENT_ID}`) }],
  ['no separator', { signature: signature(`${CLIENT_ID}${DEMO.id}`) }],
  ['the account alone', { signature: signature(String(DEMO.id)) }],
  ['another account’s signature', { signature: signature(`${CLIENT_ID}|${OTHER.id}`) }],
  ['another account', { account_id: String(OTHER.id) }],
  ['no account', { account_id: undefined }],
  ['an empty account', { account_id: '', signature: signature(`${CLIENT_ID}|`) }],
  [
    'a leading zero',
    { account_id: `0${DEMO.id}`, signature: signature(`${CLIENT_ID}|0${DEMO.id}`) },
  ],
  [
    'letters after the account',
    { account_id: `${DEMO.id}abc`, signature: signature(`${CLIENT_ID}|${DEMO.id}abc`) },
  ],
  [
    'a space before the account',
    { account_id: ` ${DEMO.id}`, signature: signature(`${CLIENT_ID}| ${DEMO.id}`) },
  ],
  [
    'a sign before the account',
    { account_id: `+${DEMO.id}`, signature: signature(`${CLIENT_ID}|+${DEMO.id}`) },
  ],
  ['a fraction', { account_id: `${DEMO.id}.0`, signature: signature(`${CLIENT_ID}|${DEMO.id}.0`) }],
  ['hexadecimal', { account_id: '0x1dd0aaa', signature: signature(`${CLIENT_ID}|0x1dd0aaa`) }],
  ['zero', { account_id: '0', signature: signature(`${CLIENT_ID}|0`) }],
  ['a negative account', { account_id: '-1', signature: signature(`${CLIENT_ID}|-1`) }],
  [
    'digits of another script',
    { account_id: '٣١٢٦٣٠١٨', signature: signature(`${CLIENT_ID}|٣١٢٦٣٠١٨`) },
  ],
  ['no integration', { client_uuid: undefined }],
  ['another integration', { client_uuid: 'x', signature: signature(`x|${DEMO.id}`) }],
  [
    'the integration in capitals',
    {
      client_uuid: CLIENT_ID.toUpperCase(),
      signature: signature(`${CLIENT_ID.toUpperCase()}|${DEMO.id}`),
    },
  ],
])('a hook with %s is refused without asking Kommo', async (_name, changes) => {
  const before = requests();
  const answer = await callHook(server, changes);
  expect(answer.status).toBe(403);
  expect(answer.body).toEqual({
    error: { code: 'signature_invalid', request_id: expect.any(String) },
  });
  expect(requests()).toBe(before);
  expect(await account()).toMatchObject({ install_state: 'active', epoch: 1, recheck_at: null });
});

test.each(['account_id', 'client_uuid', 'signature'])(
  'a hook that repeats %s is refused',
  async (name) => {
    const query = new URLSearchParams({
      account_id: String(DEMO.id),
      client_uuid: CLIENT_ID,
      signature: good,
    });
    query.append(name, query.get(name) ?? '');
    const answer = await server.api('GET', `/kommo/disabled?${query}`, { token: null });
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'signature_invalid' } } });
  },
);

test('the signature Kommo’s algorithm gives for a published example is the one we expect', () => {
  expect(
    signature(
      '0b0832f6-d123-4123-9123-e73f236833c1|12345678',
      'test_client_secret_0123456789abcdef',
    ),
  ).toBe('eb7ffc7717f08e66c8352f477b81b96e127b9831a69cb5e283d17fe8c33b2a84');
});
