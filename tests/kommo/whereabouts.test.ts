import { DEMO } from '../support/config.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';
import { tablesOf } from '../support/tables.ts';

const REST = { host: 'demo.kommo.com', path: '/api/v4/*' };
const DAY_AND_MORE = 25 * 3_600_000;

let bench: KommoBench;
let now = new Date();

beforeAll(async () => {
  bench = await openKommoBench({ now: () => now });
});

afterAll(() => bench.close());

beforeEach(async () => {
  now = new Date();
  await bench.reset();
  await bench.install('demo');
});

function refreshes() {
  return bench.emulator.requests({ path: '/oauth2/access_token', bodyContains: 'refresh_token' });
}

async function storedHost(): Promise<string | null> {
  const { host } = await tablesOf(bench.db)
    .selectFrom('accounts')
    .select('host')
    .executeTakeFirstOrThrow();
  return host;
}

describe('an account that was renamed', () => {
  test.each(['401', '404'])('is followed when its old address answers %s', async (status) => {
    bench.emulator.setSwitches({ renamedHostStatus: status });
    bench.emulator.rename('demo', 'renamed');
    expect((await bench.kommo.account(DEMO.id)).subdomain).toBe('renamed');
    expect(await storedHost()).toBe('renamed.kommo.com');
    expect(await bench.kommo.pipelines(DEMO.id)).toHaveLength(4);
  });

  test('is followed by a refresh, too', async () => {
    bench.emulator.rename('demo', 'renamed');
    await bench.expire(DEMO.id);
    expect((await bench.kommo.account(DEMO.id)).subdomain).toBe('renamed');
  });

  test('is found when another account has taken its address', async () => {
    bench.emulator.rename('demo', 'renamed');
    await tablesOf(bench.db).updateTable('accounts').set({ host: null }).execute();
    expect((await bench.kommo.account(DEMO.id)).subdomain).toBe('renamed');
    expect(await storedHost()).toBe('renamed.kommo.com');
  });

  test('is asked for where it is now', async () => {
    expect((await bench.kommo.currentHost(DEMO.id))?.host).toBe('demo.kommo.com');
    bench.emulator.rename('demo', 'renamed');
    expect((await bench.kommo.currentHost(DEMO.id))?.host).toBe('renamed.kommo.com');
    expect(await bench.kommo.currentHost(1)).toBeUndefined();
  });
});

describe('whether an install has ended', () => {
  async function confirm(): Promise<{ answer: string; requests: number }> {
    const before = bench.emulator.requests().length;
    const answer = await bench.kommo.confirmRevoked(DEMO.id);
    return { answer, requests: bench.emulator.requests().length - before };
  }

  test('is what one request says', async () => {
    expect(await confirm()).toEqual({ answer: 'alive', requests: 1 });
    await bench.emulator.disable('demo');
    expect(await confirm()).toEqual({ answer: 'revoked', requests: 1 });
  });

  test.each([402, 403, 404, 429, 500, 503])('is not known from a %i', async (status) => {
    bench.emulator.fault({ match: REST, action: { status, body: {} } });
    expect(await confirm()).toEqual({ answer: 'unknown', requests: 1 });
  });

  test.each(['reset', 'loseAnswer', 'html403'] as const)('is not known from %s', async (action) => {
    bench.emulator.fault({ match: REST, action });
    expect(await confirm()).toEqual({ answer: 'unknown', requests: 1 });
  });

  test('is not concluded from a token that has run out by itself', async () => {
    bench.emulator.advance(DAY_AND_MORE);
    now = new Date(now.getTime() + DAY_AND_MORE);
    expect(await confirm()).toEqual({ answer: 'alive', requests: 1 });
    await bench.emulator.disable('demo');
    expect(await confirm()).toEqual({ answer: 'revoked', requests: 1 });
    expect(refreshes()).toHaveLength(0);
  });

  test('is not known without a grant', async () => {
    await tablesOf(bench.db).deleteFrom('grants').execute();
    expect(await confirm()).toEqual({ answer: 'unknown', requests: 0 });
  });
});
