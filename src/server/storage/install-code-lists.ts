import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Codes nobody vouches for that are kept at most, of one host and in all. The oldest make room. */
const MOST_OF_HOST = 10;
const MOST_OPEN = 5_000;

/** Exchanges of one host in a minute, of codes nobody vouches for: one host must not use up what all share. */
const MOST_TRIES_OF_HOST = 5;

/**
 * What is to be done next with a code: send it to Kommo, because somebody vouches for it or within the budget of
 * the others, or first look whether its host is an account at all.
 */
export interface DueCode {
  id: string;
  host: string;
  step: 'vouched' | 'exchange' | 'look';
}

const isOpen = sql<boolean>`state in ('pending', 'exchanging', 'exchanged')`;
const isVouched = sql<boolean>`(proven_at is not null or expected_account_id is not null or state = 'exchanged')`;

/**
 * Whether a code of this host is still being worked on. To be asked when the host has shown a signed token:
 * that vouches for its codes, which from now on wait for no others.
 */
export async function vouchForInstallCodes(db: Db, host: string): Promise<boolean> {
  const { rows } = await sql`
    with mine as (
      select id, proven_at from install_codes where host = ${host} and ${isOpen} and expires_at > now()
    ), vouched as (
      update install_codes
      set proven_at = now(), lease_until = case when state = 'pending' then null else lease_until end
      from mine where install_codes.id = mine.id and mine.proven_at is null
    )
    select 1 from mine limit 1`.execute(db);
  return rows.length > 0;
}

/**
 * Codes that nobody works on although they are due. First those somebody vouches for. The others, which
 * anybody can make up, share `budget` exchanges a minute that lead to no install, and as many again for hosts
 * that did not look like an account; so that many made-up calls cannot keep a real one waiting, each host has its
 * turn, and the newest code goes first. `most` of each step are listed.
 */
export async function listDueInstallCodes(
  db: Db,
  { most, budget }: { most: Record<DueCode['step'], number>; budget: number },
): Promise<DueCode[]> {
  const { rows } = await sql<DueCode>`
    with tried as materialized (
      select host, host_check from install_codes
      where tried_at > now() - interval '1 minute' and state <> 'done'
    ), used as materialized (
      select count(*) filter (where host_check = 'account') as account,
        count(*) filter (where host_check = 'unknown') as unknown
      from tried
    ), due as materialized (
      select id, host, host_check, received_at, ${isVouched} as is_vouched,
        row_number() over (partition by host, ${isVouched} order by received_at desc) as place,
        (select count(*) from tried where tried.host = install_codes.host) as tries
      from install_codes
      where ${isOpen} and expires_at > now() and (lease_until is null or lease_until <= now())
    )
    (select id, host, 'vouched' as step from due where is_vouched order by received_at limit ${most.vouched}::int)
    union all
    (select id, host, 'exchange' from due where not is_vouched and host_check = 'account'
      and place + tries <= ${MOST_TRIES_OF_HOST}::int
      order by place + tries, received_at desc
      limit (select least(${most.exchange}::int, greatest(0, ${budget}::int - account)) from used))
    union all
    (select id, host, 'exchange' from due where not is_vouched and host_check = 'unknown'
      and place + tries <= ${MOST_TRIES_OF_HOST}::int
      order by place + tries, received_at desc
      limit (select least(${most.exchange}::int, greatest(0, ${budget}::int - unknown)) from used))
    union all
    (select id, host, 'look' from due where not is_vouched and host_check is null and place = 1
      order by received_at desc limit ${most.look}::int)`.execute(db);
  return rows;
}

/** Takes a code for the time its host is looked at; false when somebody else has it. */
export async function claimHostLook(db: Db, id: string, leaseSeconds: number): Promise<boolean> {
  const row = await db
    .updateTable('install_codes')
    .set({ lease_until: sql<Date>`now() + make_interval(secs => ${leaseSeconds})` })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .where('host_check', 'is', null)
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<=', sql<Date>`now()`)]),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Notes what a host looks like with all its waiting codes, and makes them due. */
export async function noteHostLook(
  db: Db,
  host: string,
  found: 'account' | 'unknown',
): Promise<void> {
  await db
    .updateTable('install_codes')
    .set({ host_check: found, lease_until: sql<Date>`now()` })
    .where('host', '=', host)
    .where('state', '=', 'pending')
    .where('host_check', 'is', null)
    .execute();
}

/** Makes room: drops the oldest of the codes that nobody vouches for and nobody works on. */
export async function dropExcessInstallCodes(db: Db): Promise<void> {
  await sql`
    delete from install_codes where id in (
      select id from (
        select id, row_number() over (partition by host order by received_at desc) as place_of_host,
          row_number() over (order by host_check = 'account' desc nulls last, received_at desc) as place
        from install_codes where state = 'pending' and proven_at is null and expected_account_id is null
      ) as unproven
      where place_of_host > ${MOST_OF_HOST}::int or place > ${MOST_OPEN}::int
    )`.execute(db);
}
