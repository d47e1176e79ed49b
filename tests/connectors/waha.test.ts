import { createHmac, randomUUID } from 'node:crypto';
import type { Health, Session } from '../../src/server/connectors/connector.ts';
import { createWaha } from '../../src/server/connectors/waha.ts';
import { connectorBattery } from './battery.ts';
import { type Emulated, startEmulated } from './support/emulated.ts';
import { type Stage, shownCode, stored } from './support/stage.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const API_KEY = 'emulator-waha-key-0123456789';
const NUMBERS = ['5511987654321', '5511912345678'] as const;

function play(emulated: Emulated, session: Session, change: string, number?: string) {
  const fields = { service: 'waha', session: session.session, change, number };
  return emulated.post('/__services/phone', fields);
}

describe('every connector', () => {
  connectorBattery('waha', async (): Promise<Stage> => {
    const emulated = await startEmulated();
    return {
      connector: createWaha({ url: emulated.at('/__services/waha'), apiKey: API_KEY }),
      proxy: emulated.proxy,
      secrets: [API_KEY],
      scan: async (session, who) => {
        await play(emulated, session, 'scan', NUMBERS[who]);
        await emulated.advance(1_000);
      },
      revoke: async (linked) => {
        await play(emulated, linked.credentials, 'log_out');
      },
      close: emulated.close,
    };
  });
});

