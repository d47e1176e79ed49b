import { type Connector, ConnectorError, type Health } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { concurrently } from '../../platform/concurrently.ts';
import { toolsFor } from '../connector-tools.ts';
import { findChannelSecrets, type StoredChannel } from '../rows.ts';
import { claimChannelsToCheck, claimChecksAskedFor, storeHealth } from './rows.ts';

/** How often each channel is checked; what the service posts itself shows at once. */
const CHECK_EVERY_MS = 10 * 60_000;

/** Between two questions about a channel, whoever wants to know: the first may still be under way. */
const LEAST_BETWEEN_MS = 5_000;

/** What the admin must do when the stored credentials cannot be opened, by kind of sign-in. */
const NO_CREDENTIALS = {
  oauth: 'sign_in_again',
  qr: 'scan_again',
  api_key: 'key_rejected',
} as const;

/** Channels of one service checked at the same time. */
const AT_ONCE = 10;

/** Checks those channels of one service that were not checked for a while. */
export function checkChannels(
  context: Context,
  connector: Connector,
  stopping: AbortSignal,
): Promise<void> {
  const round = { claim: claimChannelsToCheck, afterMs: CHECK_EVERY_MS };
  return checkDue(context, connector, { ...round, stopping });
}

/** Checks those channels of one service that somebody waits for. */
export function checkChannelsAskedFor(
  context: Context,
  connector: Connector,
  stopping: AbortSignal,
): Promise<void> {
  const round = { claim: claimChecksAskedFor, afterMs: LEAST_BETWEEN_MS };
  return checkDue(context, connector, { ...round, stopping });
}

/** How channels are taken to be checked, and how long ago their last check is at least. */
interface Round {
  claim: typeof claimChannelsToCheck;
  afterMs: number;
  stopping: AbortSignal;
}

async function checkDue(context: Context, connector: Connector, round: Round): Promise<void> {
  const { stopping } = round;
  const onError = (error: unknown, { channel }: Due) => {
    const details = { err: error, channelId: channel.id, connector: connector.id };
    if (error instanceof ConnectorError)
      context.log.warn(details, 'a channel could not be checked');
    else context.log.error(details, 'a channel could not be checked');
  };
  const due = claimDue(context, connector.id, round);
  await concurrently(due, { limit: AT_ONCE, stopping, onError }, async ({ channel, asOf }) => {
    const health = await askHealth(context, connector, channel);
    if (!health) return;
    await recordHealth(context, channel, health, asOf);
    logChange(context, channel, health);
  });
}

/** Said once, when it changes: a service that is down has many channels, and a check every ten minutes. */
function logChange({ log }: Context, channel: StoredChannel, { status, reason }: Health): void {
  const { id: channelId, accountId, connector } = channel;
  if (status === channel.status && reason === channel.statusReason) return;
  const details = { channelId, accountId, connector, status, reason };
  if (status === 'connected') log.info(details, 'a channel works again');
  else log.warn(details, 'a channel does not work');
}

/** A channel to check; the service's answer holds as of the moment the channel was taken. */
interface Due {
  channel: StoredChannel;
  asOf: Date;
}

/** Takes a few at a time, on demand; a channel taken counts as checked. */
async function* claimDue(
  context: Context,
  connector: string,
  { claim, afterMs, stopping }: Round,
): AsyncGenerator<Due> {
  while (!stopping.aborted) {
    const asOf = context.now();
    const before = new Date(asOf.getTime() - afterMs);
    const channels = await claim(context.db, { connector, before, now: asOf, limit: AT_ONCE });
    for (const channel of channels) yield { channel, asOf };
    if (channels.length < AT_ONCE) return;
  }
}

/** Records what is known about a channel as of `asOf`. */
export async function recordHealth(
  context: Context,
  channel: Pick<StoredChannel, 'id'>,
  health: Health,
  asOf: Date,
): Promise<void> {
  await storeHealth(context.db, context.secrets, channel.id, {
    status: health.status,
    statusReason: health.reason,
    ...(health.credentials && { credentials: health.credentials }),
    asOf,
  });
}

/**
 * Asks the service; what it says is for `recordHealth`. Only one at a time may ask: see `claimChannelsToCheck`.
 *
 * @returns undefined when the channel is gone
 * @throws ConnectorError `rate_limited`
 */
export async function askHealth(
  context: Context,
  connector: Connector,
  channel: StoredChannel,
): Promise<Health | undefined> {
  const secrets = await findChannelSecrets(context.db, context.secrets, channel.id);
  if (!secrets) return undefined;
  const { credentials, webhookSecret } = secrets;
  if (!credentials || webhookSecret === undefined) return unreadable(context, connector, channel);
  const tools = toolsFor(context, channel.connector, { id: channel.id, secret: webhookSecret });
  return connector.health(tools, credentials);
}

/** Signing in again puts new secrets in their place. */
function unreadable(context: Context, connector: Connector, channel: StoredChannel): Health {
  const reason = NO_CREDENTIALS[connector.auth];
  // Logged once, not at every check.
  if (channel.statusReason !== reason) {
    const details = { channelId: channel.id, accountId: channel.accountId };
    context.log.error(details, 'the secrets of a channel cannot be opened');
  }
  return { status: 'action_needed', reason };
}
