import { sql } from 'kysely';
import type { ChannelOptions } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';
import { gathered } from '../../platform/database/gathered.ts';
import { prepared } from '../../platform/database/prepared.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import { LIVE, openWebhookSecret } from '../attempts/rows.ts';
import { CHANNEL_COLUMNS, isRowId, openSecrets, type StoredChannel, toChannel } from '../rows.ts';

/**
 * Records how a channel is doing as of `asOf`, unless something newer is known: an older answer says nothing about a
 * new session, and what the service told meanwhile stays. `credentials` are given when asking renewed them; they count
 * also for a channel that was paused meanwhile, which stays so.
 */
export async function storeHealth(
  db: Db,
  secrets: Secrets,
  id: string,
  health: Pick<StoredChannel, 'status' | 'statusReason'> & {
    credentials?: Record<string, unknown>;
    asOf: Date;
  },
): Promise<void> {
  const { asOf, credentials } = health;
  const own = db
    .updateTable('channels')
    .where('id', '=', id)
    .where((where) => where.or([where('checkedAt', 'is', null), where('checkedAt', '<=', asOf)]));
  if (credentials) {
    // Whatever else is known by now: those before them may be worth nothing any more.
    const sealed = secrets.seal(JSON.stringify(credentials), `channels:${id}:credentials`);
    await own.set({ credentials: sealed }).execute();
  }
  await own
    .set({ status: health.status, statusReason: health.statusReason, statusAt: asOf })
    .where('status', '!=', 'paused')
    .where((where) => where.or([where('statusAt', 'is', null), where('statusAt', '<=', asOf)]))
    .execute();
}

/** Channels of one service that somebody takes to check. */
interface CheckClaim {
  connector: string;
  now: Date;
  limit: number;
}

/** Claims channels of one service whose last check is older than `before`, so that no other replica asks about them. */
export function claimChannelsToCheck(
  db: Db,
  claim: CheckClaim & { before: Date },
): Promise<StoredChannel[]> {
  const due = checkable(db, claim.connector)
    .where('channels.checkedAt', '<', claim.before)
    .orderBy('channels.checkedAt');
  return claimChecks(db, due, claim);
}

/** The services that have channels which somebody waits to have checked. */
export async function listServicesAskedFor(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('channels')
    .select('connector')
    .distinct()
    .where('checkDueAt', 'is not', null)
    .execute();
  return rows.map(({ connector }) => connector);
}

/** Claims channels of one service that somebody waits to have checked, unless they were asked about after `before`. */
export function claimChecksAskedFor(
  db: Db,
  claim: CheckClaim & { before: Date },
): Promise<StoredChannel[]> {
  const due = checkable(db, claim.connector)
    .where('channels.checkDueAt', 'is not', null)
    .where((where) =>
      where.or([
        where('channels.checkedAt', 'is', null),
        where('channels.checkedAt', '<', claim.before),
      ]),
    )
    .orderBy('channels.checkDueAt');
  return claimChecks(db, due, claim);
}

function checkable(db: Db, connector: string) {
  return db
    .selectFrom('channels')
    .innerJoin('accounts', 'accounts.id', 'channels.accountId')
    .select('channels.id')
    .where('channels.connector', '=', connector)
    .where('channels.status', '!=', 'paused')
    .whereRef('channels.epoch', '=', 'accounts.epoch');
}

async function claimChecks(
  db: Db,
  due: ReturnType<typeof checkable>,
  { now, limit, before }: CheckClaim & { before: Date },
): Promise<StoredChannel[]> {
  const rows = await db
    .updateTable('channels')
    .set({ checkedAt: now, checkDueAt: null })
    .where('id', 'in', due.limit(limit).forUpdate('channels').skipLocked())
    .where((where) => where.or([where('checkedAt', 'is', null), where('checkedAt', '<', before)]))
    .returning(CHANNEL_COLUMNS)
    .execute();
  return rows.map(toChannel);
}

