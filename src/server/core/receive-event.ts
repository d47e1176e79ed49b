import { AppError } from '../app-error.ts';
import { type Connector, ConnectorError, type WebhookRequest } from '../connectors/connector.ts';
import type { Parts } from '../parts.ts';
import { allowChecksNow } from '../storage/attempt-checks.ts';
import { findAttempt, isLive } from '../storage/attempts.ts';
import { findChannelOfConnector, findChannelSecrets } from '../storage/channels.ts';
import { noteHealth } from './channel-health.ts';
import { toolsFor, toolsForAttempt } from './connector-tools.ts';
import { toAppError } from './kommo-errors.ts';

type Receiver = Connector & Required<Pick<Connector, 'receive'>>;

/**
 * Takes an event that a chat service posted to a channel's address, or to that of an open attempt.
 *
 * @throws AppError `not_found` for an address nobody was given, `signature_invalid` when the connector
 *   cannot prove the event
 */
export async function receiveEvent(
  parts: Parts,
  connectorId: string,
  id: string,
  request: WebhookRequest,
): Promise<void> {
  const connector = parts.connectors.get(connectorId);
  if (!connector?.receive) throw new AppError('not_found');
  const isKnown =
    (await receiveForChannel(parts, connector as Receiver, id, request)) ||
    (await receiveForAttempt(parts, connector as Receiver, id, request));
  if (!isKnown) throw new AppError('not_found');
}

async function receiveForChannel(
  parts: Parts,
  connector: Receiver,
  id: string,
  request: WebhookRequest,
): Promise<boolean> {
  const asOf = parts.now();
  const channel = await findChannelOfConnector(parts.db, id, connector.id);
  const secrets = channel && (await findChannelSecrets(parts.db, parts.secrets, channel.id));
  if (!secrets) return false;
  const { credentials, webhookSecret } = secrets;
  // A secret that cannot be opened proves nothing.
  if (webhookSecret === undefined) throw new AppError('signature_invalid');
  const tools = toolsFor(parts, connector.id, { id, secret: webhookSecret });
  const health = await prove(connector.receive(tools, credentials, request));
  // Without its credentials nobody can tell whether the event is about this channel's own session.
  if (health && credentials) await noteHealth(parts, channel, health, asOf);
  // The address also serves the session of an open attempt to sign this channel in again.
  else await allowChecksNow(parts.db, id);
  return true;
}

async function receiveForAttempt(
  parts: Parts,
  connector: Receiver,
  id: string,
  request: WebhookRequest,
): Promise<boolean> {
  const attempt = await findAttempt(parts.db, parts.secrets, id);
  if (attempt?.connector !== connector.id || !isLive(attempt.state)) return false;
  if (attempt.webhookSecret === null || attempt.channelId !== null) return false;
  await prove(connector.receive(toolsForAttempt(parts, attempt), undefined, request));
  await allowChecksNow(parts.db, id);
  return true;
}

async function prove<T>(receiving: Promise<T>): Promise<T> {
  try {
    return await receiving;
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'signature') {
      throw new AppError('signature_invalid', { cause: error });
    }
    throw toAppError(error);
  }
}
