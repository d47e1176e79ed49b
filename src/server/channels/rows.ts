import { type Selectable, sql } from 'kysely';
import type { LinkedAccount } from '../../contract/api.ts';
import type { Db, Trx } from '../platform/database/database.ts';
import { columnList, prepared } from '../platform/database/prepared.ts';
import { newPass, type ResealPass, reseal } from '../platform/database/reseal.ts';
import type { ChannelsTable } from '../platform/database/schema.ts';
import type { SealContext, Secrets } from '../platform/database/secrets.ts';
import { shownPhone } from './shown-account.ts';

/** What signs us in at the chat service, and what proves its events. */
export interface ChannelSecrets {
  credentials: Record<string, unknown>;
  webhookSecret: string;
}

/** What a `StoredChannel` is read from: everything but the secrets, which few callers need. */
export const CHANNEL_COLUMNS = [
  'channels.id',
  'channels.accountId',
  'channels.epoch',
  'channels.connector',
  'channels.externalId',
  'channels.accountName',
  'channels.handle',
  'channels.pictureMark',
  'channels.pictureAt',
  'channels.keyEnding',
  'channels.keySetAt',
  'channels.phone',
  'channels.name',
  'channels.pipelineIds',
  'channels.status',
  'channels.statusReason',
  'channels.options',
  'channels.isSaved',
  'channels.checkedAt',
  'channels.statusAt',
  'channels.createdAt',
] as const;

type ChannelColumn = (typeof CHANNEL_COLUMNS)[number] extends `channels.${infer Name}`
  ? Name
  : never;

type ChannelRow = Pick<Selectable<ChannelsTable>, ChannelColumn>;

/** A channel without its secrets. */
export interface StoredChannel
  extends Omit<ChannelRow, 'externalId' | 'accountName' | 'handle' | 'keyEnding' | 'keySetAt'> {
  account: LinkedAccount;
  /** Present where a list of channels was asked for. */
  figures?: MessageFigures;
}

/** How a channel's messages are doing. */
export interface MessageFigures {
  lastReceivedAt: Date | null;
  lastSentAt: Date | null;
  /** Both up to `MOST_COUNTED`. */
  pending: number;
  undelivered: number;
}

const COLUMNS = columnList(CHANNEL_COLUMNS);

/** Beyond this, a figure says "many". */
const MOST_COUNTED = 1_000;

const counted = (states: string) => `(select count(*)::integer from (
    select from messages where messages.channel_id = channels.id and messages.state in (${states})
    limit ${MOST_COUNTED}) as open)`;

/** How a channel's messages are doing, as columns of a query of `channels`. Each is a few steps in an index. */
export const FIGURES = sql.raw(`(select max(messages.stored_at) from messages
    where messages.channel_id = channels.id and messages.direction = 'in') as last_received_at,
  (select messages.stored_at from messages
    where messages.channel_id = channels.id and messages.direction = 'out'
      and messages.state in ('sent', 'delivered', 'read')
    order by messages.stored_at desc limit 1) as last_sent_at,
  ${counted("'waiting', 'sending'")} as pending, ${counted("'failed'")} as undelivered`);

type FiguresRow = ChannelRow & MessageFigures;

/** Channels of the account in this install epoch, oldest first. */
export async function listChannels(
  db: Db,
  accountId: number,
  epoch: number,
): Promise<StoredChannel[]> {
  const { rows } = await sql<FiguresRow>`${prepared('channels')}
    select ${COLUMNS}, ${FIGURES} from channels
    where channels.account_id = ${accountId} and channels.epoch = ${epoch}
    order by channels.created_at, channels.slot`.execute(db);
  return rows.map(toListedChannel);
}

/** The same with the id of the default channel, in one statement. */
export async function listChannelsWithDefault(
  db: Db,
  accountId: number,
  epoch: number,
): Promise<{ channels: StoredChannel[]; defaultChannelId: string | null }> {
  const { rows } = await sql<FiguresRow & { defaultChannelId: string | null }>`
    ${prepared('channels-with-default')}
    select ${COLUMNS}, ${FIGURES}, settings.default_channel_id from channels
    left join settings on settings.account_id = channels.account_id and settings.epoch = channels.epoch
    where channels.account_id = ${accountId} and channels.epoch = ${epoch}
    order by channels.created_at, channels.slot`.execute(db);
  return {
    channels: rows.map(toListedChannel),
    defaultChannelId: rows[0]?.defaultChannelId ?? null,
  };
}

