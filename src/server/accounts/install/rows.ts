import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { TokenPair } from '../../kommo/grants/rows.ts';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';
import type { SealContext, Secrets } from '../../platform/database/secrets.ts';

/*
 * `state` is how far a code has come:
 *
 *   pending ──picked──▶ exchanging ──Kommo's answer is kept──▶ exchanged ──grant stored──▶ done
 *      ▲                    │
 *      └──has to wait───────┘       and from each of them, refused or too old ──▶ failed
 *
 * `lease_until` is when the selection (`pickInstallCodes`) takes it up. A picked code is its job's until it
 * expires: pg-boss repeats the job, and takes it over from a dead worker. The job hands a code that has to wait
 * back to the selection, because somebody may vouch for it in between.
 */

/** Kommo's authorization codes live 20 minutes and work once. */
const CODE_LIFE_MINUTES = 20;

/** Codes nobody vouches for that are kept at most, of one host and in all. The oldest make room. */
const MOST_OF_HOST = 10;
const MOST_OPEN = 5_000;

/**
 * Exchanges a minute, or still under way, that led to no install and that nobody vouched for: of all hosts that
 * look like accounts, and as many of those that do not. One host must not use up what all share.
 */
const BUDGET = 30;
const BUDGET_OF_HOST = 5;

/** Hosts that are looked at, at once. */
const MOST_LOOKS = 8;

/** States a code can still be installed from. */
const OPEN = ['pending', 'exchanging', 'exchanged'] as const;

const isOpen = sql<boolean>`(state in ('pending', 'exchanging', 'exchanged') and expires_at > now())`;
const isVouched = sql<boolean>`(proven_at is not null or expected_account_id is not null or state = 'exchanged')`;
const isDue = sql<boolean>`(lease_until is null or lease_until <= now())`;
const isUnseen = sql<boolean>`(state = 'pending' and proven_at is null and host_check is null)`;

/** Whose the new grant is, if not the one's it should be. */
export type Mismatch = 'other_account' | 'other_user';

/** Who began a consent; the grant must be given by nobody else. */
export interface Expected {
  accountId: number;
  userId: number;
}

/** What the job of a code works with. */
export interface OpenCode {
  id: string;
  host: string;
  /** Undefined once it has been exchanged, or when it cannot be opened. */
  code: string | undefined;
  /** Kommo's answer, when only its owner is still to be confirmed and it can be opened. */
  tokens: TokenPair | undefined;
  /** Undefined for an install call. */
  expected: Expected | undefined;
  /** How often it was picked. */
  calls: number;
  /** Whether a signed token of its host was seen, or a proven user began the consent it came from. */
  isVouched: boolean;
}

