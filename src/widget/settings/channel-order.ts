import type { ChannelStatus } from '../../contract/api.ts';
import type { DraftChannel } from './draft.ts';

/** States in which nothing gets through until somebody does something. */
const BROKEN: ReadonlySet<ChannelStatus> = new Set(['action_needed', 'error', 'phone_offline']);

export function isBroken(status: ChannelStatus): boolean {
  return BROKEN.has(status);
}

/**
 * The ids of the rows as they are listed: broken ones first, then new ones, then the rest as they are stored.
 * `connectedId` is the channel that was just connected, also if it is an old one.
 */
export function orderRows(rows: DraftChannel[], connectedId?: string): string[] {
  const rank = ({ channel }: DraftChannel) =>
    isBroken(channel.status) ? 0 : !channel.is_saved || channel.id === connectedId ? 1 : 2;
  return [0, 1, 2].flatMap((wanted) =>
    rows.filter((row) => rank(row) === wanted).map(({ channel }) => channel.id),
  );
}

/** The rows in an order taken earlier. What was added since stands at the end, so that nothing moves. */
export function inOrder(rows: DraftChannel[], order: readonly string[]): DraftChannel[] {
  const byId = new Map(rows.map((row) => [row.channel.id, row]));
  const known = order.flatMap((id) => byId.get(id) ?? []);
  const listed = new Set(order);
  return [...known, ...rows.filter(({ channel }) => !listed.has(channel.id))];
}
