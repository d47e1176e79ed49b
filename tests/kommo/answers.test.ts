import { isKommoError, type KommoError } from '../../src/server/kommo/errors.ts';
import { DEMO } from '../support/config.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';

const REST = { host: 'demo.kommo.com', path: '/api/v4/*' };

let bench: KommoBench;

beforeAll(async () => {
  bench = await openKommoBench();
});

afterAll(() => bench.close());

beforeEach(async () => {
  // Anew for each: some answers end a grant.
  await bench.reset();
  await bench.install('demo');
});

async function errorOf(promise: Promise<unknown>): Promise<KommoError | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (isKommoError(error)) return error;
    throw error;
  }
}

describe('an answer', () => {
  test.each([
    [{ status: 402, body: {} }, 'payment_required'],
    [{ status: 403, body: { title: 'Forbidden' } }, 'forbidden'],
    ['html403', 'blocked'],
    [{ status: 400, body: {} }, 'rejected'],
    [{ status: 422, body: {} }, 'rejected'],
    [{ status: 500 }, 'unavailable'],
    [{ status: 503, body: '<html>' }, 'unavailable'],
    [{ status: 301, headers: { location: 'https://other.kommo.com/' } }, 'unavailable'],
    [{ status: 307, headers: { location: 'http://127.0.0.1:1/' } }, 'unavailable'],
    ['reset', 'unavailable'],
    ['loseAnswer', 'unavailable'],
    ['cutMidBody', 'unavailable'],
    [{ rateLimited: 300 }, 'rate_limited'],
  ] as const)('%j means %s', async (action, kind) => {
    bench.emulator.fault({ match: REST, action });
    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe(kind);
  });

  test.each([
    '',
    'null',
    '[]',
    '7',
    '"x"',
    '{}',
    '<html></html>',
    '{"id":"31263018"}',
    '{"id":-1,"subdomain":"demo"}',
    '{"id":9007199254740993,"subdomain":"demo"}',
    '{"id":1e400,"subdomain":"demo"}',
    '{"id":31263018,"subdomain":7}',
    '{"id":31263018',
  ])('of an account that reads %j is unusable, and nothing worse', async (body) => {
    bench.emulator.fault({ match: REST, action: { status: 200, body } });
    const error = await errorOf(bench.kommo.account(DEMO.id));
    expect(error?.kind).toBe('unavailable');
  });

  test('nested without end is unusable, too', async () => {
    const body = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    bench.emulator.fault({ match: REST, action: { status: 200, body } });
    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('unavailable');
  });

  test('with a byte order mark, and an empty one for a list, are read', async () => {
    const body = '\ufeff{"id":31263018,"subdomain":"demo","name":"x"}';
    bench.emulator.fault({ match: REST, action: { status: 200, body } });
    expect((await bench.kommo.account(DEMO.id)).name).toBe('x');
    bench.emulator.fault({ match: REST, action: { status: 204 } });
    expect(await bench.kommo.pipelines(DEMO.id)).toEqual([]);
  });

  test('that is huge is given up', async () => {
    const body = `{"id":1,"subdomain":"${'x'.repeat(3_000_000)}"}`;
    bench.emulator.fault({ match: REST, action: { status: 200, body } });
    expect((await errorOf(bench.kommo.account(DEMO.id)))?.kind).toBe('unavailable');
  });
});
