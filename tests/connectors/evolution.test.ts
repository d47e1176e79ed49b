import { randomUUID } from 'node:crypto';
import type { Health, Session } from '../../src/server/connectors/connector.ts';
import { createEvolution } from '../../src/server/connectors/evolution.ts';
import { connectorBattery } from './battery.ts';
import { type Emulated, startEmulated } from './support/emulated.ts';
import { type Stage, shownCode, stored } from './support/stage.ts';
import { createTools, type TestTools, WEBHOOK_SECRET } from './support/tools.ts';

const API_KEY = 'emulator-evolution-key-0123456789';
const NUMBERS = ['5511987654321', '5511912345678'] as const;

function play(emulated: Emulated, session: Session, change: string, number?: string) {
  const fields = { service: 'evolution', session: session.session, change, number };
  return emulated.post('/__services/phone', fields);
}

describe('every connector', () => {
  connectorBattery('evolution', async (): Promise<Stage> => {
    const emulated = await startEmulated();
    return {
      connector: createEvolution({ url: emulated.at('/__services/evolution'), apiKey: API_KEY }),
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

describe('Evolution API', () => {
  let emulated: Emulated;
  let tools: TestTools;
  let connector: ReturnType<typeof createEvolution>;

  beforeEach(async () => {
    emulated = await startEmulated();
    tools = createTools('evolution');
    connector = createEvolution({ url: emulated.at('/__services/evolution'), apiKey: API_KEY });
  });
  afterEach(async () => {
    await tools.close();
    await emulated.close();
  });

  async function advance(milliseconds: number): Promise<void> {
    await emulated.advance(milliseconds);
    tools.advance(milliseconds);
  }

  async function sessionsLeft(): Promise<unknown> {
    return await (await fetch(emulated.at('/__services/phone/sessions'))).json();
  }

  /** What the server answers from now on, to act out what the double does not. */
  async function answer(path: string, body: object, times = 0): Promise<void> {
    await emulated.post('/__emulator/faults', {
      match: { path: `/__services/evolution/instance/${path}/*` },
      times,
      action: { status: 200, body },
    });
  }

  test('shows each code for 45 seconds and stops after six renewals', async () => {
    let { session, value, expiresAt, refreshes } = await shownCode(connector, tools);
    expect(refreshes).toBe(6);
    expect(expiresAt.getTime() - tools.now().getTime()).toBe(45_000);
    for (let round = 1; round <= 6; round++) {
      await advance(45_000);
      const next = await connector.check(tools, session);
      if (next.state !== 'showing') throw new Error(next.state);
      expect(next.value).not.toBe(value);
      expect(next.refreshed).toBe(round);
      ({ session, value } = next);
    }
    await advance(45_000);
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'expired' });
  });

  test('waits for a first code that is late', async () => {
    await answer('connect', { count: 0 }, 2);
    const session = await connector.begin(tools, randomUUID());
    const first = await connector.check(tools, session);
    expect(first.state).toBe('starting');
    const second = await connector.check(tools, first.session);
    expect(second.state).toBe('starting');
  });

  test('takes a code that outlives its time for a phone that is linking', async () => {
    const shown = await shownCode(connector, tools);
    await answer('connect', { code: shown.value, count: 1 });
    const before = await connector.check(tools, shown.session);
    expect(before.state).toBe('showing');
    tools.advance(46_000);
    const after = await connector.check(tools, shown.session);
    expect(after.state).toBe('linking');
  });

  test('names the number that was linked', async () => {
    const { session } = await shownCode(connector, tools);
    await play(emulated, session, 'scan', NUMBERS[0]);
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

  test('waits while an open connection has no owner yet', async () => {
    const { session } = await shownCode(connector, tools);
    await answer('connectionState', { instance: { state: 'open' } });
    const first = await connector.check(tools, session);
    expect(first).toMatchObject({ state: 'linking', isNameless: false });
    tools.advance(60_000);
    const later = await connector.check(tools, stored(first.session));
    expect(later).toMatchObject({ state: 'linking', isNameless: true });
  });

  test('expires a closed connection only when it stays closed', async () => {
    const { session } = await shownCode(connector, tools);
    await play(emulated, session, 'refuse');
    const first = await connector.check(tools, session);
    expect(first.state).toBe('linking');
    tools.advance(5_000);
    const second = await connector.check(tools, first.session);
    expect(second.state).toBe('expired');
  });

  test('gives a code to type instead of scanning', async () => {
    const { session } = await shownCode(connector, tools);
    const code = await connector.pairingCode(tools, session, NUMBERS[0]);
    expect(code).toMatch(/^[A-Z0-9]{8}$/);
  });

  test('starts the connection anew when it was shown without a number before', async () => {
    const { session } = await shownCode(connector, tools);
    await answer('connect', { pairingCode: null, code: 'old', count: 1 }, 1);
    const code = await connector.pairingCode(tools, session, NUMBERS[0]);
    expect(code).toMatch(/^[A-Z0-9]{8}$/);
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'showing' });
  });

  test('leaves no instance behind, whether abandoned or never confirmed', async () => {
    const { session } = await shownCode(connector, tools);
    await connector.abandon(tools, session);
    await connector.abandon(tools, session);
    await emulated.post('/__emulator/faults', {
      match: { path: '/__services/evolution/instance/create' },
      action: 'loseAnswer',
    });
    const outcome = connector.begin(tools, randomUUID());
    await expect(outcome).rejects.toMatchObject({ failure: 'unavailable' });
    await expect(sessionsLeft()).resolves.toEqual([]);
    await expect(connector.check(tools, session)).resolves.toMatchObject({ state: 'expired' });
  });

  test('blames the operator for a wrong key, and passes on why an instance is refused', async () => {
    const url = emulated.at('/__services/evolution');
    const locked = createEvolution({ url, apiKey: 'wrong' });
    await expect(locked.begin(tools, randomUUID())).rejects.toMatchObject({
      failure: 'misconfigured',
    });
    const attemptId = randomUUID();
    const session = await connector.begin(tools, attemptId);
    // Of an instance it does not know, the server says so before it looks at the key.
    await expect(locked.health(tools, session)).resolves.toEqual({
      status: 'error',
      reason: 'service_error',
    });
    await expect(connector.begin(tools, attemptId)).rejects.toMatchObject({
      failure: 'misconfigured',
      reason: `This name "kommo-${attemptId}" is already in use.`,
    });
  });

  describe('events', () => {
    function proven(event: unknown, secret = WEBHOOK_SECRET) {
      const body = Buffer.from(JSON.stringify(event));
      return { headers: { 'x-webhook-secret': secret }, body };
    }

    function update(state: string, instance = 'one') {
      return { event: 'connection.update', instance, data: { instance, state, statusReason: 200 } };
    }

    test.each<[string, unknown, Health | undefined]>([
      ['an open connection', update('open'), { status: 'connected', reason: null }],
      [
        'a connection that comes back',
        update('connecting'),
        { status: 'connecting', reason: null },
      ],
      [
        'a phone that logged out',
        update('close'),
        { status: 'action_needed', reason: 'scan_again' },
      ],
      ['a refusal', update('refused'), { status: 'action_needed', reason: 'scan_again' }],
      ['another instance', update('close', 'two'), undefined],
      ['a message', { event: 'messages.upsert', instance: 'one', data: {} }, undefined],
    ])('%s', async (_what, event, expected) => {
      const outcome = connector.receive?.(tools, { session: 'one' }, proven(event));
      await expect(outcome).resolves.toEqual(expected);
    });

    test('with another secret are refused', async () => {
      const outcome = connector.receive?.(tools, undefined, proven(update('open'), 'guess'));
      await expect(outcome).rejects.toMatchObject({ failure: 'signature' });
    });

    test('arrive from the server with the secret it was given', async () => {
      const { session } = await shownCode(connector, tools);
      const moved = createTools('evolution', 'channel-2');
      await connector.link?.(moved, {
        externalId: '1',
        name: '1',
        handle: null,
        credentials: session,
      });
      const state = await (await fetch(emulated.at('/__emulator/state'))).json();
      const { services } = state as { services: { evolution: { webhook: object }[] } };
      expect(services.evolution[0]?.webhook).toEqual({
        url: moved.webhook?.url,
        headers: { 'x-webhook-secret': WEBHOOK_SECRET },
        hmacKey: null,
      });
      await moved.close();
    });
  });
});
