import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';
import type { SealContext, Secrets } from '../../platform/database/secrets.ts';

/** Kommo's authorization codes live 20 minutes and work once. */
const CODE_LIFE_MINUTES = 20;

/** States a code can still be installed from. */
const OPEN = ['pending', 'exchanging', 'exchanged'] as const;

/** A code as Kommo sent it. */
export interface ReceivedCode {
  id: string;
  /** SHA-256 of host and code, so that the same call twice is one row. */
  codeHash: string;
  code: string;
  host: string;
  /** Who began the consent; undefined for the server-to-server install call. */
  expected: { accountId: number; userId: number } | undefined;
}

/** What one worker holds while it exchanges a code. */
export interface ClaimedCode<Tokens> {
  id: string;
  host: string;
  /** Undefined once it has been exchanged, or when it cannot be opened. */
  code: string | undefined;
  /** Kommo's answer, when only its owner is still to be confirmed and it can be opened. */
  tokens: Tokens | undefined;
  /** Who began the consent this code came from; undefined for an install call. */
  expected: { accountId: number; userId: number } | undefined;
  calls: number;
  /** Whether a signed token of its host was seen, or a proven user began the consent it came from. */
  isVouched: boolean;
}

/** One statement. @returns false when this very call was stored before */
export async function insertInstallCode(
  db: Db,
  secrets: Secrets,
  received: ReceivedCode,
): Promise<boolean> {
  const row = await db
    .insertInto('install_codes')
    .values({
      id: received.id,
      code_hash: received.codeHash,
      code: secrets.seal(received.code, contextOf(received.id, 'code')),
      host: received.host,
      expected_account_id: received.expected?.accountId ?? null,
      user_id: received.expected?.userId ?? null,
      // An account that installed before has shown what it is.
      host_check: sql<'account'>`(select 'account' from accounts where host = ${received.host} limit 1)`,
      expires_at: sql<Date>`now() + make_interval(mins => ${CODE_LIFE_MINUTES})`,
    })
    .onConflict((conflict) => conflict.column('code_hash').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Takes a code for `leaseSeconds`. A lapsed lease means that its holder died: before the call was sent,
 * in which case sending it now is right, or after, in which case Kommo says that the code was used.
 */
export async function claimInstallCode<Tokens>(
  db: Db,
  secrets: Secrets,
  id: string,
  leaseSeconds: number,
): Promise<ClaimedCode<Tokens> | undefined> {
  const row = await db
    .updateTable('install_codes')
    .set((set) => ({
      state: sql<'exchanging'>`case when state = 'pending' then 'exchanging' else state end`,
      calls: set('calls', '+', 1),
      tried_at: sql<Date>`case when state = 'pending' and proven_at is null and expected_account_id is null
        then now() else tried_at end`,
      lease_until: sql<Date>`now() + make_interval(secs => ${leaseSeconds})`,
    }))
    .where('id', '=', id)
    .where('state', 'in', OPEN)
    .where('expires_at', '>', sql<Date>`now()`)
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<=', sql<Date>`now()`)]),
    )
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  const open = (sealed: string | null, column: 'code' | 'tokens') =>
    sealed === null ? undefined : secrets.tryUnseal(sealed, contextOf(row.id, column));
  const tokens = open(row.tokens, 'tokens');
  return {
    id: row.id,
    host: row.host,
    code: open(row.code, 'code'),
    tokens: tokens === undefined ? undefined : JSON.parse(tokens),
    expected:
      row.expected_account_id === null || row.user_id === null
        ? undefined
        : { accountId: row.expected_account_id, userId: row.user_id },
    calls: row.calls,
    isVouched: row.proven_at !== null || row.expected_account_id !== null,
  };
}

/** Keeps the lease while Kommo takes its time. `calls` tells this holder from a later one. */
export async function renewInstallCode(
  db: Db,
  claim: { id: string; calls: number },
  leaseSeconds: number,
): Promise<void> {
  await db
    .updateTable('install_codes')
    .set({ lease_until: sql<Date>`now() + make_interval(secs => ${leaseSeconds})` })
    .where('id', '=', claim.id)
    .where('calls', '=', claim.calls)
    .where('state', 'in', OPEN)
    .execute();
}

/** Keeps Kommo's answer before anything is done with it, so that a crash cannot lose it. */
export async function keepExchangedTokens(
  db: Db,
  secrets: Secrets,
  id: string,
  tokens: unknown,
  leaseSeconds: number,
): Promise<void> {
  await db
    .updateTable('install_codes')
    .set({
      state: 'exchanged',
      code: null,
      tokens: secrets.seal(JSON.stringify(tokens), contextOf(id, 'tokens')),
      lease_until: sql<Date>`now() + make_interval(secs => ${leaseSeconds})`,
    })
    .where('id', '=', id)
    .where('state', '!=', 'done')
    .execute();
}

/** @returns false when another holder already stored the grant of this code */
export async function finishInstallCode(trx: Trx, id: string): Promise<boolean> {
  const row = await trx
    .updateTable('install_codes')
    .set({ state: 'done', code: null, tokens: null, lease_until: null, failure: null })
    .where('id', '=', id)
    .where('state', '!=', 'done')
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends a code for good. The hash stays, so that the same call is not tried again. */
export async function failInstallCode(db: Db, id: string, failure: string): Promise<void> {
  await db
    .updateTable('install_codes')
    .set({
      state: 'failed',
      code: null,
      tokens: null,
      lease_until: null,
      failure,
      failed_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .where('state', 'in', OPEN)
    .execute();
}

export async function postponeInstallCode(db: Db, id: string, afterSeconds: number): Promise<void> {
  await db
    .updateTable('install_codes')
    .set({
      state: sql<'pending'>`case when state = 'exchanging' then 'pending' else state end`,
      lease_until: sql<Date>`now() + make_interval(secs => ${afterSeconds})`,
    })
    .where('id', '=', id)
    .where('state', 'in', OPEN)
    .execute();
}

export async function findInstallCodeState(
  db: Db,
  id: string,
): Promise<{ state: 'open' | 'done' | 'failed'; failure: string | null } | undefined> {
  const row = await db
    .selectFrom('install_codes')
    .select(['state', 'failure'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) return undefined;
  const state = row.state === 'done' || row.state === 'failed' ? row.state : 'open';
  return { state, failure: row.failure };
}

/** Ends codes that Kommo would not accept any more, and forgets old rows and what was never tried. */
export async function purgeInstallCodes(db: Db): Promise<number> {
  const isOver = sql<boolean>`state in ('pending', 'exchanging', 'exchanged') and expires_at <= now()`;
  const untried = await deleteInBatches(db, 'install_codes', sql`${isOver} and calls = 0`);
  await db
    .updateTable('install_codes')
    .set({ state: 'failed', code: null, tokens: null, lease_until: null, failure: 'expired' })
    .where(isOver)
    .execute();
  return (
    untried +
    (await deleteInBatches(db, 'install_codes', sql`expires_at < now() - interval '1 day'`))
  );
}

function contextOf(id: string, column: 'code' | 'tokens'): SealContext {
  return `install_codes:${id}:${column}`;
}

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
