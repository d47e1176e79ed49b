import { toolsFor } from '../../channels/connector-tools.ts';
import { recordHealth } from '../../channels/health/channel-health.ts';
import type { FollowUpWork } from '../../channels/health/follow-up-work.ts';
import { listChannelsOf, type WebhookOwner } from '../../channels/health/rows.ts';
import {
  type Connector,
  ConnectorError,
  type SharedEvent,
  type WebhookRequest,
} from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { receiveMessages } from './receive-messages.ts';

/** A connector whose service posts the events of all accounts to one address. */
export type SharingConnector = Connector & Required<Pick<Connector, 'openShared'>>;

/** Undefined for an id that has no such address. */
export function findSharing(context: Context, id: string): SharingConnector | undefined {
  const connector = context.connectors.find(id);
  return connector?.openShared === undefined ? undefined : (connector as SharingConnector);
}

/**
 * Takes an event of any account of a service, for every channel of that account: stored for all of them, or for all
 * that can.
 *
 * @returns the answer the service waits for, where it does
 * @throws AppError `signature_invalid` when the event is not proven
 */
export async function receiveSharedEvent(
  context: Context,
  followUp: FollowUpWork,
  connector: SharingConnector,
  request: WebhookRequest,
): Promise<Record<string, string> | undefined> {
  const asOf = context.now();
  const event = open(connector, request, asOf);
  if (event.kind === 'answer') return event.body;
  const { externalIds, isCheckDue } = event;
  const owners = await listChannelsOf(context.db, context.secrets, connector.id, externalIds);
  if (isCheckDue) {
    for (const owner of owners) {
      followUp.run(`${owner.id} health`, () => check(context, connector, owner, asOf));
    }
  }
  // What is wrong with one of them keeps nothing from the others; the service repeats it for that one.
  const taken = await Promise.allSettled(
    owners.map((owner) => receiveMessages(context, followUp, { connector, owner }, request)),
  );
  const failed = taken.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return undefined;
}

function open(connector: SharingConnector, request: WebhookRequest, now: Date): SharedEvent {
  try {
    return connector.openShared(request, now);
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'signature') {
      throw new AppError('signature_invalid', { cause: error });
    }
    throw error;
  }
}

async function check(
  context: Context,
  connector: Connector,
  { id, credentials, webhookSecret }: WebhookOwner,
  asOf: Date,
): Promise<void> {
  if (!credentials || webhookSecret === undefined) return;
  const tools = toolsFor(context, connector.id, { id, secret: webhookSecret });
  try {
    await recordHealth(context, { id }, await connector.health(tools, credentials), asOf);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
  }
}
