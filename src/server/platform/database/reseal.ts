import { sql } from 'kysely';
import type { Db } from './database.ts';
import { CannotUnseal, type Secrets } from './secrets.ts';

/** How far one pass over a table is. */
export interface ResealPass {
  /** The last row looked at; undefined before the first. */
  after: string | number | undefined;
  /** Rows that no key opens. */
  unopened: (string | number)[];
}

/** A pass that has not begun. */
export function newPass(): ResealPass {
  return { after: undefined, unopened: [] };
}

/** Rows looked at by one statement. */
const PAGE = 1_000;

/**
 * Seals up to `limit` rows again that were sealed under an older key of `SECRET_KEYS`, while everything
 * runs, and goes on where the pass stands. A value that is replaced in between is left alone: the new one is
 * sealed under the new key already.
 *
 * @returns how many were sealed again; those that no key opens are passed over
 */
export async function reseal(
  db: Db,
  secrets: Secrets,
  place: {
    table: 'grants' | 'channels' | 'pictures' | 'conversations';
    id: string;
    columns: readonly string[];
  },
  limit: number,
  pass: ResealPass,
): Promise<number> {
  let count = 0;
  while (count < limit) {
    const rows = await readPage(db, secrets, place, pass.after);
    for (const { id, isStale, sealed } of rows) {
      if (count === limit) return count;
      pass.after = id;
      if (!isStale) continue;
      const again = openAndSeal(secrets, place, id, sealed);
      if (again === undefined) pass.unopened.push(id);
      else if (await replace(db, place, id, sealed, again)) count += 1;
    }
    if (rows.length < PAGE) break;
  }
  return count;
}

interface Row {
  id: string | number;
  isStale: boolean;
  /** As in `columns`; null in a row that is not stale. */
  sealed: string[];
}

type Place = Parameters<typeof reseal>[2];

async function readPage(
  db: Db,
  secrets: Secrets,
  { table, id, columns }: Place,
  after: ResealPass['after'],
): Promise<Row[]> {
  const current = `v1.${secrets.writeKeyId}.`;
  const isStale = sql.join(
    columns.map((name) => sql`left(${sql.ref(name)}, ${current.length}::int) <> ${current}`),
    sql` or `,
  );
  const rest = after === undefined ? sql`` : sql`where ${sql.ref(id)} > ${after}`;
  const { rows } = await sql<Row>`
    select id, is_stale, case when is_stale then sealed end as sealed from (
      select ${sql.ref(id)} as id, ${isStale} as is_stale,
        array[${sql.join(columns.map((name) => sql.ref(name)))}] as sealed
      from ${sql.table(table)} ${rest} order by ${sql.ref(id)} limit ${PAGE}::int
    ) as page order by id`.execute(db);
  return rows;
}

function openAndSeal(
  secrets: Secrets,
  { table, columns }: Place,
  id: Row['id'],
  sealed: readonly string[],
): string[] | undefined {
  try {
    return columns.map((column, index) => {
      const context = `${table}:${id}:${column}` as const;
      return secrets.seal(secrets.unseal(sealed[index] ?? '', context), context);
    });
  } catch (error) {
    if (error instanceof CannotUnseal) return undefined;
    throw error;
  }
}

async function replace(
  db: Db,
  { table, id: idColumn, columns }: Place,
  id: Row['id'],
  before: readonly string[],
  after: readonly string[],
): Promise<boolean> {
  const pairs = (values: readonly string[]) =>
    columns.map((name, index) => sql`${sql.ref(name)} = ${values[index] ?? ''}`);
  const { numAffectedRows = 0n } = await sql`
    update ${sql.table(table)} set ${sql.join(pairs(after))}
    where ${sql.ref(idColumn)} = ${id} and ${sql.join(pairs(before), sql` and `)}`.execute(db);
  return numAffectedRows > 0n;
}
