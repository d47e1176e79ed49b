import type { Kysely } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';
import type { Schema } from '../../src/server/platform/database/schema.ts';

type Snake<Name> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : Name;

/** The tables and columns by their names in the database. */
export type StoredSchema = {
  [Table in keyof Schema as Snake<Table> & string]: {
    [Column in keyof Schema[Table] as Snake<Column> & string]: Schema[Table][Column];
  };
};

/** Looks at the database as it is, not as the backend names it: a test must notice when the two part. */
export function tablesOf(db: Db): Kysely<StoredSchema> {
  return db.withoutPlugins() as unknown as Kysely<StoredSchema>;
}

/** A table by its name in the database. */
export function inSnakeCase(table: keyof Schema): string {
  return table.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
