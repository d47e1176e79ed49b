import type { LinkedAccount } from '../../contract/api.ts';
import { type ChannelSecrets, sealedColumns } from './channels.ts';
import type { Trx } from './database.ts';
import type { Secrets } from './secrets.ts';

/** Who is signed in, as a connector reports it. */
export interface SignedIn {
  account: LinkedAccount;
  phone: string;
  secrets: ChannelSecrets;
  keyEnding: string | undefined;
  now: Date;
}

/**
 * Adds a channel in the lowest free slot. Call with the account locked. False when `max` channels exist:
 * the slot, unique and at most 50 in the database, holds the limit even if a lock were forgotten.
 */
export async function insertChannel(
  trx: Trx,
  secrets: Secrets,
  channel: SignedIn & {
    id: string;
    accountId: number;
    epoch: number;
    connector: string;
    pipelineIds: number[];
  },
  max: number,
): Promise<boolean> {
  const taken = await trx
    .selectFrom('channels')
    .select('slot')
    .where('account_id', '=', channel.accountId)
    .execute();
  if (taken.length >= max) return false;
  const slots = new Set(taken.map((row) => row.slot));
  let slot = 1;
  while (slots.has(slot)) slot += 1;
  await trx
    .insertInto('channels')
    .values({
      id: channel.id,
      account_id: channel.accountId,
      epoch: channel.epoch,
      slot,
      connector: channel.connector,
      name: channel.account.name.trim().slice(0, 100) || channel.connector,
      pipeline_ids: JSON.stringify(channel.pipelineIds),
      status: 'connected',
      checked_at: channel.now,
      created_at: channel.now,
      ...signedInColumns(secrets, channel.id, channel),
    })
    .execute();
  return true;
}

/** Puts another sign-in in place of a channel's own; name and pipelines stay. */
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
      status_reason: null,
      checked_at: signedIn.now,
    })
    .where('id', '=', id)
    .execute();
}

function signedInColumns(secrets: Secrets, id: string, signedIn: SignedIn) {
  const { account, phone, secrets: own, keyEnding, now } = signedIn;
  return {
    key_ending: keyEnding ?? null,
    key_set_at: keyEnding === undefined ? null : now,
    external_id: account.external_id,
    account_name: account.name,
    handle: account.handle,
    avatar_url: account.avatar_url ?? null,
    phone,
    ...sealedColumns(secrets, id, own),
  };
}
