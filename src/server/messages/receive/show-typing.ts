import { toolsFor } from '../../channels/connector-tools.ts';
import type { OwnedChannel } from '../../channels/health/rows.ts';
import { ConnectorError } from '../../connectors/connector.ts';
import type { ReceivedItem } from '../../connectors/messages.ts';
import type { Context } from '../../context.ts';
import { sendTyping } from '../../kommo/amojo/signs-of-life.ts';
import { isKommoError } from '../../kommo/errors.ts';
import { type FindChat, knownChatOf } from '../chats/known-chat.ts';
import { conversationIdOf, personAtKommo } from '../lanes/at-kommo.ts';
import { scopeOf } from '../lanes/step.ts';
import { findTarget } from '../target/rows.ts';
import type { HookTarget } from './hook-target/rows.ts';

/** Shows the client that a manager is writing. Nothing is lost with it: it is neither stored nor repeated. */
export async function showTyping(context: Context, hook: HookTarget): Promise<void> {
  const { channel, conversationId, accountId } = hook;
  if (channel === undefined || conversationId === undefined) return;
  const carrier = context.connectors.find(channel.connector)?.messages;
  if (!carrier?.typing) return;
  const of = { accountId, channelId: channel.id, conversationId };
  const target = await findTarget(context.db, context.secrets, of);
  const { credentials, webhookSecret, status } = target?.channel ?? {};
  const person = target?.chat?.person;
  if (!credentials || webhookSecret === undefined || !person?.chatId) return;
  if (status === 'paused') return;
  const tools = toolsFor(context, channel.connector, { id: channel.id, secret: webhookSecret });
  try {
    const { chatId, personId } = person;
    await carrier.typing(tools, credentials, { chatId, personId, isNew: false });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
  }
}

/** By any of its ids as far as we know them: a service is not asked for what is over in a moment. */
const askNobody: FindChat = () => Promise.resolve(undefined);

/** Shows the managers that a client is writing. */
export async function showClientTyping(
  context: Context,
  channel: OwnedChannel,
  item: Extract<ReceivedItem, { event: 'typing' }>,
): Promise<void> {
  const known = await knownChatOf(context, channel.id, item, askNobody);
  if (known === undefined) return;
  const { rowId: conversationId } = known;
  const of = { accountId: channel.accountId, channelId: channel.id, conversationId };
  const target = await findTarget(context.db, context.secrets, of);
  // Kommo refuses it for a chat it does not know.
  if (!target?.chat?.kommoChatId || target.scopeId === null) return;
  try {
    await sendTyping(context.kommo, scopeOf({ target }), {
      conversationId: conversationIdOf({ target }),
      personId: personAtKommo({ target }).id,
    });
  } catch (error) {
    if (!isKommoError(error)) throw error;
  }
}
