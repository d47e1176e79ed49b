import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // A row goes with its channel.
  `create table pictures (
    channel_id uuid primary key references channels (id) on delete cascade,
    image text not null
  )`,
  'alter table channels add column picture_mark text',
  'alter table channels add column picture_at timestamptz',
];

/** The pictures of connected accounts, and when the service was last asked for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
