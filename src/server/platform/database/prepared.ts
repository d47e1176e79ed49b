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

/**
 * Columns as the text of a marked statement, made once: a reference for each of them would be built, renamed by the
 * plugin and printed again with every request.
 *
 * @param names as the schema has them, such as `channels.accountId`
 */
export function columnList(names: readonly string[]): RawBuilder<unknown> {
  const inDatabase = (name: string) =>
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return sql.raw(names.map(inDatabase).join(', '));
}

/** The name a statement was marked with. */
export function preparedName(statement: string): string | undefined {
  return MARK.exec(statement)?.[1];
}
