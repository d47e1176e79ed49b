import { sql } from 'kysely';
import type { Db } from './database.ts';
import type { Schema } from './schema.ts';
import type { SealContext, Secrets } from './secrets.ts';

const CHECK_TEXT = 'the right key';

/** Every column that holds sealed values. */
export const SEALED_COLUMNS: readonly (readonly [table: keyof Schema, column: string])[] = [
  ['grants', 'access_token'],
  ['grants', 'refresh_token'],
  ['install_codes', 'code'],
  ['install_codes', 'tokens'],
  ['channels', 'credentials'],
  ['channels', 'webhook_secret'],
  ['attempts', 'shown'],
  ['attempts', 'session'],
  ['attempts', 'candidate'],
  ['attempts', 'webhook_secret'],
  ['session_endings', 'secret'],
  ['idempotency_keys', 'body'],
];

/** `SECRET_KEYS` cannot open what is stored. The message is for the operator and names ids only. */
export class WrongSecretKeys extends Error {
  constructor(problems: readonly string[]) {
    super(
      `SECRET_KEYS does not fit this database:\n${problems.map((line) => `  - ${line}`).join('\n')}\nNothing was changed. Start again with the keys this database was written with.`,
    );
    this.name = 'WrongSecretKeys';
  }
}

/**
 * Proves that every key some stored value may need is here and is the right one; then remembers the key
 * new values are sealed with.
 *
 * @throws WrongSecretKeys before anything is written
 */
export async function checkSecretKeys(
  db: Db,
  secrets: Secrets,
  keyIds: readonly string[],
): Promise<void> {
  const rows = await db.selectFrom('key_checks').selectAll().execute();
  const problems: string[] = [];
  for (const row of rows) {
    if (!keyIds.includes(row.key_id)) {
      problems.push(`the key ${row.key_id} is missing, and stored values still need it`);
    } else if (secrets.tryUnseal(row.check_value, contextOf(row.key_id)) !== CHECK_TEXT) {
      problems.push(`the key ${row.key_id} is not the one that stored values were sealed with`);
    }
  }
  if (problems.length > 0) throw new WrongSecretKeys(problems);
  const id = secrets.writeKeyId;
  await db
    .insertInto('key_checks')
    .values({ key_id: id, check_value: secrets.seal(CHECK_TEXT, contextOf(id)) })
    .onConflict((conflict) => conflict.column('key_id').doNothing())
    .execute();
}

function contextOf(keyId: string): SealContext {
  return `key_checks:${keyId}:check_value`;
}

/**
 * After a rotation: forgets the keys that no stored value needs any more.
 *
 * @returns their ids, which the operator may now remove from `SECRET_KEYS`
 */
export async function retireSecretKeys(db: Db, writeKeyId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('key_checks')
    .select('key_id')
    .where('key_id', '!=', writeKeyId)
    .execute();
  const retired: string[] = [];
  for (const { key_id } of rows) {
    if (await isInUse(db, key_id)) continue;
    await db.deleteFrom('key_checks').where('key_id', '=', key_id).execute();
    retired.push(key_id);
  }
  return retired;
}

async function isInUse(db: Db, keyId: string): Promise<boolean> {
  const prefix = `v1.${keyId}.`;
  for (const [table, column] of SEALED_COLUMNS) {
    const { rows } = await sql`
      select 1 from ${sql.table(table)} where starts_with(${sql.ref(column)}, ${prefix}) limit 1`.execute(
      db,
    );
    if (rows.length > 0) return true;
  }
  return false;
}