/** Undefined for an id that is unknown, belongs to another account, or to an ended epoch. */
export async function findChannel(
  db: Db,
  key: { id: string; accountId: number; epoch: number },
): Promise<StoredChannel | undefined> {
  if (!isRowId(key.id)) return undefined;
  const row = await db
    .selectFrom('channels')
    .select(CHANNEL_COLUMNS)
    .where('id', '=', key.id)
    .where('accountId', '=', key.accountId)
    .where('epoch', '=', key.epoch)
    .executeTakeFirst();
  return row && toChannel(row);
}

/** Whether this chat account is connected anywhere: ending its session would end that channel too. */
export async function isConnectedAnywhere(
  db: Db,
  connector: string,
  externalId: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('channels')
    .select('id')
    .where('connector', '=', connector)
    .where('externalId', '=', externalId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether another Kommo account has this chat account too. */
export async function isConnectedElsewhere(
  db: Db,
  accountId: number,
  connector: string,
  externalId: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('channels')
    .innerJoin('accounts', 'accounts.id', 'channels.accountId')
    .select('channels.id')
    .where('channels.connector', '=', connector)
    .where('channels.externalId', '=', externalId)
    .where('channels.accountId', '!=', accountId)
    .whereRef('channels.epoch', '=', 'accounts.epoch')
    .executeTakeFirst();
  return row !== undefined;
}

/** A channel's secrets, as far as they can be opened; undefined when the channel is gone. */
export async function findChannelSecrets(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<Partial<ChannelSecrets> | undefined> {
  const row = await db
    .selectFrom('channels')
    .select(['credentials', 'webhookSecret'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row && openSecrets(secrets, { id, ...row });
}

export async function deleteChannel(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('channels').where('id', '=', id).execute();
}

/** @returns the ids of the channels that outlived their install epoch, gone now */
export async function deleteChannelsOfEpochs(
  trx: Trx,
  accountId: number,
  upToEpoch: number,
): Promise<string[]> {
  const rows = await trx
    .deleteFrom('channels')
    .where('accountId', '=', accountId)
    .where('epoch', '<=', upToEpoch)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/** Channels that outlived their install epoch. */
export async function listEndedChannels(
  db: Db,
  accountId: number,
  upToEpoch: number,
): Promise<StoredChannel[]> {
  const rows = await db
    .selectFrom('channels')
    .select(CHANNEL_COLUMNS)
    .where('accountId', '=', accountId)
    .where('epoch', '<=', upToEpoch)
    .execute();
  return rows.map(toChannel);
}

/** A row's secrets, as far as they can be opened. */
export function openSecrets(
  secrets: Secrets,
  row: { id: string; credentials: string; webhookSecret: string },
): Partial<ChannelSecrets> {
  const credentials = secrets.tryUnseal(row.credentials, place(row.id, 'credentials'));
  return {
    ...(credentials !== undefined && { credentials: JSON.parse(credentials) }),
    webhookSecret: secrets.tryUnseal(row.webhookSecret, place(row.id, 'webhook_secret')),
  };
}

function sealedColumns(secrets: Secrets, id: string, own: ChannelSecrets) {
  return {
    credentials: secrets.seal(JSON.stringify(own.credentials), place(id, 'credentials')),
    webhookSecret: secrets.seal(own.webhookSecret, place(id, 'webhook_secret')),
  };
}

function place(id: string, column: 'credentials' | 'webhook_secret'): SealContext {
  return `channels:${id}:${column}`;
}

function toListedChannel(row: FiguresRow): StoredChannel {
  const { lastReceivedAt, lastSentAt, pending, undelivered, ...channel } = row;
  return { ...toChannel(channel), figures: { lastReceivedAt, lastSentAt, pending, undelivered } };
}

export function toChannel(row: ChannelRow): StoredChannel {
  const { externalId, accountName, handle, keyEnding, keySetAt, ...channel } = row;
  const account = {
    external_id: externalId,
    name: accountName,
    handle,
    ...(keyEnding !== null &&
      keySetAt !== null && {
        credential_hint: { last4: keyEnding, set_at: keySetAt.toISOString() },
      }),
  };
  return { ...channel, account };
}

/** Seals credentials again that were sealed under an older key; see reseal.ts. @returns how many */
export function resealChannels(
  db: Db,
  secrets: Secrets,
  limit: number,
  pass: ResealPass = newPass(),
): Promise<number> {
  const columns = ['credentials', 'webhook_secret'] satisfies Parameters<typeof place>[1][];
  return reseal(db, secrets, { table: 'channels', id: 'id', columns }, limit, pass);
}

/** Who is signed in, as a connector reports it. */
export interface SignedIn {
  account: LinkedAccount;
  avatarUrl?: string | undefined;
  phone: string;
  secrets: ChannelSecrets;
  keyEnding: string | undefined;
  now: Date;
}

/**
 * Adds a channel in the lowest free slot. Call with the account locked. False when there are `max` channels
 * already: slots are unique and at most 50 in the database, which keeps the limit even if a lock were forgotten.
 */
export async function insertChannel(
  trx: Trx,
  secrets: Secrets,
  channel: SignedIn &
    Pick<StoredChannel, 'id' | 'accountId' | 'epoch' | 'connector' | 'pipelineIds'>,
  max: number,
): Promise<boolean> {
  const taken = await trx
    .selectFrom('channels')
    .select('slot')
    .where('accountId', '=', channel.accountId)
    .execute();
  if (taken.length >= max) return false;
  const slots = new Set(taken.map((row) => row.slot));
  let slot = 1;
  while (slots.has(slot)) slot += 1;
  await trx
    .insertInto('channels')
    .values({
      id: channel.id,
      accountId: channel.accountId,
      epoch: channel.epoch,
      slot,
      connector: channel.connector,
      name: shownPhone(channel.account.name.trim()).slice(0, 100) || channel.connector,
      pipelineIds: JSON.stringify(channel.pipelineIds),
      status: 'connected',
      checkedAt: channel.now,
      statusAt: channel.now,
      createdAt: channel.now,
      ...signedInColumns(secrets, channel.id, channel),
    })
    .execute();
  return true;
}

/** Replaces a channel's sign-in; its name and pipelines stay. The picture may be another one now. */
export async function replaceSignIn(
  trx: Trx,
  secrets: Secrets,
  id: string,
  signedIn: SignedIn,
): Promise<void> {
  await trx
    .updateTable('channels')
    .set({
      ...signedInColumns(secrets, id, signedIn),
      status: 'connected',
      statusReason: null,
      checkedAt: signedIn.now,
      statusAt: signedIn.now,
      checkDueAt: null,
    })
    .where('id', '=', id)
    .execute();
  await trx.deleteFrom('pictures').where('channelId', '=', id).execute();
}

function signedInColumns(secrets: Secrets, id: string, signedIn: SignedIn) {
  const { account, avatarUrl, phone, secrets: own, keyEnding, now } = signedIn;
  return {
    keyEnding: keyEnding ?? null,
    keySetAt: keyEnding === undefined ? null : now,
    externalId: account.external_id,
    accountName: account.name,
    handle: account.handle,
    avatarUrl: avatarUrl ?? null,
    pictureMark: null,
    pictureAt: null,
    phone,
    ...sealedColumns(secrets, id, own),
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether a text from outside can be the id of one of our rows. The database would refuse any other text with an
 * error, instead of finding nothing.
 */
export function isRowId(text: string): boolean {
  return UUID.test(text);
}

/** How many channels there are, by service and status. Reads all of them: not for every request. */
export async function countChannels(
  db: Db,
): Promise<{ service: string; status: string; count: number }[]> {
  const { rows } = await sql<{ service: string; status: string; count: number }>`
    select connector as service, status, count(*)::integer as count
    from channels join accounts on accounts.id = channels.account_id and accounts.epoch = channels.epoch
    group by connector, status`.execute(db);
  return rows;
}