/** Has these channels checked as soon as one of the workers can: one at a time, for asking may renew a grant. */
export async function makeChecksDue(db: Db, ids: readonly string[], now: Date): Promise<void> {
  await db
    .updateTable('channels')
    .set({ checkDueAt: now })
    .where('id', 'in', ids)
    .where('status', '!=', 'paused')
    .execute();
}

/** The same for all channels of these installs that nobody asked about since `before`. */
export async function makeOldChecksDue(
  db: Db,
  installs: readonly { accountId: number; epoch: number }[],
  { before, now }: { before: Date; now: Date },
): Promise<void> {
  const column = (name: 'accountId' | 'epoch') => installs.map((install) => install[name]);
  await sql`
    update channels set check_due_at = ${now}::timestamptz
    where id in (
      select channels.id
      from unnest(${column('accountId')}::bigint[], ${column('epoch')}::integer[]) as watched (account_id, epoch)
      join channels on channels.account_id = watched.account_id and channels.epoch = watched.epoch
      where channels.status <> 'paused' and channels.check_due_at is null
        and (channels.checked_at is null or channels.checked_at < ${before}::timestamptz)
      -- One that is being written to is looked at again in a moment.
      for no key update of channels skip locked)`.execute(db);
}

/** Whom a webhook address was made for, and what proves its events. Never log one. */
export interface WebhookOwner {
  /** Id of the channel, or of the open attempt that may become one. */
  id: string;
  /** Undefined when it cannot be opened: then nothing can be proven. */
  webhookSecret: string | undefined;
  /** Undefined for an attempt, which has none yet, and when they cannot be opened. */
  credentials: Record<string, unknown> | undefined;
  /** Undefined for an attempt. */
  channel: OwnedChannel | undefined;
}

/** A channel as far as its events are concerned. */
export interface OwnedChannel {
  id: string;
  accountId: number;
  epoch: number;
  connector: string;
  externalId: string;
  options: ChannelOptions;
  isPaused: boolean;
}

/** Channels of these accounts of a service, whoever connected them, as long as their install lasts. */
export async function listChannelsOf(
  db: Db,
  secrets: Secrets,
  connector: string,
  externalIds: readonly string[],
): Promise<ChannelOwner[]> {
  return externalIds.length === 0 ? [] : listTogether(db, { connector, externalIds, secrets });
}

type ChannelOwner = WebhookOwner & { channel: OwnedChannel };

/** Accounts of one service, and what opens the secrets of their channels. */
interface AskedAccounts {
  connector: string;
  externalIds: readonly string[];
  secrets: Secrets;
}

type SealedOwner = OwnerRow & { credentials: string; webhookSecret: string };

const listTogether = gathered(listChannelsTogether);

async function listChannelsTogether(
  db: Db,
  asked: readonly AskedAccounts[],
): Promise<ChannelOwner[][]> {
  const accounts = new Map<string, { connector: string; id: string; secrets: Secrets }>();
  for (const { connector, externalIds, secrets } of asked) {
    for (const id of externalIds) {
      accounts.set(addressOf({ id, connector }), { connector, id, secrets });
    }
  }
  const column = (name: 'connector' | 'id') => [...accounts.values()].map((one) => one[name]);
  const { rows } = await sql<SealedOwner>`${prepared('channels-of-accounts')}
    select channels.id, channels.connector, channels.credentials, channels.webhook_secret,
      channels.account_id, channels.epoch, channels.external_id, channels.options,
      channels.status = 'paused' as is_paused
    from unnest(${column('connector')}::text[], ${column('id')}::text[]) as asked (connector, external_id)
    join channels on channels.connector = asked.connector and channels.external_id = asked.external_id
    join accounts on accounts.id = channels.account_id and accounts.epoch = channels.epoch
    where accounts.install_state <> 'disabled'
    order by channels.id`.execute(db);
  const owners = new Map<string, ChannelOwner[]>();
  for (const { id, credentials, webhookSecret, ...channel } of rows) {
    const place = addressOf({ connector: channel.connector, id: channel.externalId });
    const secrets = accounts.get(place)?.secrets;
    if (secrets === undefined) continue;
    const opened = openSecrets(secrets, { id, credentials, webhookSecret });
    const owner = {
      id,
      credentials: opened.credentials,
      webhookSecret: opened.webhookSecret,
      channel: { id, ...channel },
    };
    owners.set(place, [...(owners.get(place) ?? []), owner]);
  }
  return asked.map(({ connector, externalIds }) =>
    externalIds.flatMap((id) => owners.get(addressOf({ id, connector })) ?? []),
  );
}

