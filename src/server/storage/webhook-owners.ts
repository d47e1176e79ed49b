import { sql } from 'kysely';
import { LIVE, openWebhookSecret } from './attempts.ts';
import { openSecrets } from './channels.ts';
import type { Db } from './database.ts';
import { isRowId } from './row-id.ts';
import type { Secrets } from './secrets.ts';

/** Who a webhook address was given for, with what its events are proven by. Never log one. */
export interface WebhookOwner {
  /** Id of the channel, or of the open attempt that may become one. */
  id: string;
  /** Undefined when it cannot be opened: nothing can be proven then. */
  webhookSecret: string | undefined;
  /** Undefined for an attempt: nobody is signed in yet; and when they cannot be opened. */
  credentials: Record<string, unknown> | undefined;
}

/**
 * The channel or the open attempt of a webhook address, in one query; undefined for an address nobody was
 * given, or whose install epoch has ended.
 */
export async function findWebhookOwner(
  db: Db,
  secrets: Secrets,
  id: string,
  connector: string,
): Promise<WebhookOwner | undefined> {
  if (!isRowId(id)) return undefined;
  const row = await db
    .selectFrom('attempts')
    .select([sql<string | null>`null::text`.as('credentials'), 'webhook_secret'])
    .where('id', '=', id)
    .where('connector', '=', connector)
    .where('state', 'in', LIVE)
    // One to sign a channel in again goes by the channel's address.
    .where('channel_id', 'is', null)
    .unionAll(
      db
        .selectFrom('channels')
        .innerJoin('accounts', 'accounts.id', 'channels.account_id')
        .select(['channels.credentials', 'channels.webhook_secret'])
        .where('channels.id', '=', id)
        .where('channels.connector', '=', connector)
        .whereRef('channels.epoch', '=', 'accounts.epoch'),
    )
    .executeTakeFirst();
  if (!row || row.webhook_secret === null) return undefined;
  if (row.credentials === null) {
    const webhookSecret = openWebhookSecret(secrets, id, row.webhook_secret);
    return { id, webhookSecret, credentials: undefined };
  }
  const { credentials, webhook_secret } = row;
  const opened = openSecrets(secrets, { id, credentials, webhook_secret });
  return { id, webhookSecret: opened.webhookSecret, credentials: opened.credentials };
}
