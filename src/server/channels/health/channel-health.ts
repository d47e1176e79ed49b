import { type Connector, ConnectorError, type Health } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { concurrently } from '../../platform/concurrently.ts';
import { toolsFor } from '../connector-tools.ts';
import { findChannelSecrets, type StoredChannel } from '../rows.ts';
import { claimChannelsToCheck, storeHealth } from './rows.ts';

/** How often each channel is checked; what the service posts itself shows at once. */
const CHECK_EVERY_MS = 10 * 60_000;

/** What the admin must do when the stored credentials cannot be opened, by kind of sign-in. */
const NO_CREDENTIALS = {
  oauth: 'sign_in_again',
  qr: 'scan_again',
  api_key: 'key_rejected',
} as const;

/** Channels of one service checked at the same time. */
const AT_ONCE = 10;

/** Checks those channels of one service that were not checked for a while. */
export async function checkChannels(
  context: Context,
  connector: Connector,
  stopping: AbortSignal,
): Promise<void> {
  const onError = (error: unknown, { channel }: Due) => {
    const details = { err: error, channelId: channel.id, connector: connector.id };
    if (error instanceof ConnectorError)
      context.log.warn(details, 'a channel could not be checked');
    else context.log.error(details, 'a channel could not be checked');
  };
  const due = claimDue(context, connector.id, stopping);
  await concurrently(due, { limit: AT_ONCE, stopping, onError }, async ({ channel, asOf }) => {
    const health = await ask(context, connector, channel);
    if (health) await recordHealth(context, channel, health, asOf);
  });
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
  stopping: AbortSignal,
): AsyncGenerator<Due> {
  while (!stopping.aborted) {
    const asOf = context.now();
    const before = new Date(asOf.getTime() - CHECK_EVERY_MS);
    const claim = { connector, before, now: asOf, limit: AT_ONCE };
    const channels = await claimChannelsToCheck(context.db, claim);
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

async function ask(
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
