import type { Chat, Message, Quote } from '../chat-entities.ts';
import type { Scope } from '../entities.ts';
import type { World } from '../world.ts';

interface At {
  world: World;
  scope: Scope;
}

const NO_FILE = { media: '', thumbnail: '', file_name: '', file_size: 0 };

/**
 * The webhook of a message, in the version chosen when the channel was connected.
 * https://www.amocrm.ru/developers/content/chats/chat-webhooks
 */
export function messageHook({ world, scope }: At, chat: Chat, message: Message): object {
  if (scope.hook_api_version === 'v1') return firstVersion(chat, message);
  const { id, phone, email, client_id } = chat.user;
  const { id: senderId, name } = message.sender;
  const isNamed = world.switch('hookSenderName') === 'on';
  return {
    ...envelope(world, scope),
    message: {
      receiver: { id, phone, email, ...(client_id !== null && { client_id }) },
      sender: { id: senderId, ...(isNamed && { name }) },
      conversation: {
        id: chat.id,
        ...(chat.conversation_id !== null && { client_id: chat.conversation_id }),
      },
      ...(chat.source_external_id !== null && { source: { external_id: chat.source_external_id } }),
      timestamp: message.timestamp,
      msec_timestamp: message.msec_timestamp,
      message: {
        ...{ id: message.id, tag: '', markup: null, ...NO_FILE },
        ...message.message,
        ...(message.reply_to !== null && {
          reply_to: { message: quoted(world, chat, message.reply_to) },
        }),
      },
    },
  };
}

/** The webhook of typing or a reaction. */
export function actionHook({ world, scope }: At, action: object): object {
  return { ...envelope(world, scope), action };
}

function envelope(world: World, scope: Scope): object {
  return { account_id: scope.account_amojo_id, time: world.clock.seconds() };
}

/** The deprecated form: no envelope, our own ids only, one flat object. */
function firstVersion(chat: Chat, { msec_timestamp, message }: Message): object {
  return {
    receiver: chat.user.client_id,
    conversation_id: chat.conversation_id,
    msec_timestamp,
    ...{ type: 'text', text: '', ...NO_FILE },
    ...message,
  };
}

function quoted(world: World, { scope_id }: Chat, quote: Quote): object {
  const { id, msgid, type, text, timestamp, msec_timestamp, sender } = quote;
  const original = id === null ? undefined : world.chats.message(scope_id, id)?.message.message;
  return {
    ...{ id, ...(msgid !== null && { msgid }), type, text },
    media: original?.media ?? '',
    thumbnail: original?.thumbnail ?? '',
    file_name: original?.file_name ?? '',
    file_size: original?.file_size ?? 0,
    ...{ timestamp, msec_timestamp },
    sender: {
      ...{ id: sender.id, name: sender.name },
      ...(sender.client_id !== null && { client_id: sender.client_id }),
    },
  };
}
