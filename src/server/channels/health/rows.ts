import { sql } from 'kysely';
import type { ChannelOptions } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';
import { gathered } from '../../platform/database/gathered.ts';
import { prepared } from '../../platform/database/prepared.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import { LIVE, openWebhookSecret } from '../attempts/rows.ts';
import { CHANNEL_COLUMNS, isRowId, openSecrets, type StoredChannel, toChannel } from '../rows.ts';

/**
 * Records how a channel is doing, unless it was signed in again after `asOf`: an older answer says nothing about
 * the new session. `credentials` are given when asking renewed them.
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
  await db
    .updateTable('channels')
    .set({
      status: health.status,
      statusReason: health.statusReason,
      ...(health.credentials && {
        credentials: secrets.seal(JSON.stringify(health.credentials), `channels:${id}:credentials`),
      }),
    })
    .where('id', '=', id)
    .where('status', '!=', 'paused')
    .where((where) =>
      where.or([where('checkedAt', 'is', null), where('checkedAt', '<=', health.asOf)]),
    )
    .execute();
}

/** Claims channels of one service whose last check is older than `before`, so that no other replica asks about them. */
export async function claimChannelsToCheck(
  db: Db,
  claim: { connector: string; before: Date; now: Date; limit: number },
): Promise<StoredChannel[]> {
  const due = db
    .selectFrom('channels')
    .innerJoin('accounts', 'accounts.id', 'channels.accountId')
    .select('channels.id')
    .where('channels.connector', '=', claim.connector)
    .where('channels.checkedAt', '<', claim.before)
    .where('channels.status', '!=', 'paused')
    .whereRef('channels.epoch', '=', 'accounts.epoch')
    .orderBy('channels.checkedAt')
    .limit(claim.limit)
    .forUpdate('channels')
    .skipLocked();
  const rows = await db
    .updateTable('channels')
    .set({ checkedAt: claim.now })
    .where('id', 'in', due)
    .where('checkedAt', '<', claim.before)
    .returning(CHANNEL_COLUMNS)
    .execute();
  return rows.map(toChannel);
}

/** Has these channels checked with the next round, by whoever takes them: one at a time, for asking may renew a grant. */
export async function makeChecksDue(db: Db, ids: readonly string[]): Promise<void> {
  await db
    .updateTable('channels')
    .set({ checkedAt: new Date(0) })
    .where('id', 'in', ids)
    .where('status', '!=', 'paused')
    .execute();
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
      channels.account_id, channels.epoch, channels.external_id, channels.options
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
      attempts.account_id, attempts.epoch, '' as external_id, '{}'::jsonb as options
    from asked join attempts on attempts.id = asked.id and attempts.connector = asked.connector
    -- An attempt to sign a channel in again uses the channel's address.
    where attempts.state in (${LIVE_STATES}) and attempts.channel_id is null
    union all
    select channels.id, channels.connector, channels.credentials, channels.webhook_secret,
      channels.account_id, channels.epoch, channels.external_id, channels.options
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
