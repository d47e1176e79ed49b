import type { Context } from '../../context.ts';
import { findTarget, type Target } from '../target/rows.ts';
import { findLeadingChat } from './rows.ts';

/**
 * What came in a chat that Kommo does not have yet, and that turned out to be another one's before it went on, goes on
 * in that one: a person must not become two in Kommo.
 *
 * @returns the target in the other chat; undefined where there is none
 */
export async function leadingTarget(
  { db, secrets, connectors }: Context,
  target: Target,
  message: { accountId: number; channelId: string },
): Promise<Target | undefined> {
  const { channel, chat } = target;
  // Only services that call one chat by several ids have such chats.
  const hasAliases = connectors.find(channel?.connector ?? '')?.messages?.findChat !== undefined;
  if (!hasAliases || !chat || chat.kommoChatId !== null || chat.isGroup) return undefined;
  const conversationId = await findLeadingChat(db, chat.id);
  if (conversationId === undefined) return undefined;
  const { accountId, channelId } = message;
  return await findTarget(db, secrets, { accountId, channelId, conversationId });
}
