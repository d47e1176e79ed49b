import type { Channel } from '../../contract/api.ts';
import type { Parts } from '../context.ts';
import type { StoredChannel } from './rows.ts';

/**
 * A channel as the wire has it.
 *
 * @see https://developers.kommo.com/docs/install-and-adjust-settings for the guide's part of the shape
 */
export function viewChannel(
  parts: Parts,
  channel: StoredChannel,
  defaultChannelId: string | null,
): Channel {
  return {
    id: channel.id,
    name: channel.name,
    phone: channel.phone,
    pipeline_id: channel.pipelineIds[0] ?? null,
    pipeline_ids: channel.pipelineIds,
    // The guide's flag of WhatsApp's linked devices, which is what a scanned code makes us.
    is_multidevice_mode_on: parts.connectors.find(channel.connector)?.auth === 'qr' ? 1 : 0,
    is_default: channel.id === defaultChannelId,
    is_saved: channel.isSaved,
    connector: channel.connector,
    status: channel.status,
    status_reason: channel.statusReason,
    account: channel.account,
    created_at: channel.createdAt.toISOString(),
    _links: { self: { href: channelAddress(parts, channel.id) } },
  };
}

/** Address of the collection, or of one channel. */
export function channelAddress(parts: Parts, id?: string): string {
  const collection = `${parts.config.publicUrl}/messenger/channels`;
  return id === undefined ? collection : `${collection}/${id}`;
}
