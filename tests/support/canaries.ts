import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';

/** Every row of every table, ours and the queue's, as text. */
export async function databaseDump(db: Db): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`.execute(
    db,
  );
  const rows = await Promise.all(
    tables.map(({ name }) =>
      sql<{ row: string }>`select row_to_json(t)::text as row from ${sql.raw(name)} as t`.execute(
        db,
      ),
    ),
  );
  return rows.flatMap((result) => result.rows.map(({ row }) => row)).join('\n');
}

/** Which of these a text holds, as they are, in an address or in JSON. */
export function found(text: string, canaries: Record<string, string>): string[] {
  const forms = (canary: string) => [
    ...new Set([canary, encodeURIComponent(canary), JSON.stringify(canary).slice(1, -1)]),
  ];
  return Object.entries(canaries)
    .filter(([, canary]) => canary !== '' && forms(canary).some((form) => text.includes(form)))
    .map(([name]) => name);
}