/** One statement. A code of a consent counts as picked. @returns undefined when this very call was stored before */
export async function insertInstallCode(
  db: Db,
  secrets: Secrets,
  { host, code, expected }: { host: string; code: string; expected?: Expected },
): Promise<string | undefined> {
  const id = randomUUID();
  const expiresAt = sql<Date>`now() + make_interval(mins => ${CODE_LIFE_MINUTES})`;
  const row = await db
    .insertInto('installCodes')
    .values({
      id,
      codeHash: createHash('sha256').update(`${host} ${code}`).digest('base64url'),
      code: secrets.seal(code, contextOf(id, 'code')),
      host,
      // An account that installed before has shown what it is.
      hostCheck: sql<'account'>`(select 'account' from accounts where host = ${host} limit 1)`,
      expiresAt,
      ...(expected && {
        expectedAccountId: expected.accountId,
        userId: expected.userId,
        state: 'exchanging' as const,
        calls: 1,
        leaseUntil: expiresAt,
      }),
    })
    .onConflict((conflict) => conflict.column('codeHash').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

/**
 * Whether a code of this host is still being worked on. To be asked when the host has shown a signed token:
 * that vouches for its codes, which from now on wait for no others.
 */
export async function vouchForInstallCodes(db: Db, host: string): Promise<boolean> {
  const { rows } = await sql`
    with mine as (
      select id, proven_at from install_codes where host = ${host} and ${isOpen}
    ), vouched as (
      update install_codes
      set proven_at = now(), lease_until = case when state = 'pending' then null else lease_until end
      from mine where install_codes.id = mine.id and mine.proven_at is null
    )
    select 1 from mine limit 1`.execute(db);
  return rows.length > 0;
}

/** Picks the codes to be exchanged now, and spends the budget on them. @returns ids, each for a job of its own */
export async function pickInstallCodes(trx: Trx): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with tried as materialized (
      select host, host_check from install_codes
      where tried_at is not null and state <> 'done'
        and (tried_at > now() - interval '1 minute' or state = 'exchanging')
    ), of_host as (
      select host, count(*) as tries from tried group by host
    ), of_class as (
      select host_check as class, count(*) as tries from tried group by host_check
    ), due as (
      select id, host, ${isVouched} as is_vouched, received_at,
        case when not ${isVouched} then host_check end as class,
        row_number() over (partition by host, ${isVouched} order by received_at desc) as place
      from install_codes
      where ${isOpen} and ${isDue} and (${isVouched} or host_check is not null)
    ), placed as (
      select id, is_vouched, received_at, class,
        place + case when is_vouched then 0 else coalesce(tries, 0) end as place
      from due left join of_host using (host)
    ), ranked as (
      select id, coalesce(tries, 0)
        + row_number() over (partition by is_vouched, class order by place, received_at desc) as rank
      from placed left join of_class using (class)
      where is_vouched or place <= ${BUDGET_OF_HOST}::int
    ), picked as (
      select id from install_codes
      where id in (select id from ranked where rank <= ${BUDGET}::int) and ${isOpen} and ${isDue}
      for update skip locked
    )
    update install_codes
    set state = case when state = 'pending' then 'exchanging' else state end, calls = calls + 1,
      tried_at = case when ${isVouched} then tried_at else now() end, lease_until = expires_at
    where id in (select id from picked)
    returning id`.execute(trx);
  return rows.map(({ id }) => id);
}

/** Picks the hosts to be looked at now, those of the newest codes. @returns hosts, each for a job of its own */
export async function pickHostsToLookAt(trx: Trx): Promise<string[]> {
  const { rows } = await sql<{ host: string }>`
    with hosts as materialized (
      select host, bool_and(${isDue}) as is_due, max(received_at) as newest
      from install_codes where ${isUnseen} and ${isOpen} group by host
    ), picked as (
      select host from hosts where is_due order by newest desc
      limit greatest(0, ${MOST_LOOKS}::int - (select count(*) from hosts where not is_due))
    ), lent as (
      update install_codes set lease_until = expires_at
      where host in (select host from picked) and ${isUnseen} and ${isOpen}
    )
    select host from picked`.execute(trx);
  return rows.map(({ host }) => host);
}

/** Ranks a host's waiting codes by what it looks like, or ends them; or has it looked at again later. */
export async function noteHostLook(
  db: Db,
  host: string,
  found: 'account' | 'unknown' | 'foreign' | { againInSeconds: number },
): Promise<void> {
  const after = typeof found === 'object' ? found.againInSeconds : 0;
  await db
    .updateTable('installCodes')
    .set(
      found === 'foreign'
        ? ended('failed', 'not_an_account')
        : {
            hostCheck: typeof found === 'object' ? null : found,
            leaseUntil: sql<Date>`now() + make_interval(secs => ${after})`,
          },
    )
    .where('host', '=', host)
    .where(isUnseen)
    .execute();
}

/** What the job of a picked code needs; undefined when the code is over, or the selection's again. */
export async function openInstallCode(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<OpenCode | undefined> {
  const row = await db
    .selectFrom('installCodes')
    .selectAll()
    .select(isVouched.as('isVouched'))
    .where('id', '=', id)
    .where(isOpen)
    .whereRef('leaseUntil', '=', 'expiresAt')
    .executeTakeFirst();
  if (!row) return undefined;
  const open = (sealed: string | null, column: 'code' | 'tokens') =>
    sealed === null ? undefined : secrets.tryUnseal(sealed, contextOf(id, column));
  const tokens = open(row.tokens, 'tokens');
  return {
    ...row,
    code: open(row.code, 'code'),
    tokens: tokens === undefined ? undefined : parseTokens(tokens),
    expected:
      row.expectedAccountId === null || row.userId === null
        ? undefined
        : { accountId: row.expectedAccountId, userId: row.userId },
  };
}

/**
 * Keeps Kommo's answer before anything is done with it, so that a crash cannot lose it. Even if the job was taken
 * over and the code has failed there: the one that has the tokens is right.
 */
export async function keepExchangedTokens(
  db: Db,
  secrets: Secrets,
  id: string,
  tokens: TokenPair,
): Promise<void> {
  await db
    .updateTable('installCodes')
    .set({
      state: 'exchanged',
      code: null,
      tokens: secrets.seal(JSON.stringify(tokens), contextOf(id, 'tokens')),
    })
    .where('id', '=', id)
    .where('state', '!=', 'done')
    .execute();
}

/** Hands a code back to the selection, from then on. */
export async function postponeInstallCode(db: Db, id: string, afterSeconds: number): Promise<void> {
  await db
    .updateTable('installCodes')
    .set({
      state: sql<'pending'>`case when state = 'exchanging' then 'pending' else state end`,
      leaseUntil: sql<Date>`now() + make_interval(secs => ${afterSeconds})`,
    })
    .where('id', '=', id)
    .where('state', 'in', OPEN)
    .execute();
}

/** @returns false when the grant of this code was stored before */
export async function finishInstallCode(trx: Trx, id: string): Promise<boolean> {
  const row = await trx
    .updateTable('installCodes')
    .set(ended('done', null))
    .where('id', '=', id)
    .where('state', '!=', 'done')
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends a code for good. The hash stays, so that the same call is not tried again. */
export async function failInstallCode(db: Db, id: string, failure: string): Promise<void> {
  await db
    .updateTable('installCodes')
    .set(ended('failed', failure))
    .where('id', '=', id)
    .where('state', 'in', OPEN)
    .execute();
}

/** How the exchange of a code stands. */
export async function findInstallResult(
  db: Db,
  id: string,
): Promise<'open' | 'done' | 'failed' | Mismatch> {
  const row = await db
    .selectFrom('installCodes')
    .select(['state', 'failure'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return 'failed';
  const { state, failure } = row;
  if (state !== 'failed') return state === 'done' ? 'done' : 'open';
  return failure === 'other_account' || failure === 'other_user' ? failure : 'failed';
}

/** Makes room: drops the oldest of the codes that nobody vouches for and nobody works on. */
export async function dropExcessInstallCodes(db: Db): Promise<void> {
  const isUnproven = sql`state = 'pending' and proven_at is null and expected_account_id is null`;
  await sql`
    delete from install_codes where ${isUnproven} and id in (
      select id from (
        select id, row_number() over (partition by host order by received_at desc) as place_of_host,
          row_number() over (order by host_check = 'account' desc nulls last, received_at desc) as place
        from install_codes where ${isUnproven}
      ) as unproven
      where place_of_host > ${MOST_OF_HOST}::int or place > ${MOST_OPEN}::int
    )`.execute(db);
}

/** Ends codes that Kommo would not accept any more, and forgets old rows and what was never tried. */
export async function purgeInstallCodes(db: Db): Promise<number> {
  const isOver = sql<boolean>`state in ('pending', 'exchanging', 'exchanged') and expires_at <= now()`;
  const untried = await deleteInBatches(db, 'installCodes', sql`${isOver} and calls = 0`);
  await db.updateTable('installCodes').set(ended('failed', 'expired')).where(isOver).execute();
  return (
    untried +
    (await deleteInBatches(db, 'installCodes', sql`expires_at < now() - interval '1 day'`))
  );
}

/** An ended code keeps no secret. */
function ended<State extends 'done' | 'failed'>(state: State, failure: string | null) {
  return { state, failure, code: null, tokens: null, leaseUntil: null };
}

function parseTokens(json: string): TokenPair {
  const tokens: Omit<TokenPair, 'expiresAt'> & { expiresAt: string } = JSON.parse(json);
  return { ...tokens, expiresAt: new Date(tokens.expiresAt) };
}

function contextOf(id: string, column: 'code' | 'tokens'): SealContext {
  return `install_codes:${id}:${column}`;
}
