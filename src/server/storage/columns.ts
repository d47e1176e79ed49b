import type { ColumnType } from 'kysely';

/** Sealed text: see secrets.ts. Never readable without `SECRET_KEYS`, never valid in another row or column. */
export type Sealed = string;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;
/** Written as a JSON string, read back parsed. */
export type Json<T> = ColumnType<T, string, string>;
export type CreatedAt = ColumnType<Date, Date | string | undefined, never>;