describe('WAHA', () => {
  let emulated: Emulated;
  let tools: TestTools;
  let connector: ReturnType<typeof createWaha>;

  beforeEach(async () => {
    emulated = await startEmulated();
    tools = createTools('waha');
    connector = createWaha({ url: emulated.at('/__services/waha'), apiKey: API_KEY });
  });
  afterEach(async () => {
    await tools.close();
    await emulated.close();
  });

  test('shows the first code for a minute, six more for twenty seconds, and then gives up', async () => {
    let { session, value, expiresAt, refreshed, refreshes } = await shownCode(connector, tools);
    expect({ refreshed, refreshes }).toEqual({ refreshed: 0, refreshes: 6 });
    expect(expiresAt.getTime() - tools.now().getTime()).toBe(60_000);
    for (let round = 1; round <= 6; round++) {
      const milliseconds = round === 1 ? 60_000 : 20_000;
      await emulated.advance(milliseconds);
      tools.advance(milliseconds);
      const next = await connector.check(tools, session);
      if (next.state !== 'showing') throw new Error(next.state);
      expect(next.value).not.toBe(value);
      expect(next.refreshed).toBe(round);
      expect(next.expiresAt.getTime() - tools.now().getTime()).toBe(20_000);
      ({ session, value } = next);
    }
    await emulated.advance(20_000);
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'expired' });
  });

  test('keeps the time of a code between two looks', async () => {
    const first = await shownCode(connector, tools);
    tools.advance(5_000);
    const second = await connector.check(tools, first.session);
    expect(second).toMatchObject({
      state: 'showing',
      value: first.value,
      expiresAt: first.expiresAt,
    });
  });

  test('takes a code that outlives its time for a phone that is linking', async () => {
    const { session } = await shownCode(connector, tools);
    tools.advance(60_000);
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'showing' });
    tools.advance(1_000);
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'linking' });
  });

  test('says after a minute that a session works, but not whose it is', async () => {
    const { session } = await shownCode(connector, tools);
    const body = { name: session.session, status: 'WORKING', me: null };
    await emulated.post('/__emulator/faults', {
      match: { path: '/__services/waha/api/sessions/*' },
      times: 0,
      action: { status: 200, body },
    });
    const first = await connector.check(tools, session);
    expect(first).toMatchObject({ state: 'linking', isNameless: false });
    tools.advance(60_000);
    const later = await connector.check(tools, stored(first.session));
    expect(later).toMatchObject({ state: 'linking', isNameless: true });
  });

  test('tells scanning from linking, and names the number that was linked', async () => {
    const { session } = await shownCode(connector, tools);
    await play(emulated, session, 'scan', NUMBERS[0]);
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'linking' });
    await emulated.advance(1_000);
    await expect(connector.check(tools, session)).resolves.toMatchObject({
      state: 'connected',
      linked: {
        externalId: '5511987654321',
        name: 'Ana Support',
        handle: '+5511987654321',
        phone: '+5511987654321',
      },
    });
  });

  test('gives a code to type instead of scanning, while a code is shown', async () => {
    const { session } = await shownCode(connector, tools);
    const code = await connector.pairingCode(tools, session, NUMBERS[0]);
    expect(code).toMatch(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
    const wrong = connector.pairingCode(tools, session, '12');
    await expect(wrong).rejects.toMatchObject({ failure: 'rejected', field: 'phone' });
    await play(emulated, session, 'scan', NUMBERS[0]);
    const late = connector.pairingCode(tools, session, NUMBERS[0]);
    await expect(late).rejects.toMatchObject({ failure: 'unavailable' });
  });

  test('ends when the person refuses, and leaves no session behind', async () => {
    const { session } = await shownCode(connector, tools);
    await play(emulated, session, 'refuse');
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'expired' });
    await connector.abandon(tools, session);
    await connector.abandon(tools, session);
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'expired' });
    const left = await fetch(emulated.at('/__services/phone/sessions'));
    await expect(left.json()).resolves.toEqual([]);
  });

  test('removes a session whose creation was not confirmed', async () => {
    await emulated.post('/__emulator/faults', {
      match: { method: 'POST', path: '/__services/waha/api/sessions' },
      action: 'loseAnswer',
    });
    const outcome = connector.begin(tools, randomUUID());
    await expect(outcome).rejects.toMatchObject({ failure: 'unavailable' });
    const left = await fetch(emulated.at('/__services/phone/sessions'));
    await expect(left.json()).resolves.toEqual([]);
  });

  test('blames the operator for a wrong key and for a server that serves one session only', async () => {
    const locked = createWaha({ url: emulated.at('/__services/waha'), apiKey: 'wrong' });
    await expect(locked.begin(tools, randomUUID())).rejects.toMatchObject({
      failure: 'misconfigured',
    });
    await expect(locked.health(tools, { session: 'any' })).resolves.toEqual({
      status: 'error',
      reason: 'service_error',
    });
    const message = "WAHA Core support only 'default' session.";
    await emulated.post('/__emulator/faults', {
      match: { method: 'POST', path: '/__services/waha/api/sessions' },
      action: { status: 422, body: { statusCode: 422, message, error: 'Unprocessable Entity' } },
    });
    await expect(connector.begin(tools, randomUUID())).rejects.toMatchObject({
      failure: 'misconfigured',
      reason: message,
    });
  });

  test('registers the webhook again only when its address changed', async () => {
    const { session } = await shownCode(connector, tools);
    const linked = { externalId: '1', name: '1', handle: null, credentials: session };
    const before = emulated.proxy.count();
    await connector.link?.(tools, linked);
    expect(emulated.proxy.count() - before).toBe(1);
    const moved = createTools('waha', 'channel-2');
    await connector.link?.(moved, linked);
    const answer = await fetch(emulated.at(`/__services/waha/api/sessions/${session.session}`), {
      headers: { 'x-api-key': API_KEY },
    });
    expect(await answer.json()).toMatchObject({
      config: { webhooks: [{ url: moved.webhook?.url }] },
    });
    await moved.close();
  });

  test('sees a phone that is off', async () => {
    const { session } = await shownCode(connector, tools);
    await play(emulated, session, 'scan', NUMBERS[0]);
    await emulated.advance(1_000);
    await play(emulated, session, 'go_offline');
    await expect(connector.health(tools, session)).resolves.toEqual({
      status: 'phone_offline',
      reason: 'phone_offline',
    });
  });

  describe('events', () => {
    const offline: Health = { status: 'phone_offline', reason: 'phone_offline' };
    const connected: Health = { status: 'connected', reason: null };
    const scanAgain: Health = { status: 'action_needed', reason: 'scan_again' };
    const starting: Health = { status: 'connecting', reason: null };
    const stopped: Health = { status: 'error', reason: 'service_error' };

    function signed(event: unknown, secret = WEBHOOK_SECRET) {
      const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
      const proof = createHmac('sha512', secret).update(body).digest('hex');
      return { headers: { 'x-webhook-hmac': proof }, body };
    }

    test.each<[string, unknown, Health | undefined]>([
      ['a working session', status('WORKING'), connected],
      ['a session that lost its phone', status('FAILED'), scanAgain],
      ['a session that shows a code', status('SCAN_QR_CODE'), scanAgain],
      ['a session whose owner must prove who they are', status('PASSKEY_REQUIRED'), scanAgain],
      ['a session that starts', status('STARTING'), starting],
      ['a session that was stopped', status('STOPPED'), stopped],
      ['a phone that went off', engine('TIMEOUT'), offline],
      ['a phone that came back', engine({ state: 'CONNECTED' }), connected],
      ['another state of the engine', engine('OPENING'), undefined],
      ['a message', { event: 'message', session: 'one', payload: {} }, undefined],
      ['another session', { ...status('FAILED'), session: 'two' }, undefined],
      ['no JSON', 'hello', undefined],
    ])('%s', async (_what, event, expected) => {
      const outcome = connector.receive?.(tools, { session: 'one' }, signed(event));
      await expect(outcome).resolves.toEqual(expected);
    });

    test('with a signature of other bytes or another secret are refused', async () => {
      const request = signed(status('WORKING'));
      const changed = { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) };
      for (const forged of [changed, signed(status('WORKING'), 'another-secret')]) {
        const outcome = connector.receive?.(tools, undefined, forged);
        await expect(outcome).rejects.toMatchObject({ failure: 'signature' });
      }
    });

    function status(word: string) {
      return { event: 'session.status', session: 'one', payload: { name: 'one', status: word } };
    }

    function engine(payload: unknown) {
      return { event: 'state.change', session: 'one', payload };
    }
  });
});
