import type { AttemptReason, LinkedAccount } from '../../contract/api.ts';
import {
  type Connector,
  ConnectorError,
  type ConnectorFailure,
  type Tools,
} from '../connectors/connector.ts';
import type { Context } from '../context.ts';
import { AppError } from '../platform/app-error.ts';
import { toAppError } from '../to-app-error.ts';
import type { Candidate, StoredAttempt } from './attempts/rows.ts';

/** Why an attempt failed, for each way a chat service can fail us. */
const REASONS: Record<ConnectorFailure, AttemptReason> = {
  rejected: 'rejected',
  reauthorize: 'rejected',
  unavailable: 'service_unreachable',
  rate_limited: 'rate_limited',
  misconfigured: 'misconfigured',
  signature: 'service_error',
  invalid_event: 'service_error',
};

/** The toolbox of a connector. `webhook.id` is the channel's id; before there is one, the attempt's. */
export function toolsFor(
  context: Context,
  connector: string,
  webhook: { id: string; secret: string },
): Tools {
  const { publicUrl } = context.config;
  return {
    send: context.send,
    stream: context.stream,
    now: context.now,
    // Made when it is needed: most events have nothing to say.
    get log() {
      return context.log.child({ connector });
    },
    redirectUrl: `${publicUrl}/connect/callback/${connector}`,
    webhook: {
      url: `${publicUrl}/connect/webhooks/${connector}/${webhook.id}`,
      secret: webhook.secret,
    },
  };
}

/** The toolbox for an open attempt. */
export function toolsForAttempt(context: Context, attempt: StoredAttempt): Tools {
  return toolsFor(context, attempt.connector, {
    id: webhookIdOf(attempt),
    secret: attempt.webhookSecret ?? '',
  });
}

/**
 * The id in an attempt's webhook address. A new channel gets the id of the attempt that made it, so the address
 * given to the service at the start stays right for the channel's whole life.
 */
export function webhookIdOf(attempt: Pick<StoredAttempt, 'id' | 'channelId'>): string {
  return attempt.channelId ?? attempt.id;
}

/** @throws AppError `connector_misconfigured` when the operator no longer offers the service */
export function getConnector(context: Context, id: string): Connector {
  const connector = context.connectors.find(id);
  if (!connector) throw new AppError('connector_misconfigured');
  return connector;
}

export function reasonOf(error: unknown): AttemptReason {
  return error instanceof ConnectorError ? REASONS[error.failure] : 'service_error';
}

/** A refusal, with the path of the input it is about; everything else as `toAppError`. */
export function toCredentialsError(error: unknown): AppError {
  if (!(error instanceof ConnectorError) || error.failure !== 'rejected') return toAppError(error);
  const path = error.field === undefined ? 'values' : `values.${error.field}`;
  const field = { path, code: 'rejected', ...(error.reason && { reason: error.reason }) };
  return new AppError('connector_rejected', { cause: error, fields: [field] });
}

/** Who is signed in, as the wire has it, but for the picture: its address is ours. */
export function linkedAccountOf(candidate: Candidate): LinkedAccount {
  return {
    external_id: candidate.externalId,
    name: candidate.name,
    handle: candidate.handle,
  };
}
