import { type Kysely, sql } from 'kysely';

/** What is known about a grant that does not work as it should, and when a disable hook was asked about. */
const STATEMENTS = [
  `alter table grants
    add column lacks_rights boolean not null default false,
    add column given_up_at timestamptz,
    add column client_refusals integer not null default 0,
    add column forced_refreshes integer not null default 0,
    add column forced_since timestamptz`,
  // What died before is announced like everything else before it is cleaned up.
  "update grants set given_up_at = now() where state = 'dead' and next_refresh_at is null",
  'create index grants_given_up on grants (given_up_at) where given_up_at is not null',
  'alter table accounts add column hook_asked_at timestamptz',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
