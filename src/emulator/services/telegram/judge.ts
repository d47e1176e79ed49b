import type { World } from '../../kommo/world.ts';
import { knownBots } from './bots.ts';
import { queuesOf } from './delivery.ts';
import { type StoredMessage, telegramState } from './state.ts';

/**
 * What a product must not do, as far as the double can tell: the same message brought twice to a client, methods
 * inside the answers to updates, secrets in what it sent; and how far each bot's queues are.
 */
export function judge(world: World): object {
  const state = telegramState(world);
  return {
    duplicates: duplicates(world),
    executed_methods: state.executed_methods,
    secrets_seen: state.secrets_seen,
    queues: knownBots(world).map((bot) => ({
      bot: bot.username,
      webhook_url: bot.webhook.url,
      pending_update_count: Object.keys(bot.pending).length,
      last_error_message: bot.webhook.last_error_message ?? null,
      queues: queuesOf(world, bot),
    })),
  };
}

/** Messages with the same content and the same quote in one chat: a person may have meant it, a test did not. */
function duplicates(world: World): object[] {
  const { chats, files } = telegramState(world);
  const found: object[] = [];
  for (const chat of Object.values(chats)) {
    const known = new Map<string, number[]>();
    for (const stored of Object.values(chat.messages)) {
      if (stored.side !== 'bot') continue;
      const key = contentKey(stored, (id) => files[id]?.sha256 ?? id);
      const copies = known.get(key);
      if (copies === undefined) known.set(key, [stored.message_id]);
      else copies.push(stored.message_id);
    }
    for (const message_ids of known.values()) {
      if (message_ids.length > 1) {
        const kind = chat.messages[message_ids[0] ?? 0]?.kind;
        found.push({ bot_id: chat.bot_id, chat_id: chat.id, kind, message_ids });
      }
    }
  }
  return found;
}

function contentKey(
  { kind, message, earlier, file_ids }: StoredMessage,
  hash: (id: string) => string,
) {
  const quoted = message.reply_to_message as { message_id: number } | undefined;
  // As it was sent: a later edit does not make it another message.
  const text = earlier[0] ?? message.text ?? message.caption;
  const rest = [message.location, message.venue, message.contact];
  return JSON.stringify([kind, text, file_ids.map(hash), quoted?.message_id, rest]);
}