/** A webhook address, and what opens its secrets. */
interface WebhookAddress {
  id: string;
  connector: string;
  secrets: Secrets;
}

interface OwnerRow extends Omit<OwnedChannel, 'id'> {
  id: string;
  credentials: string | null;
  webhookSecret: string | null;
}

/**
 * The channel or open attempt of a webhook address, in one query; undefined for an address we never gave out, or
 * whose install epoch has ended.
 */
export async function findWebhookOwner(
  db: Db,
  secrets: Secrets,
  id: string,
  connector: string,
): Promise<WebhookOwner | undefined> {
  return isRowId(id) ? findOwner(db, { id: id.toLowerCase(), connector, secrets }) : undefined;
}

const findOwner = gathered(findOwners);

const LIVE_STATES = sql.raw(LIVE.map((state) => `'${state}'`).join(', '));

async function findOwners(
  db: Db,
  addresses: readonly WebhookAddress[],
): Promise<(WebhookOwner | undefined)[]> {
  // Many events of one channel come at the same time: it is looked up, and its secrets are opened, once.
  const asked = new Map(addresses.map((one) => [addressOf(one), one]));
  const ids = [...asked.values()].map(({ id }) => id);
  const connectors = [...asked.values()].map(({ connector }) => connector);
  const { rows } = await sql<OwnerRow>`${prepared('webhook-owners')}
    with asked as (select id, connector from unnest(${ids}::uuid[], ${connectors}::text[]) as one (id, connector))
    select attempts.id, attempts.connector, null::text as credentials, attempts.webhook_secret,
      attempts.account_id, attempts.epoch, '' as external_id, '{}'::jsonb as options,
      false as is_paused
    from asked join attempts on attempts.id = asked.id and attempts.connector = asked.connector
    -- An attempt to sign a channel in again uses the channel's address.
    where attempts.state in (${LIVE_STATES}) and attempts.channel_id is null
    union all
    select channels.id, channels.connector, channels.credentials, channels.webhook_secret,
      channels.account_id, channels.epoch, channels.external_id, channels.options,
      channels.status = 'paused' as is_paused
    from asked join channels on channels.id = asked.id and channels.connector = asked.connector
    join accounts on accounts.id = channels.account_id and accounts.epoch = channels.epoch`.execute(
    db,
  );
  const owners = new Map<string, WebhookOwner>();
  for (const row of rows) {
    const place = addressOf(row);
    const { secrets } = asked.get(place) ?? {};
    const owner = secrets && ownerOf(secrets, row);
    if (owner && !owners.has(place)) owners.set(place, owner);
  }
  return addresses.map((one) => owners.get(addressOf(one)));
}

function addressOf({ id, connector }: { id: string; connector: string }): string {
  return `${connector} ${id}`;
}

function ownerOf(secrets: Secrets, row: OwnerRow): WebhookOwner | undefined {
  const { id, credentials, webhookSecret, ...channel } = row;
  if (webhookSecret === null) return undefined;
  if (credentials === null) {
    const opened = openWebhookSecret(secrets, id, webhookSecret);
    return { id, webhookSecret: opened, credentials: undefined, channel: undefined };
  }
  const opened = openSecrets(secrets, { id, credentials, webhookSecret });
  return {
    id,
    webhookSecret: opened.webhookSecret,
    credentials: opened.credentials,
    channel: { id, ...channel },
  };
}
