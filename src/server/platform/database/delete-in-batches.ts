import { type RawBuilder, sql } from 'kysely';
import type { Db } from './database.ts';
import type { Schema } from './schema.ts';

/** Small enough to hold the embedded database's one connection for a few milliseconds only. */
const BATCH = 500;

/** So that a table that was flooded is emptied over several runs. */
const MOST_BATCHES = 40;

/** Deletes old rows a few at a time, so that no request waits for a long delete. @returns how many */
export async function deleteInBatches(
  db: Db,
  table: keyof Schema,
  condition: RawBuilder<unknown>,
): Promise<number> {
  let total = 0;
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where ctid = any (array(
        select ctid from ${sql.table(table)} where ${condition} limit ${sql.lit(BATCH)}
      ))`.execute(db);
    total += Number(numAffectedRows);
    if (numAffectedRows < BATCH) break;
  }
  return total;
}
