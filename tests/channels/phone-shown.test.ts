import { allowChecksNow } from '../../src/server/channels/attempts/rows.ts';
import { shownAccount, shownPhone } from '../../src/server/channels/shown-account.ts';
import { begin, disconnectAll, pollAttempt, readSettings } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { usePhone } from '../support/phone.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ seed: { accounts: [{ id: DEMO.id, country: 'BR' }] } });
  await server.install();
});
afterAll(() => server.close());
afterEach(() => disconnectAll(server));

test('a connected number is shown as people of its country write it', async () => {
  const started = await begin(server, { connector: 'waha' });
  const poll = async () => {
    await allowChecksNow(server.context.db, started.attempt.id);
    return pollAttempt(server, started);
  };
  await server.waitFor(async () => (await poll()).qr);
  const session = `kommo-${started.attempt.id}`;
  await usePhone(server, { service: 'waha', change: 'scan', number: '5511987654321', session });
  const attempt = await server.waitFor(async () => {
    const polled = await poll();
    return polled.state === 'connected' ? polled : undefined;
  });
  const shown = {
    phone: '+5511987654321',
    phone_text: '+55 11 98765-4321',
    account: { external_id: '5511987654321', handle: '+55 11 98765-4321' },
  };
  expect(attempt).toMatchObject({ account: shown.account, channel: shown });
  expect((await readSettings(server)).channels).toMatchObject([shown]);
});

test.each([
  '',
  '@bot_1',
  'Ana +5511987654321',
  '5511987654321',
  '+12',
  '+55 11 98765-4321',
  'U0123',
])('%j stays as it is', (text) => {
  expect(shownPhone(text)).toBe(text);
});

test('a phone without a name is called by its number', () => {
  const phone = '+5511987654321';
  const account = { external_id: phone.slice(1), name: phone, handle: phone };
  const shown = '+55 11 98765-4321';
  expect(shownAccount(account)).toEqual({ ...account, name: shown, handle: shown });
  expect(shownAccount({ ...account, name: 'Ana', handle: null })).toMatchObject({
    name: 'Ana',
    handle: null,
  });
});
