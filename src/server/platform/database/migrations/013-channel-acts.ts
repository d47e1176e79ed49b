import { type Kysely, sql } from 'kysely';

/** How many changes of a channel's status are kept. */
const KEPT = 20;

const STATEMENTS = [
  'alter table channels add column tested_at timestamptz',
  `create table channel_changes (
    id bigint generated always as identity primary key,
    channel_id uuid not null references channels (id) on delete cascade,
    status text not null,
    status_reason text,
    at timestamptz not null default clock_timestamp()
  )`,
  'create index channel_changes_channel on channel_changes (channel_id, id)',
  // In the database, because a status is written in many places, and one that forgot this would tell a wrong story.
  `create function note_channel_change() returns trigger language plpgsql as $$
  begin
    insert into channel_changes (channel_id, status, status_reason)
      values (new.id, new.status, new.status_reason);
    delete from channel_changes where channel_id = new.id and id <= (
      select id from channel_changes where channel_id = new.id
      order by id desc offset ${KEPT} limit 1);
    return null;
  end $$`,
  `create trigger channels_added after insert on channels
    for each row execute function note_channel_change()`,
  `create trigger channels_changed after update of status, status_reason on channels
    for each row when ((old.status, old.status_reason) is distinct from (new.status, new.status_reason))
    execute function note_channel_change()`,
];

/** The changes of a channel's status, and when a channel was tested. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
