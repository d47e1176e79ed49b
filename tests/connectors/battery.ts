import { ConnectorError } from '../../src/server/connectors/connector.ts';
import type { Echo, Fault } from './support/fault-proxy.ts';
import {
  link,
  rehearse,
  type Stage,
  type Step,
  secretsOf,
  signIn,
  stored,
} from './support/stage.ts';
import { createTools, everythingIn, type TestTools } from './support/tools.ts';

/** Faults that mean no more than "not now". */
const OUTAGES: Fault[] = [
  'never answers',
  'cuts the connection',
  'stops in the middle of the answer',
  'answers 500',
  'answers 503 with a page',
];

/** Answers that were read and make no sense: waiting does not help, and nobody may say "not reached". */
const ODDITIES: Fault[] = [
  'answers garbage',
  'answers with an HTML page',
  'answers with a number',
  'answers 2 MB',
  'redirects elsewhere',
];

const ECHOES: Echo[] = (['headers', 'body', 'address'] as const).flatMap((repeats) =>
  ([400, 401, 404] as const).map((status) => ({ repeats, status })),
);

const REFUSALS: Fault[] = ['answers 401', { repeats: 'address', status: 400 }];

/**
 * What every connector must do, whatever its service. `start` brings up the double behind a fault proxy.
 */
export function connectorBattery(id: string, start: () => Promise<Stage>): void {
  let stage: Stage;
  let tools: TestTools;
  let steps: Step[];

  beforeAll(async () => {
    stage = await start();
    tools = createTools(id);
    steps = await rehearse(stage, tools);
  });
  afterEach(() => {
    stage.proxy.arm(undefined);
    tools.hurry();
  });
  afterAll(async () => {
    await tools.close();
    await stage.close();
  });

  /** Plays every step under the fault; one the connector answers without a call is left out. */
  async function under(fault: Fault): Promise<Map<string, unknown>> {
    stage.proxy.arm(fault);
    if (fault === 'never answers') tools.hurry(100);
    const outcomes = new Map<string, unknown>();
    for (const step of steps) {
      const before = stage.proxy.count();
      const outcome = await step.run(tools).catch((error: unknown) => error);
      if (stage.proxy.count() > before) outcomes.set(step.name, outcome);
    }
    return outcomes;
  }

  test('signs in, links, is healthy, unlinks, and unlinks again', async () => {
    const { connector } = stage;
    const linked = await signIn(stage, tools, 0);
    expect(linked.externalId).not.toBe('');
    expect(linked.name).not.toBe('');
    const credentials = stored(await link(connector, tools, linked));
    expect(stored(await link(connector, tools, { ...linked, credentials }))).toEqual(credentials);
    await expect(connector.health(tools, credentials)).resolves.toMatchObject({
      status: 'connected',
      reason: null,
    });
    await connector.unlink(tools, credentials);
    await connector.unlink(tools, credentials);
  });

  test('knows the same account again and tells two apart', async () => {
    const first = await signIn(stage, tools, 0);
    const again = await signIn(stage, tools, 0);
    const other = await signIn(stage, tools, 1);
    expect(again.externalId).toBe(first.externalId);
    expect(other.externalId).not.toBe(first.externalId);
    for (const linked of [first, again, other])
      await stage.connector.unlink(tools, linked.credentials);
  });

  test('asks for action when its access was ended at the service, and can still be unlinked', async () => {
    const linked = await signIn(stage, tools, 0);
    const credentials = stored(await link(stage.connector, tools, linked));
    await stage.revoke({ ...linked, credentials });
    const health = await stage.connector.health(tools, credentials);
    expect(health.status).toBe('action_needed');
    expect(health.reason).not.toBeNull();
    await stage.connector.unlink(tools, credentials);
  });

  test.each(OUTAGES)('reports an outage when the service %s', async (fault) => {
    const outcomes = await under(fault);
    expect(outcomes.size).toBeGreaterThan(1);
    for (const [step, outcome] of outcomes) {
      if (step === 'health') {
        expect([step, outcome]).toEqual([step, { status: 'error', reason: 'service_unreachable' }]);
      } else expect([step, failureOf(outcome)]).toEqual([step, 'unavailable']);
    }
    expectNoSecrets([...outcomes.values(), tools.logged()]);
  });

  test.each(ODDITIES)('never says "not reached" when the service %s', async (fault) => {
    const outcomes = await under(fault);
    expect(outcomes.size).toBeGreaterThan(1);
    for (const [step, outcome] of outcomes) {
      if (step === 'health') {
        expect([step, outcome]).toEqual([step, { status: 'error', reason: 'service_error' }]);
      } else expect([step, failureOf(outcome)]).toEqual([step, 'misconfigured']);
    }
    expectNoSecrets([...outcomes.values(), tools.logged()]);
  });

  test('passes on how long the service wants to be left alone', async () => {
    const outcomes = await under('answers 429');
    for (const [step, outcome] of outcomes) {
      expect([step, failureOf(outcome)]).toEqual([step, 'rate_limited']);
      expect(outcome).toMatchObject({ retryAfterSeconds: 7 });
    }
  });

  test.each(REFUSALS)('never takes a refusal for success: %j', async (fault) => {
    for (const [step, outcome] of await under(fault)) {
      // Nothing is left to end where we are no longer known.
      if (step === 'unlink' || step === 'abandon') continue;
      if (step === 'health') expect(outcome).not.toMatchObject({ status: 'connected' });
      else expect([step, outcome]).toEqual([step, expect.any(ConnectorError)]);
    }
  });

  test.each(ECHOES)(
    'keeps secrets out of errors and logs when a service answers %j',
    async (echo) => {
      const outcomes = await under(echo);
      expect(outcomes.size).toBeGreaterThan(1);
      expectNoSecrets([...outcomes.values(), tools.logged()]);
    },
  );

  test('describes itself with a title and with fields it can explain', () => {
    const { connector } = stage;
    expect(connector.id).toBe(id);
    expect(connector.titleKey).not.toBe('');
    const fields = connector.auth === 'oauth' ? [] : connector.fields;
    for (const field of fields) expect(field.secret).toBe(field.type === 'password');
  });

  test('refuses events that are not proven', async () => {
    const { receive } = stage.connector;
    if (receive === undefined) return;
    const body = Buffer.from('{"event":"session.status","payload":{"status":"WORKING"}}');
    const forged = [
      {},
      { authorization: 'Bearer x', 'x-webhook-hmac': 'ab', 'x-webhook-secret': '' },
    ];
    for (const headers of forged) {
      const outcome = receive(tools, undefined, { headers, body });
      await expect(outcome).rejects.toMatchObject({ failure: 'signature' });
    }
    const unknown = { ...tools, webhook: undefined };
    const outcome = receive(unknown, undefined, { headers: {}, body });
    await expect(outcome).rejects.toMatchObject({ failure: 'signature' });
  });

  function expectNoSecrets(seen: unknown[]): void {
    const text = seen.map(everythingIn).join('\n');
    for (const secret of secretsOf(stage, tools)) expect(text).not.toContain(secret);
  }
}

function failureOf(outcome: unknown): string {
  return outcome instanceof ConnectorError
    ? outcome.failure
    : `no ConnectorError: ${String(outcome)}`;
}
