import { PostgresDialect } from 'kysely';
import pg from 'pg';
import { isKommoError } from '../../src/server/kommo/errors.ts';
import { openHandle } from '../../src/server/platform/database/database.ts';
import { DEMO } from './config.ts';
import { replicaOf } from './kommo.ts';

/** What a test asks of this process; answered with the same id. */
export interface Order {
  id: number;
  /** Use the grant this many times at once, or look after grants that nobody uses. */
  use?: number;
  recover?: true;
}

export interface Report {
  id: number;
  /** Of each use, `fine` or what went wrong; of a recovery, how many grants were looked at. */
  results: string[];
}

const AMOJO_ID = '52e591f7-c98f-4255-8495-827210138c81';
const INT8 = 20;

// A backend's way to Kommo in a process of its own, to be raced with others and killed.
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, Number);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, types, max: 5 });
// The test may take the database away before it ends this process.
pool.on('error', () => process.exit(1));
const db = openHandle(new PostgresDialect({ pool }));
const { kommo } = replicaOf({ emulatorPort: Number(process.env.EMULATOR_PORT), db });

async function use(): Promise<string> {
  try {
    await kommo.connectChannel(DEMO.id, AMOJO_ID);
    return 'fine';
  } catch (error) {
    return isKommoError(error) ? error.kind : String(error);
  }
}

/** A round of each sweep. @returns how many grants were looked at */
async function maintainGrants(): Promise<number> {
  const sweeps = kommo.background();
  return (await sweeps.recoverLostRefreshes()) + (await sweeps.probeDeadGrants());
}

async function carryOut({ use: times, recover }: Order): Promise<string[]> {
  if (recover) return [String(await maintainGrants())];
  return await Promise.all(Array.from({ length: times ?? 0 }, use));
}

process.on('message', (order: Order) => {
  void carryOut(order)
    .catch((error: unknown) => [String(error)])
    .then((results) => process.send?.({ id: order.id, results } satisfies Report));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0, results: ['ready'] } satisfies Report);
