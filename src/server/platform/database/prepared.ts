import { type RawBuilder, sql } from 'kysely';

const MARK = /\/\* prepared: ([a-z-]+) \*\//;

/**
 * Marks a statement that every request of the widget makes: PostgreSQL plans it once for each connection. With
 * several joins, planning takes longer than all the rest. Name its columns one by one: a plan does not survive a
 * migration that changes what `*` means.
 *
 * @param name no other statement may have it
 */
export function prepared(name: string): RawBuilder<unknown> {
  return sql.raw(`/* prepared: ${name} */`);
}

/** The name a statement was marked with. */
export function preparedName(statement: string): string | undefined {
  return MARK.exec(statement)?.[1];
}
