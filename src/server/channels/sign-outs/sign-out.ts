import { randomUUID } from 'node:crypto';
import { type Connector, ConnectorError } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import type { Trx } from '../../platform/database/database.ts';
import { type GoOn, JobLost, type Run } from '../../platform/jobs.ts';
import { SIGN_OUT } from '../../queues.ts';
import { toolsFor } from '../connector-tools.ts';
import { findChannelSecrets, isConnectedAnywhere, type StoredChannel } from '../rows.ts';
import {
  beginSignOut,
  type ClaimedSignOut,
  deleteSignOut,
  insertSignOut,
  type SignOut,
} from './rows.ts';

/** After this the secret is forgotten, whether or not the service could be told. */
const GIVE_UP_SECONDS = 3600;

const LONGEST_PAUSE_SECONDS = 300;

const UNREADABLE = 'a session cannot be ended, for its secret cannot be opened; it is given up';

/** Ends a session at its service as soon as this transaction has committed. */
export async function signOutLater(
  trx: Trx,
  context: Context,
  session: Omit<SignOut, 'id'>,
  giveUpSeconds = GIVE_UP_SECONDS,
): Promise<void> {
  const id = randomUUID();
  await insertSignOut(trx, context.secrets, { id, ...session, giveUpSeconds });
  await context.jobs.request(trx, SIGN_OUT, { signOutId: id, connector: session.connector });
}

/**
 * Ends a channel's session as `signOutLater` does, with its present credentials. If they cannot be opened, the
 * session is left to the service.
 */
export async function signOutChannelLater(
  trx: Trx,
  context: Context,
  channel: StoredChannel,
  giveUpSeconds?: number,
): Promise<void> {
  const secrets = await findChannelSecrets(trx, context.secrets, channel.id);
  if (!secrets) return;
  const { id, accountId, connector } = channel;
  if (!secrets.credentials) {
    context.log.error({ accountId, channelId: id, connector }, UNREADABLE);
    return;
  }
  const session = {
    accountId,
    connector,
    kind: 'unlink' as const,
    externalId: channel.account.external_id,
    webhookId: id,
    webhookSecret: secrets.webhookSecret ?? '',
    content: secrets.credentials,
  };
  await signOutLater(trx, context, session, giveUpSeconds);
}

/** Ends one session. A refusal of the service is tried again until the session is given up. */
export async function signOut(context: Context, id: string, run: Run): Promise<GoOn | undefined> {
  const session = await beginSignOut(context.db, context.secrets, id);
  if (!session) return undefined;
  if (!session.secrets) {
    const { accountId, connector, kind } = session;
    context.log.error({ signOutId: id, accountId, connector, kind }, UNREADABLE);
    await deleteSignOut(context.db, session.id);
    return undefined;
  }
  const connector = context.connectors.find(session.connector);
  try {
    if (connector && !(await isStillUsed(context, connector, session))) {
      await run.confirm();
      await endAtService(context, connector, { ...session, ...session.secrets });
    }
    await deleteSignOut(context.db, session.id);
    return undefined;
  } catch (error) {
    if (error instanceof JobLost) throw error;
    const details = {
      connector: session.connector,
      kind: session.kind,
      attempts: session.attempts,
    };
    if (session.secondsLeft <= 0) {
      context.log.error({ ...details, err: error }, 'a session could not be ended and is given up');
      await deleteSignOut(context.db, session.id);
      return undefined;
    }
    context.log.warn({ ...details, err: error }, 'a session could not be ended yet');
    // The last try comes at the moment the session is given up.
    const pause = pauseSeconds(error, session.attempts);
    return { againInSeconds: Math.min(pause, session.secondsLeft) };
  }
}

/**
 * One bot token or workspace grant may serve several channels, or the same channel again after a quick
 * reconnect: ending it would end them, too. A QR session belongs to one channel and is always ended.
 */
async function isStillUsed(
  context: Context,
  connector: Connector,
  { externalId }: ClaimedSignOut,
): Promise<boolean> {
  if (connector.auth === 'qr' || externalId === null) return false;
  return isConnectedAnywhere(context.db, connector.id, externalId);
}

async function endAtService(
  context: Context,
  connector: Connector,
  session: Pick<SignOut, 'kind' | 'webhookId' | 'webhookSecret' | 'content'>,
): Promise<void> {
  const tools = toolsFor(context, connector.id, {
    id: session.webhookId,
    secret: session.webhookSecret,
  });
  if (session.kind === 'unlink') await connector.unlink(tools, session.content);
  else if (connector.auth === 'qr') await connector.abandon(tools, session.content);
}

function pauseSeconds(error: unknown, attempts: number): number {
  const asked = error instanceof ConnectorError ? error.retryAfterSeconds : undefined;
  return Math.min(asked ?? 2 ** attempts, LONGEST_PAUSE_SECONDS);
}
