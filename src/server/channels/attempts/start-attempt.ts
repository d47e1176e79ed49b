import { randomUUID } from 'node:crypto';
import type { StartAttempt, StartedAttempt } from '../../../contract/api.ts';
import type { AuthKind } from '../../../contract/connectors.ts';
import type { Caller } from '../../accounts/caller.ts';
import { requireActiveAccount } from '../../accounts/install-state.ts';
import type { Account } from '../../accounts/rows.ts';
import type { Connector } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { hashKey, newKey } from '../../platform/bearer-key.ts';
import { lockAccount } from '../../platform/database/account-lock.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { isAtLimit } from '../channels.ts';
import { reasonOf, toCredentialsError, toolsForAttempt, webhookIdOf } from '../connector-tools.ts';
import { findChannel, findChannelSecrets, listChannels } from '../rows.ts';
import { signOutLater } from '../sign-outs/sign-out.ts';
import { endAttempt, endAttemptById } from './end-attempt.ts';
import { viewAttempt } from './read-attempt.ts';
import {
  changeAttempt,
  findAttempt,
  insertAttempt,
  lockReplacedAttempts,
  type NewAttempt,
  type StoredAttempt,
  wasAccountLeft,
} from './rows.ts';

/** A QR sign-in takes longer: the phone may be in another room. */
const LIFETIME_MS: Record<AuthKind, number> = {
  oauth: 10 * 60_000,
  api_key: 10 * 60_000,
  qr: 15 * 60_000,
};

/**
 * Begins to connect a chat account, or to sign a channel in again. Older open attempts for the same channel, or by
 * the same user with the same service, end as superseded.
 *
 * @param openerOrigin exact origin of the Kommo page, the only one the callback page posts to
 * @throws AppError `validation_failed`, `not_found`, `channel_limit_reached`, `kommo_reauthorize`, or what
 *   the chat service answered
 */
export async function startAttempt(
  context: Context,
  caller: Caller,
  input: StartAttempt,
  openerOrigin: string,
): Promise<StartedAttempt> {
  const account = await requireActiveAccount(context, caller);
  const connector = context.connectors.find(input.connector);
  if (!connector) throw invalid('connector', 'unknown');
  const channelId = input.channel_id ?? null;
  const webhookSecret =
    channelId === null
      ? await newChannelSecret(context, account, connector.id)
      : await secretOfChannel(context, account, channelId, connector);
  const key = newKey();
  const oauthState = connector.auth === 'oauth' ? newKey() : null;
  const now = context.now();
  const row: NewAttempt = {
    id: randomUUID(),
    accountId: account.id,
    epoch: account.epoch,
    userId: caller.userId,
    connector: connector.id,
    auth: connector.auth,
    channelId,
    keyHash: hashKey(key),
    oauthStateHash: oauthState === null ? null : hashKey(oauthState),
    openerOrigin,
    webhookSecret,
    expiresAt: new Date(now.getTime() + LIFETIME_MS[connector.auth]),
    now,
  };
  const opened = await open(context, row);
  const attempt = await begin(context, connector, opened, oauthState);
  return { attempt: await viewAttempt(context, attempt), attempt_key: key };
}

function invalid(path: string, code: string): AppError {
  return new AppError('validation_failed', { fields: [{ path, code }] });
}

async function newChannelSecret(
  context: Context,
  account: Account,
  connector: string,
): Promise<string> {
  const channels = await listChannels(context.db, account.id, account.epoch);
  if (isAtLimit(context.config, channels, connector)) throw new AppError('channel_limit_reached');
  return newKey();
}

async function secretOfChannel(
  context: Context,
  account: Account,
  id: string,
  connector: Connector,
): Promise<string> {
  const channel = await findChannel(context.db, {
    id,
    accountId: account.id,
    epoch: account.epoch,
  });
  const secrets = channel && (await findChannelSecrets(context.db, context.secrets, id));
  if (!secrets) throw new AppError('not_found');
  if (channel.connector !== connector.id) throw invalid('channel_id', 'other_connector');
  // It is shown, so whoever saw the old one must not know the new one.
  if (connector.auth === 'api_key' && connector.showsWebhook) return newKey();
  return secrets.webhookSecret ?? newKey();
}

async function open(context: Context, row: NewAttempt): Promise<StoredAttempt> {
  await transaction(context.db, async (trx) => {
    const account = await lockAccount(trx, row.accountId);
    if (account?.epoch !== row.epoch) throw new AppError('not_found');
    for (const replaced of await lockReplacedAttempts(trx, context.secrets, row)) {
      await endAttempt(trx, context, replaced, { state: 'cancelled', reason: 'superseded' });
    }
    await insertAttempt(trx, context.secrets, row);
  });
  return getAttempt(context, row.id);
}

async function begin(
  context: Context,
  connector: Connector,
  attempt: StoredAttempt,
  oauthState: string | null,
): Promise<StoredAttempt> {
  const tools = toolsForAttempt(context, attempt);
  const now = context.now();
  try {
    switch (connector.auth) {
      case 'api_key':
        return await change(context, attempt.id, { state: 'waiting', now });
      case 'oauth': {
        const isFurther = await mayWantToChoose(context, attempt);
        const { authorizeUrl, session } = await connector.begin(tools, oauthState ?? '', {
          isFurther,
        });
        return await change(context, attempt.id, {
          state: 'waiting',
          shown: { authorizeUrl },
          session,
          now,
        });
      }
      case 'qr': {
        const session = await connector.begin(tools, attempt.id);
        const begun = await changeAttempt(context.db, context.secrets, attempt.id, {
          session,
          now,
        });
        if (begun) return begun;
        // Superseded or cancelled while the service was opening the session.
        await abandonLater(context, attempt, session);
        return await getAttempt(context, attempt.id);
      }
    }
  } catch (error) {
    await endAttemptById(context, attempt.id, { state: 'failed', reason: reasonOf(error) });
    throw toCredentialsError(error);
  }
}

/**
 * Whether the account that is signed in at the service may not be the one that is meant: another one is connected
 * already, or the last sign-in found one that was not connected.
 */
async function mayWantToChoose(context: Context, attempt: StoredAttempt): Promise<boolean> {
  const channels = await listChannels(context.db, attempt.accountId, attempt.epoch);
  const isFurther = channels.some(
    ({ id, connector }) => connector === attempt.connector && id !== attempt.channelId,
  );
  return isFurther || (await wasAccountLeft(context.db, attempt));
}

async function change(
  context: Context,
  id: string,
  to: Parameters<typeof changeAttempt>[3],
): Promise<StoredAttempt> {
  const changed = await changeAttempt(context.db, context.secrets, id, to);
  return changed ?? getAttempt(context, id);
}

async function getAttempt(context: Context, id: string): Promise<StoredAttempt> {
  const attempt = await findAttempt(context.db, context.secrets, id);
  if (!attempt) throw new AppError('not_found');
  return attempt;
}

async function abandonLater(
  context: Context,
  attempt: StoredAttempt,
  session: Record<string, unknown>,
): Promise<void> {
  await transaction(context.db, (trx) =>
    signOutLater(trx, context, {
      accountId: attempt.accountId,
      connector: attempt.connector,
      kind: 'abandon',
      externalId: null,
      webhookId: webhookIdOf(attempt),
      webhookSecret: attempt.webhookSecret ?? '',
      content: session,
    }),
  );
}
