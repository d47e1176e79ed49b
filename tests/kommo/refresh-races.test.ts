import { DEMO } from '../support/config.ts';
import { testDatabaseKind } from '../support/database.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';
import { type RefreshProcess, startRefreshProcess } from '../support/refresh-processes.ts';
import { tablesOf } from '../support/tables.ts';
import { waitFor } from '../support/wait-for.ts';

const MODES = ['strict', 'until-new-used', 'grace-30s'] as const;
const TOKEN_CALL = { path: '/oauth2/access_token', bodyContains: 'refresh_token' };

/** Rounds per mode. More find rarer races: `RACE_ROUNDS=100 npm test`, and 30 in `npm run test:all`. */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 5);
const KILLS = Math.max(2, Math.round(ROUNDS / 6));
const ROUND_MS = 5_000;

let bench: KommoBench;

beforeAll(async () => {
  bench = await openKommoBench();
  await bench.install('demo');
});

afterAll(() => bench.close());

function tokenCalls(): number {
  return bench.emulator.requests(TOKEN_CALL).length;
}

async function grant() {
  return await tablesOf(bench.db)
    .selectFrom('grants')
    .innerJoin('accounts', 'accounts.id', 'grants.account_id')
    .select(['grants.state', 'grants.version', 'accounts.install_state'])
    .executeTakeFirstOrThrow();
}

function startProcess(): Promise<RefreshProcess> {
  const { url: databaseUrl = '' } = bench.database;
  return startRefreshProcess({ databaseUrl, emulatorPort: bench.emulator.port });
}

/** A real process on PostgreSQL; the embedded database has one process, so two clients inside it. */
async function start(): Promise<Pick<RefreshProcess, 'use' | 'recover' | 'kill'>> {
  if (testDatabaseKind() === 'postgres') return await startProcess();
  const { kommo, close } = bench.replica();
  const amojoId = '52e591f7-c98f-4255-8495-827210138c81';
  const use = () =>
    kommo.connectChannel(DEMO.id, amojoId).then(
      () => 'fine',
      (error: unknown) => String(error),
    );
  return {
    use: (times) => Promise.all(Array.from({ length: times }, use)),
    recover: async () => [String(await kommo.recoverLostRefreshes())],
    kill: close,
  };
}

describe.each(MODES)('two backends in the mode %s', (refreshMode) => {
  let pair: Awaited<ReturnType<typeof start>>[];

  beforeAll(async () => {
    bench.emulator.setSwitches({ refreshMode, accessAfterRefresh: 'revoked' });
    pair = await Promise.all([start(), start()]);
  });

  afterAll(() => Promise.all(pair.map((one) => one.kill())));

  test(
    `refresh an expired token once in each of ${ROUNDS} rounds, and lose no account`,
    async () => {
      for (let round = 1; round <= ROUNDS; round += 1) {
        const before = tokenCalls();
        await bench.expire(DEMO.id);
        const results = await Promise.all(pair.map((one) => one.use(5)));
        expect(new Set(results.flat())).toEqual(new Set(['fine']));
        expect(tokenCalls() - before).toBe(1);
      }
      expect(await grant()).toMatchObject({ state: 'alive', install_state: 'active' });
    },
    ROUNDS * ROUND_MS,
  );
});

// Only a real process can be killed.
if (testDatabaseKind() === 'postgres') {
  test.each(MODES)(
    'a backend that was frozen past its lease overwrites nothing newer (%s)',
    async (refreshMode) => {
      bench.emulator.setSwitches({ refreshMode, accessAfterRefresh: 'revoked' });
      const [frozen, other] = await Promise.all([startProcess(), startProcess()]);
      await bench.expire(DEMO.id);
      const barrier = bench.emulator.barrier(TOKEN_CALL, 1, 'manual');
      const late = frozen.use(1);
      await barrier.arrived;
      frozen.freeze();
      const issued = bench.emulator.state.grants.length;
      barrier.release();
      await waitFor(() => bench.emulator.state.grants.length > issued);
      // As if the lease had ended in between.
      await tablesOf(bench.db)
        .updateTable('grants')
        .set({ lease_until: new Date(0) })
        .execute();
      expect(await other.recover()).toEqual(['1']);
      frozen.thaw();
      await late;
      // In the strict mode the frozen one holds the only pair that works; it is taken up by the next sweep.
      await waitFor(async () => {
        await other.recover();
        return (await grant()).state === 'alive';
      });
      expect(await other.use(1)).toEqual(['fine']);
      expect(await grant()).toMatchObject({ install_state: 'active' });
      await Promise.all([frozen.kill(), other.kill()]);
    },
  );

  describe.each(MODES)('a backend killed in the mode %s', (refreshMode) => {
    let survivor: RefreshProcess;

    beforeAll(async () => {
      bench.emulator.setSwitches({ refreshMode, accessAfterRefresh: 'revoked' });
      survivor = await startProcess();
    });

    afterAll(() => survivor.kill());

    /** Kills a process when its token call has arrived, or when the answer is on its way. */
    async function killDuringRefresh(moment: 'asked' | 'answering'): Promise<void> {
      const victim = await startProcess();
      await bench.expire(DEMO.id);
      if (moment === 'asked') {
        const barrier = bench.emulator.barrier(TOKEN_CALL, 1, 'manual');
        const cut = victim.use(1);
        await barrier.arrived;
        await victim.kill();
        barrier.release();
        await cut;
      } else {
        const issued = bench.emulator.state.grants.length;
        bench.emulator.fault({ match: TOKEN_CALL, action: 'drip' });
        const cut = victim.use(1);
        await waitFor(() => bench.emulator.state.grants.length > issued);
        await victim.kill();
        await cut;
      }
    }

    test.each(['asked', 'answering'] as const)(
      `(%s) ${KILLS} times leaves a working account, or one that says so`,
      async (moment) => {
        for (let round = 1; round <= KILLS; round += 1) {
          const before = tokenCalls();
          await killDuringRefresh(moment);
          expect(await survivor.recover()).toEqual(['0']);
          // As if the 15 s of the dead holder's lease had passed.
          await tablesOf(bench.db)
            .updateTable('grants')
            .set({ lease_until: new Date(0) })
            .execute();
          expect(await survivor.recover()).toEqual(['1']);
          const isLost = refreshMode === 'strict';
          expect(await grant()).toMatchObject(
            isLost
              ? { state: 'dead', install_state: 'authorization_required' }
              : { state: 'alive', install_state: 'active' },
          );
          expect(await survivor.use(1)).toEqual([isLost ? 'reauthorize' : 'fine']);
          expect(tokenCalls() - before).toBe(2);
          if (isLost) await bench.install('demo');
        }
      },
      KILLS * 2 * ROUND_MS,
    );
  });
}
