import { randomUUID } from 'node:crypto';
import { type Connector, ConnectorError } from '../../connectors/connector.ts';
import type { Parts } from '../../context.ts';
import type { Trx } from '../../platform/database/database.ts';
import { type GoOn, JobLost, type Run } from '../../platform/jobs.ts';
import { SIGN_OUT } from '../../queues.ts';
import { toolsFor } from '../connector-tools.ts';
import { findChannelSecrets, isConnectedAnywhere, type StoredChannel } from '../rows.ts';
import {
  beginEnding,
  type ClaimedEnding,
  deleteEnding,
  insertEnding,
  type SessionEnding,
} from './rows.ts';

/** After this the secret is forgotten, whether the service could be told or not. */
const GIVE_UP_SECONDS = 3600;

const LONGEST_PAUSE_SECONDS = 300;

const UNREADABLE = 'a session cannot be ended, for its secret cannot be opened; it is given up';

/** Has a session ended at its service as soon as this transaction commits. */
export async function endLater(
  trx: Trx,
  parts: Parts,
  ending: Omit<SessionEnding, 'id'>,
  giveUpSeconds = GIVE_UP_SECONDS,
): Promise<void> {
  const id = randomUUID();
  await insertEnding(trx, parts.secrets, { id, ...ending, giveUpSeconds });
  await parts.jobs.request(trx, SIGN_OUT, { endingId: id, connector: ending.connector });
}

/**
 * Has a channel's session ended as `endLater` does, with the credentials it has now. Where they cannot be
 * opened, the session is left to the service.
 */
export async function unlinkLater(
  trx: Trx,
  parts: Parts,
  channel: StoredChannel,
  giveUpSeconds?: number,
): Promise<void> {
  const secrets = await findChannelSecrets(trx, parts.secrets, channel.id);
  if (!secrets) return;
  const { id, accountId, connector } = channel;
  if (!secrets.credentials) {
    parts.log.error({ accountId, channelId: id, connector }, UNREADABLE);
    return;
  }
  const ending = {
    accountId,
    connector,
    kind: 'unlink' as const,
    externalId: channel.account.external_id,
    webhookId: id,
    webhookSecret: secrets.webhookSecret ?? '',
    content: secrets.credentials,
  };
  await endLater(trx, parts, ending, giveUpSeconds);
}

/** Ends one session. What the service refuses is tried again until it is given up. */
export async function endSession(
  parts: Parts,
  endingId: string,
  run: Run,
): Promise<GoOn | undefined> {
  const ending = await beginEnding(parts.db, parts.secrets, endingId);
  if (!ending) return undefined;
  if (!ending.secrets) {
    const { accountId, connector, kind } = ending;
    parts.log.error({ endingId, accountId, connector, kind }, UNREADABLE);
    await deleteEnding(parts.db, ending.id);
    return undefined;
  }
  const connector = parts.connectors.get(ending.connector);
  try {
    if (connector && !(await isStillUsed(parts, connector, ending))) {
      await run.confirm();
      await endAtService(parts, connector, { ...ending, ...ending.secrets });
    }
    await deleteEnding(parts.db, ending.id);
    return undefined;
  } catch (error) {
    if (error instanceof JobLost) throw error;
    const details = { connector: ending.connector, kind: ending.kind, attempts: ending.attempts };
    if (ending.secondsLeft <= 0) {
      parts.log.error({ ...details, err: error }, 'a session could not be ended and is given up');
      await deleteEnding(parts.db, ending.id);
      return undefined;
    }
    parts.log.warn({ ...details, err: error }, 'a session could not be ended yet');
    // The last try is at the moment it is given up.
    const pause = pauseSeconds(error, ending.attempts);
    return { againInSeconds: Math.min(pause, ending.secondsLeft) };
  }
}

/**
 * One bot token or workspace grant may serve several channels, or the same channel again after a quick
 * reconnect: ending it would end them, too. A QR session belongs to one channel and is always ended.
 */
async function isStillUsed(
  parts: Parts,
  connector: Connector,
  { externalId }: ClaimedEnding,
): Promise<boolean> {
  if (connector.auth === 'qr' || externalId === null) return false;
  return isConnectedAnywhere(parts.db, connector.id, externalId);
}

async function endAtService(
  parts: Parts,
  connector: Connector,
  ending: Pick<SessionEnding, 'kind' | 'webhookId' | 'webhookSecret' | 'content'>,
): Promise<void> {
  const tools = toolsFor(parts, connector.id, {
    id: ending.webhookId,
    secret: ending.webhookSecret,
  });
  if (ending.kind === 'unlink') await connector.unlink(tools, ending.content);
  else if (connector.auth === 'qr') await connector.abandon(tools, ending.content);
}

function pauseSeconds(error: unknown, attempts: number): number {
  const asked = error instanceof ConnectorError ? error.retryAfterSeconds : undefined;
  return Math.min(asked ?? 2 ** attempts, LONGEST_PAUSE_SECONDS);
}
