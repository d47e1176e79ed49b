import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { FaultRule } from '../../src/emulator/engine/faults.ts';
import { call, installed } from '../support/emulator-client.ts';

const SOURCES = { method: 'GET', host: 'demo.kommo.com', path: '/api/v4/sources*' };

describe('scripted faults', () => {
  let emulator: Emulator;
  let token: string;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    emulator.setSwitches({ rateLimit: 0 });
    token = (await installed(emulator)).access_token;
  });

  const account = () => call(emulator, '/api/v4/account', { token });
  const sources = () => call(emulator, '/api/v4/sources', { token });
  const add = (name = 'a') =>
    call(emulator, '/api/v4/sources', { token, json: [{ name, external_id: name }] });
  const arm = (action: FaultRule['action'], more: Partial<FaultRule> = {}) =>
    emulator.fault({ match: SOURCES, action, ...more });

  test('hit what they match, as often as they say', async () => {
    arm({ rateLimited: 2 }, { times: 3 });
    expect((await account()).status).toBe(200);
    const limited = [await sources(), await sources(), await sources()];
    expect(limited.map(({ status }) => status)).toEqual([429, 429, 429]);
    expect(limited[0]?.headers['retry-after']).toBe('2');
    expect(limited[0]?.json).toMatchObject({ retry_after: 2 });
    expect((await sources()).status).toBe(204);
  });

  test('can wait for a later request, and last until they are cleared', async () => {
    arm({ status: 503, body: { title: 'Busy' } }, { after: 1, times: 0 });
    expect((await sources()).status).toBe(204);
    for (let time = 0; time < 3; time += 1) {
      expect(await sources()).toMatchObject({ status: 503, json: { title: 'Busy' } });
    }
    emulator.clearFaults();
    expect((await sources()).status).toBe(204);
  });

  test('answer with anything', async () => {
    arm({ status: 502, body: '<h1>Bad</h1>', headers: { 'content-type': 'text/html' } });
    const odd = await sources();
    expect(odd).toMatchObject({ status: 502, text: '<h1>Bad</h1>' });
    expect(odd.headers['content-type']).toBe('text/html');
    arm({ rateLimited: null });
    const silent = await sources();
    expect(silent.headers['retry-after']).toBeUndefined();
    expect(silent.json).not.toHaveProperty('retry_after');
    arm('html403');
    expect((await sources()).text).toContain('nginx');
    await add();
    arm({ extra: { surprise: [1] } });
    expect((await sources()).json).toMatchObject({ surprise: [1], _total_items: 1 });
    arm('noContent');
    expect(await sources()).toMatchObject({ status: 204, text: '' });
  });

  test('reset the connection before or after the request was carried out', async () => {
    emulator.fault({ match: { method: 'POST', path: '/api/v4/sources' }, action: 'reset' });
    await expect(add()).rejects.toThrow();
    expect(emulator.state.sources).toHaveLength(0);
    emulator.fault({ match: { method: 'POST', path: '/api/v4/sources' }, action: 'loseAnswer' });
    await expect(add()).rejects.toThrow();
    expect(emulator.state.sources).toHaveLength(1);
  });

  test('cut a body in the middle, or let it drip', async () => {
    await add();
    arm('cutMidBody');
    await expect(sources()).rejects.toThrow('aborted');
    arm('drip');
    expect((await sources()).json).toMatchObject({ _total_items: 1 });
  });

  test('delay an answer', async () => {
    arm({ delayMs: 150 });
    const began = performance.now();
    expect((await sources()).status).toBe(204);
    expect(performance.now() - began).toBeGreaterThan(140);
  });

  test('never answer, until they are cleared', async () => {
    arm('hang');
    const hanging = sources();
    const settled = await Promise.race([hanging, account().then(() => 'account first')]);
    expect(settled).toBe('account first');
    emulator.clearFaults();
    await expect(hanging).rejects.toThrow();
  });

  test('are recorded beside the request they hit', async () => {
    arm('html403');
    await sources();
    await sources();
    expect(emulator.requests(SOURCES)).toMatchObject([
      { status: 403, fault: '"html403"' },
      { status: 204, fault: undefined },
    ]);
  });

  test.each([
    [{ action: 'explode' }, 'action'],
    [{ action: { status: 99 } }, 'action.status'],
    [{ action: 'hang', times: -1 }, 'times'],
    [{ action: 'hang', match: { paht: '/x' } }, 'match.paht'],
  ])('are refused when misspelt: %j', async (rule, name) => {
    const reply = await call(emulator, '/__emulator/faults', { json: rule });
    expect(reply.status).toBe(400);
    expect((reply.json as { error: string }).error.startsWith(name)).toBe(true);
  });

  test('hold requests at a barrier and let them go together', async () => {
    const barrier = emulator.barrier({ method: 'POST', path: '/api/v4/sources' }, 2, 'manual');
    const both = [add('a'), add('b')];
    await barrier.arrived;
    expect(barrier.waiting()).toBe(2);
    expect(emulator.state.sources).toHaveLength(0);
    barrier.release();
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await add('c')).status).toBe(200);
  });
});
