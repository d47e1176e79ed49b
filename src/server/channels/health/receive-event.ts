import {
  type Connector,
  ConnectorError,
  type Health,
  type WebhookRequest,
} from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { toAppError } from '../../to-app-error.ts';
import { progressQrNow } from '../attempts/qr-progress.ts';
import { allowChecksNow } from '../attempts/rows.ts';
import { toolsFor } from '../connector-tools.ts';
import { recordHealth } from './channel-health.ts';
import type { FollowUpWork } from './follow-up-work.ts';
import { findWebhookOwner, type WebhookOwner } from './rows.ts';

/** Where an event goes. Known before its body is read, so that a stranger's body never is. */
export interface Recipient {
  connector: Connector & Required<Pick<Connector, 'receive'>>;
  owner: WebhookOwner;
}

/** @throws AppError `not_found` for an address we never gave out */
export async function getRecipient(
  context: Context,
  connectorId: string,
  id: string,
): Promise<Recipient> {
  const connector = context.connectors.find(connectorId);
  if (!connector?.receive) throw new AppError('not_found');
  const owner = await findWebhookOwner(context.db, context.secrets, id, connectorId);
  if (!owner) throw new AppError('not_found');
  return { connector: connector as Recipient['connector'], owner };
}

/**
 * Takes an event that a chat service posted to the address of a channel or of an open attempt, answers as soon as it
 * is proven, and acts on it after that. If the process dies, nothing is lost: an event only says that it is time to
 * ask, and the regular checks of channels and attempts ask anyway.
 *
 * @throws AppError `signature_invalid` when the connector cannot prove the event
 */
export async function receiveEvent(
  context: Context,
  followUp: FollowUpWork,
  { connector, owner }: Recipient,
  request: WebhookRequest,
): Promise<void> {
  const asOf = context.now();
  const { id, webhookSecret, credentials } = owner;
  // A secret that cannot be opened proves nothing.
  if (webhookSecret === undefined) throw new AppError('signature_invalid');
  const tools = toolsFor(context, connector.id, { id, secret: webhookSecret });
  const health = await prove(connector.receive(tools, credentials, request));
  if (credentials !== undefined && health) {
    followUp.run(`${id} health`, () => recordHealth(context, { id }, health, asOf));
  }
  // A channel's address also serves an open attempt to sign the channel in again.
  if (connector.auth === 'qr' && (credentials === undefined || !health)) {
    followUp.run(`${id} attempts`, () => progressAttempts(context, connector, id));
  }
}

async function progressAttempts(
  context: Context,
  connector: Connector & { auth: 'qr' },
  webhookId: string,
): Promise<void> {
  for (const id of await allowChecksNow(context.db, webhookId)) {
    await progressQrNow(context, id, connector);
  }
}

async function prove(receiving: Promise<Health | undefined>): Promise<Health | undefined> {
  try {
    return await receiving;
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'signature') {
      throw new AppError('signature_invalid', { cause: error });
    }
    throw toAppError(error);
  }
}
