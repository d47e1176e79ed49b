import type { Attempt } from '../../src/contract/api.ts';
import { allowChecksNow } from '../../src/server/channels/attempts/rows.ts';
import { up as renameMexican } from '../../src/server/platform/database/migrations/007-mexican-numbers.ts';
import { begin, disconnectAll, pollAttempt, readSettings } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { usePhone } from '../support/phone.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ seed: { accounts: [{ id: DEMO.id, country: 'BR' }] } });
  await server.install();
});
afterAll(() => server.close());
afterEach(() => disconnectAll(server));

type Started = Awaited<ReturnType<typeof begin>>;

describe('the number of a pairing code', () => {
  let started: Started;

  beforeEach(async () => {
    started = await begin(server, { connector: 'waha' });
    await until(started, ({ qr }) => qr !== undefined);
  });
  afterEach(() => server.api('DELETE', `/messenger/attempts/${started.attempt.id}`));

  const submit = (body: object) =>
    server.api('POST', `/messenger/attempts/${started.attempt.id}/credentials`, { body });
  const asked = () =>
    server.emulator
      .requests({ method: 'POST', path: '/__services/waha/api/*/auth/request-code' })
      .map(({ body }) => JSON.parse(String(body)));

  test('is read as dialled in the country of the account', async () => {
    const answer = await submit({ values: { phone: '\u2068(11) 91234\u20115678\u2069' } });
    expect(answer.status).toBe(200);
    expect(answer.body.attempt.pairing_code).toBeDefined();
    expect(asked().at(-1)).toMatchObject({ phoneNumber: '5511912345678' });
  });

  test('can be looked at before anybody is asked', async () => {
    const before = asked().length;
    const values = { phone: '0 15 11 91234-5678' };
    const answer = await submit({ values, preview: true });
    expect(answer.status).toBe(200);
    expect(answer.body.understood.phone).toMatch(/^\+55 11 91234[ -]5678$/);
    expect(answer.body.attempt).toMatchObject({ id: started.attempt.id, state: 'waiting' });
    expect(answer.body.attempt.pairing_code).toBeUndefined();
    expect(asked()).toHaveLength(before);

    const { phone } = answer.body.understood;
    expect((await submit({ values: { phone } })).body.attempt.pairing_code).toBeDefined();
    expect(asked().at(-1)).toMatchObject({ phoneNumber: '5511912345678' });
  });

  test.each(['912345678', '12025550123', 'call me'])(
    'that may be anybody’s is asked for with its country code: %s',
    async (phone) => {
      const before = asked().length;
      for (const preview of [true, undefined]) {
        const answer = await submit({ values: { phone }, preview });
        expect([answer.status, answer.body.error.fields]).toEqual([
          422,
          [{ path: 'values.phone', code: 'invalid' }],
        ]);
      }
      expect(asked()).toHaveLength(before);
    },
  );
});

test('a preview of a key asks nobody about it', async () => {
  const { attempt } = await begin(server, { connector: 'telegram' });
  const path = `/messenger/attempts/${attempt.id}/credentials`;
  const before = server.emulator.requests({ path: '/__services/telegram/*' }).length;
  const answer = await server.api('POST', path, {
    body: { values: { token: 'x' }, preview: true },
  });
  expect([answer.status, answer.body.attempt.state]).toEqual([200, 'waiting']);
  expect(server.emulator.requests({ path: '/__services/telegram/*' })).toHaveLength(before);
});

test('what cannot be seen in a key does not reach the service', async () => {
  const { attempt } = await begin(server, { connector: 'telegram' });
  const token = '\u20687000000001:AAEmulatedBot\u00adTokenSupport\ufe0f00000000001\u200e\u2069';
  const path = `/messenger/attempts/${attempt.id}/credentials`;
  const answer = await server.api('POST', path, { body: { values: { token } } });
  expect([answer.status, answer.body.attempt?.account.external_id]).toEqual([200, '7000000001']);
});

describe('a Mexican number', () => {
  const FORMER = '5215512345678';
  const TODAY = '525512345678';

  test('is one number, with the 1 that WhatsApp remembers or without', async () => {
    const first = await scan(FORMER);
    expect(first).toMatchObject({
      state: 'connected',
      account: { external_id: TODAY, handle: '+52 55 1234 5678' },
      channel: { phone: `+${TODAY}` },
    });
    const again = await scan(TODAY, first.channel?.id);
    expect(again.state).toBe('connected');
    const second = await scan(TODAY);
    expect(second).toMatchObject({
      state: 'failed',
      reason: 'already_connected',
      account: { external_id: TODAY, name: 'Somebody' },
      channel: { id: first.channel?.id },
    });
  });

  test('that was connected before is known again', async () => {
    const { channel } = await scan(TODAY);
    const { db } = server.context;
    const former = { external_id: FORMER, phone: `+${FORMER}`, handle: `+${FORMER}` };
    await tablesOf(db).updateTable('channels').set(former).execute();
    await renameMexican(db as unknown as Parameters<typeof renameMexican>[0]);
    const settings = await readSettings(server);
    expect(settings.channels).toMatchObject([
      {
        id: channel?.id,
        phone: `+${TODAY}`,
        account: { external_id: TODAY, handle: '+52 55 1234 5678' },
      },
    ]);
  });
});

async function scan(number: string, channelId?: string): Promise<Attempt> {
  const input = { connector: 'waha', ...(channelId !== undefined && { channel_id: channelId }) };
  const started = await begin(server, input);
  await until(started, ({ qr }) => qr !== undefined);
  const session = `kommo-${started.attempt.id}`;
  await usePhone(server, { service: 'waha', change: 'scan', number, session });
  return until(started, ({ state }) => !['starting', 'waiting'].includes(state));
}

function until(started: Started, isReached: (attempt: Attempt) => boolean): Promise<Attempt> {
  return server.waitFor(async () => {
    await allowChecksNow(server.context.db, started.attempt.id);
    const attempt = await pollAttempt(server, started);
    return isReached(attempt) ? attempt : undefined;
  });
}
