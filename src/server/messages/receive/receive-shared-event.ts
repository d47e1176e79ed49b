import type { FollowUpWork } from '../../channels/health/follow-up-work.ts';
import { listChannelsOf, makeChecksDue } from '../../channels/health/rows.ts';
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
  const event = open(connector, request, context.now());
  if (event.kind === 'answer') return event.body;
  const { externalIds, isCheckDue } = event;
  const owners = await listChannelsOf(context.db, context.secrets, connector.id, externalIds);
  const ids = owners.map(({ id }) => id);
  if (isCheckDue && ids.length > 0) await makeChecksDue(context.db, ids, context.now());
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
