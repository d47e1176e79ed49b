import { randomUUID } from 'node:crypto';
import { type Connector, ConnectorError } from '../connectors/connector.ts';
import type { Parts } from '../parts.ts';
import { isConnectedAnywhere } from '../storage/channels.ts';
import type { Trx } from '../storage/database.ts';
import {
  claimEnding,
  deleteEnding,
  insertEnding,
  listDueEndings,
  postponeEnding,
  type SessionEnding,
} from '../storage/session-endings.ts';
import { toolsFor } from './connector-tools.ts';

/** After this the secret is forgotten, whether the service could be told or not. */
const GIVE_UP_SECONDS = 3600;

/** Longer than any connector's call to its service. */
const CLAIM_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 300;
const SWEEP_LIMIT = 20;

/** Has a session ended at its service as soon as this transaction commits. */
export async function endLater(
  trx: Trx,
  parts: Parts,
  ending: Omit<SessionEnding, 'id'>,
  giveUpSeconds = GIVE_UP_SECONDS,
): Promise<void> {
  const id = randomUUID();
  await insertEnding(trx, parts.secrets, { id, ...ending, giveUpSeconds });
  await parts.jobs.send(trx, 'end-session', { endingId: id });
}

/** Ends one session. Never throws for what the service does: it is tried again until it is given up. */
export async function endSession(parts: Parts, endingId: string): Promise<void> {
  const ending = await claimEnding(parts.db, parts.secrets, endingId, CLAIM_SECONDS);
  if (!ending) return;
  const connector = parts.connectors.get(ending.connector);
  try {
    if (connector && !(await isStillUsed(parts, connector, ending))) {
      await endAtService(parts, connector, ending);
    }
    await deleteEnding(parts.db, ending.id);
  } catch (error) {
    const details = { connector: ending.connector, kind: ending.kind, attempts: ending.attempts };
    if (ending.isLastTry) {
      parts.log.error({ ...details, err: error }, 'a session could not be ended and is given up');
      await deleteEnding(parts.db, ending.id);
      return;
    }
    parts.log.warn({ ...details, err: error }, 'a session could not be ended yet');
    await postponeEnding(parts.db, ending.id, pauseSeconds(error, ending.attempts));
  }
}

/** Ends what is due: what failed before, or was left by a process that stopped. */
export async function endDueSessions(parts: Parts): Promise<void> {
  // At the same time: one service that hangs must not keep the others' sessions alive.
  const due = await listDueEndings(parts.db, SWEEP_LIMIT);
  await Promise.all(due.map((id) => endSession(parts, id)));
}

/**
 * One bot token or workspace grant may serve several channels, or the same channel again after a quick
 * reconnect: ending it would end them, too. A QR session belongs to one channel and is always ended.
 */
async function isStillUsed(
  parts: Parts,
  connector: Connector,
  { externalId }: SessionEnding,
): Promise<boolean> {
  if (connector.auth === 'qr' || externalId === null) return false;
  return isConnectedAnywhere(parts.db, connector.id, externalId);
}

async function endAtService(
  parts: Parts,
  connector: Connector,
  ending: SessionEnding,
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
