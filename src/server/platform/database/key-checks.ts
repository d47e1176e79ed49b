import { sql } from 'kysely';
import type { Db } from './database.ts';
import type { Schema } from './schema.ts';
import type { SealContext, Secrets } from './secrets.ts';

const CHECK_TEXT = 'the right key';

/** Every column that holds sealed values, and what the rows of its table are read in the order of. */
export const SEALED: readonly { table: keyof Schema; key: string[]; columns: string[] }[] = [
  { table: 'sessionEndings', key: ['id'], columns: ['secret'] },
  { table: 'installCodes', key: ['id'], columns: ['code', 'tokens'] },
  { table: 'idempotencyKeys', key: ['accountId', 'key'], columns: ['body'] },
  {
    table: 'attempts',
    key: ['id'],
    columns: ['shown', 'session', 'candidate', 'webhook_secret'],
  },
  { table: 'grants', key: ['accountId'], columns: ['access_token', 'refresh_token'] },
  { table: 'channels', key: ['id'], columns: ['credentials', 'webhook_secret'] },
  { table: 'pictures', key: ['channelId'], columns: ['image'] },
  { table: 'conversations', key: ['id'], columns: ['person'] },
  { table: 'messages', key: ['id'], columns: ['content', 'media'] },
];

/** Rows looked at by one statement: a table may be large, and requests need the database, too. */
const PAGE = 2_000;

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
  const { problems } = await compareSecretKeys(db, secrets, keyIds);
  if (problems.length > 0) throw new WrongSecretKeys(problems);
  const id = secrets.writeKeyId;
  await db
    .insertInto('keyChecks')
    .values({ keyId: id, checkValue: secrets.seal(CHECK_TEXT, contextOf(id)) })
    .onConflict((conflict) => conflict.column('keyId').doNothing())
    .execute();
}

/** How `SECRET_KEYS` fits a database. */
export interface KeyFit {
  /** Keys that backends have sealed with and that are still remembered; in the order of their ids. */
  remembered: string[];
  /** What does not fit, a line each, naming ids only. */
  problems: string[];
}

/** Compares `SECRET_KEYS` with the keys that the database remembers, and changes nothing. */
export async function compareSecretKeys(
  db: Db,
  secrets: Secrets,
  keyIds: readonly string[],
): Promise<KeyFit> {
  const rows = await db.selectFrom('keyChecks').selectAll().orderBy('keyId').execute();
  const problems: string[] = [];
  for (const row of rows) {
    if (!keyIds.includes(row.keyId)) {
      problems.push(`the key ${row.keyId} is missing, and stored values still need it`);
    } else if (secrets.tryUnseal(row.checkValue, contextOf(row.keyId)) !== CHECK_TEXT) {
      problems.push(`the key ${row.keyId} is not the one that stored values were sealed with`);
    }
  }
  return { remembered: rows.map(({ keyId }) => keyId), problems };
}

function contextOf(keyId: string): SealContext {
  return `key_checks:${keyId}:check_value`;
}

/** The keys but the first that some stored value may still be sealed with: none, unless one was rotated. */
export async function listOlderKeys(db: Db, writeKeyId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('keyChecks')
    .select('keyId')
    .where('keyId', '!=', writeKeyId)
    .execute();
  return rows.map(({ keyId }) => keyId);
}

/**
 * After a rotation: forgets the keys that no stored value needs any more.
 *
 * @returns their ids, which the operator may now remove from `SECRET_KEYS`
 */
export async function retireSecretKeys(db: Db, writeKeyId: string): Promise<string[]> {
  const retired: string[] = [];
  for (const keyId of await listOlderKeys(db, writeKeyId)) {
    if (await isInUse(db, keyId)) continue;
    await db.deleteFrom('keyChecks').where('keyId', '=', keyId).execute();
    retired.push(keyId);
  }
  return retired;
}

async function isInUse(db: Db, keyId: string): Promise<boolean> {
  for (const place of SEALED) {
    for (let after: unknown[] | undefined; ; ) {
      const rows: Record<string, unknown>[] = await readPage(db, keyId, place, after);
      if (rows.some((row) => row.isUsed)) return true;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) break;
      after = place.key.map((name) => last[name]);
    }
  }
  return false;
}

async function readPage(
  db: Db,
  keyId: string,
  { table, key, columns }: (typeof SEALED)[number],
  after: unknown[] | undefined,
): Promise<Record<string, unknown>[]> {
  const prefix = `v1.${keyId}.`;
  const isUsed = sql.join(
    columns.map(
      (name) => sql`coalesce(left(${sql.ref(name)}, ${prefix.length}::int) = ${prefix}, false)`,
    ),
    sql` or `,
  );
  const order = sql.join(key.map((name) => sql.ref(name)));
  const rest = after === undefined ? sql`` : sql`where (${order}) > (${sql.join(after)})`;
  const { rows } = await sql<Record<string, unknown>>`
    select ${order}, ${isUsed} as is_used from ${sql.table(table)} ${rest}
    order by ${order} limit ${PAGE}::int`.execute(db);
  return rows;
}
