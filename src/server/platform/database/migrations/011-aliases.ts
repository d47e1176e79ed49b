import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `create table chat_aliases (
    id uuid primary key,
    conversation_id uuid not null references conversations (id) on delete cascade
  )`,
  'create index chat_aliases_conversation on chat_aliases (conversation_id)',
  'alter table messages add column part_ids text[]',
  'create index messages_part_ids on messages using gin (part_ids) where part_ids is not null',
  'alter table channels add column send_after timestamptz',
];

/** Other ids of chats, the ids of every part of a message, and the pace of channels that keep one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
