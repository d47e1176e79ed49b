import { sql } from 'kysely';
import { placeOfAnswer } from '../../access/rows.ts';
import type { Db } from '../../platform/database/database.ts';
import { SEALED } from '../../platform/database/key-checks.ts';
import type { SealContext, Secrets } from '../../platform/database/secrets.ts';

/** A column whose values are sealed, as `table.column`, and how many of them under one key. */
export interface KeyCount {
  place: string;
  /** Null: the value has no form that we know. */
  keyId: string | null;
  values: number;
}

/** The id of the key in front of a sealed value. */
const KEY_ID = '^v1[.]([A-Za-z0-9_-]{1,32})[.]';

/** Longer than what stands in front, so that no large value is read. */
const HEAD = 40;

/** Counts the sealed values by place and key. Reads every table that holds some from the first row to the last. */
export async function countByKey(db: Db): Promise<KeyCount[]> {
  const counts: KeyCount[] = [];
  for (const { table, columns } of SEALED) {
    for (const column of columns) {
      const { rows } = await sql<Omit<KeyCount, 'place'>>`
        select substring(left(${sql.ref(column)}, ${HEAD}::integer) from ${KEY_ID}::text) as key_id,
          count(*)::integer as values
        from ${sql.table(table)} where ${sql.ref(column)} is not null group by 1 order by 1`.execute(
        db,
      );
      const place = `${inSnakeCase(table)}.${column}`;
      counts.push(...rows.map((row) => ({ place, ...row })));
    }
  }
  return counts;
}

/** What became of the values of one place under one key when they were opened. */
export interface OpenedCount extends KeyCount {
  opened: number;
  /** Rows whose value did not open, the first of them. */
  unopenedRows: string[];
}

/** Rows read at a time: a picture may have half a megabyte. */
const PAGE = 200;

/** Rows that are named for each place and key. */
const MOST_NAMED = 10;

/** Opens every sealed value. Reads every table that holds some from the first row to the last, in pages. */
export async function openEverything(db: Db, secrets: Secrets): Promise<OpenedCount[]> {
  const counts = new Map<string, OpenedCount>();
  for (const place of SEALED) {
    for (let after: unknown[] | undefined; ; ) {
      const rows = await readPage(db, place, after);
      for (const row of rows) {
        for (const [index, column] of place.columns.entries()) {
          const sealed = row.sealed[index];
          if (sealed != null) count(counts, secrets, { ...place, column, row }, sealed);
        }
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) break;
      after = keyOf(place, last);
    }
  }
  return [...counts.values()];
}

type Place = (typeof SEALED)[number];

interface Row extends Record<string, unknown> {
  /** As in `columns`. */
  sealed: (string | null)[];
}

async function readPage(
  db: Db,
  { table, key, columns }: Place,
  after: unknown[] | undefined,
): Promise<Row[]> {
  const order = sql.join(key.map((name) => sql.ref(name)));
  const rest = after === undefined ? sql`` : sql`where (${order}) > (${sql.join(after)})`;
  const sealed = sql.join(columns.map((name) => sql.ref(name)));
  const { rows } = await sql<Row>`
    select ${order}, array[${sealed}] as sealed from ${sql.table(table)} ${rest}
    order by ${order} limit ${PAGE}::integer`.execute(db);
  return rows;
}

function count(
  counts: Map<string, OpenedCount>,
  secrets: Secrets,
  at: Place & { column: string; row: Row },
  sealed: string,
): void {
  const place = `${inSnakeCase(at.table)}.${at.column}`;
  const keyId = new RegExp(KEY_ID).exec(sealed)?.[1] ?? null;
  const name = `${place} ${keyId}`;
  const known = counts.get(name) ?? { place, keyId, values: 0, opened: 0, unopenedRows: [] };
  counts.set(name, known);
  known.values += 1;
  if (secrets.tryUnseal(sealed, contextOf(at)) !== undefined) known.opened += 1;
  else if (known.unopenedRows.length < MOST_NAMED) known.unopenedRows.push(rowOf(at));
}

/** What a row is called. The keys of idempotency are the callers' texts, and stay out. */
function rowOf(at: Place & { row: Row }): string {
  return String(keyOf(at, at.row)[0]);
}

function contextOf(at: Place & { column: string; row: Row }): SealContext {
  if (at.table !== 'idempotencyKeys') {
    return `${inSnakeCase(at.table)}:${rowOf(at)}:${at.column}`;
  }
  const { accountId, key } = at.row as Row & { accountId: number; key: string };
  return placeOfAnswer({ accountId, key });
}

function keyOf({ key }: Place, row: Row): unknown[] {
  return key.map((name) => row[name]);
}

function inSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
