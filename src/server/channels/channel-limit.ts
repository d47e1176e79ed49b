import type { Config } from '../config.ts';
import type { StoredChannel } from './rows.ts';

/** Whether an account that has these channels may not add one of this service. */
export function isAtLimit(
  config: Config,
  channels: readonly StoredChannel[],
  connector: string,
): boolean {
  const ofService = channels.filter((channel) => channel.connector === connector);
  return channels.length >= config.maxChannels || ofService.length >= config.maxChannelsPerService;
}
