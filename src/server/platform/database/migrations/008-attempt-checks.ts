import { type Kysely, sql } from 'kysely';

const OPEN = sql`state in ('starting', 'waiting')`;

/** QR sign-ins that a worker follows: who looks on, whether a code was ever shown, and what is due. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table attempts
    add column watched_until timestamptz,
    add column has_shown_code boolean not null default false,
    add column warned_of text`.execute(db);
  await sql`create index attempts_checks on attempts (next_check_at)
    where auth = 'qr' and ${OPEN}`.execute(db);
  await sql`create index attempts_channel on attempts (channel_id)
    where channel_id is not null and ${OPEN}`.execute(db);
}
