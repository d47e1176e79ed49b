import { type Connector, ConnectorError, type Health } from '../connectors/connector.ts';
import type { Parts } from '../parts.ts';
import { claimChannelsToCheck, storeHealth } from '../storage/channel-checks.ts';
import { findChannelSecrets, type StoredChannel } from '../storage/channels.ts';
import { toolsFor } from './connector-tools.ts';

/** Each channel is asked about this often; what the service posts itself shows at once. */
const CHECK_EVERY_MS = 10 * 60_000;

/** Asked about at the same time. */
const AT_ONCE = 10;

/** So that one sweep, however much is due, ends within its pause and others get their turn. */
const MOST_BATCHES = 20;

/** Asks the services about the channels that were not checked for a while. */
export async function checkChannels(parts: Parts, stopping: AbortSignal): Promise<void> {
  for (let batch = 0; batch < MOST_BATCHES && !stopping.aborted; batch += 1) {
    const now = parts.now();
    const before = new Date(now.getTime() - CHECK_EVERY_MS);
    const due = await claimChannelsToCheck(parts.db, { before, now, limit: AT_ONCE });
    await Promise.all(due.map((channel) => check(parts, channel, now)));
    if (due.length < AT_ONCE) return;
  }
}

/** Notes what is known about a channel since `asOf`. */
export async function noteHealth(
  parts: Parts,
  channel: Pick<StoredChannel, 'id'>,
  health: Health,
  asOf: Date,
): Promise<void> {
  await storeHealth(parts.db, parts.secrets, channel.id, {
    status: health.status,
    statusReason: health.reason,
    ...(health.credentials && { credentials: health.credentials }),
    asOf,
  });
}

async function check(parts: Parts, channel: StoredChannel, asOf: Date): Promise<void> {
  const connector = parts.connectors.get(channel.connector);
  if (!connector) return;
  try {
    const health = await ask(parts, connector, channel);
    if (health) await noteHealth(parts, channel, health, asOf);
  } catch (error) {
    const details = { err: error, channelId: channel.id, connector: channel.connector };
    if (error instanceof ConnectorError) parts.log.warn(details, 'a channel could not be checked');
    else parts.log.error(details, 'a channel could not be checked');
  }
}

async function ask(
  parts: Parts,
  connector: Connector,
  channel: StoredChannel,
): Promise<Health | undefined> {
  const secrets = await findChannelSecrets(parts.db, parts.secrets, channel.id);
  if (!secrets) return undefined;
  const tools = toolsFor(parts, channel.connector, {
    id: channel.id,
    secret: secrets.webhookSecret,
  });
  return connector.health(tools, secrets.credentials);
}
