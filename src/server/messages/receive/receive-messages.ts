import { randomUUID } from 'node:crypto';
import { toolsFor } from '../../channels/connector-tools.ts';
import type { FollowUpWork } from '../../channels/health/follow-up-work.ts';
import type { OwnedChannel, WebhookOwner } from '../../channels/health/rows.ts';
import type { Connector, WebhookRequest } from '../../connectors/connector.ts';
import type { Context } from '../../context.ts';
import { showClientTyping } from './show-typing.ts';
import { fleetingOf, parseEvent, storeItems, storeUnreadable } from './store-items.ts';

/** Whose event it is: the connector, and the channel with what signs it in. */
interface Receiver {
  connector: Pick<Connector, 'id' | 'messages'>;
  owner: Pick<WebhookOwner, 'credentials' | 'webhookSecret'> & {
    channel: OwnedChannel | undefined;
  };
}

/** Stores the messages of a proven event, and sets off what need not survive. */
export async function receiveMessages(
  context: Context,
  followUp: FollowUpWork,
  { connector, owner }: Receiver,
  event: WebhookRequest,
): Promise<void> {
  const { messages } = connector;
  const { channel, credentials, webhookSecret } = owner;
  if (!messages || !channel || !credentials || webhookSecret === undefined) return;
  const items = parseEvent(context, messages, event, { externalId: channel.externalId });
  if (items === undefined) return storeUnreadable(context, channel, event.body);
  const tools = toolsFor(context, connector.id, { id: channel.id, secret: webhookSecret });
  const findChat = messages.findChat?.bind(messages, tools, credentials);
  try {
    await storeItems(context, channel, items, findChat);
  } finally {
    // Statuses are about what managers wrote, all else is for Kommo.
    if (items.some(({ event }) => event !== 'status')) context.wakeMessages('in');
    if (items.some(({ event }) => event === 'status')) context.wakeMessages('out');
  }
  const { typing, acknowledgements } = fleetingOf(items);
  for (const acknowledgement of acknowledgements) {
    // Each of them counts, and of one subject only the newest would.
    followUp.run(`${channel.id} acknowledgement ${randomUUID()}`, async () =>
      messages.acknowledge?.(tools, credentials, acknowledgement),
    );
  }
  const [last] = typing.slice(-1);
  // A paused channel shows Kommo nothing.
  if (last && !channel.isPaused) {
    followUp.run(`${channel.id} typing`, () => showClientTyping(context, channel, last));
  }
}
