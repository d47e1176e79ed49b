import { type Call, conversationIn, type Method, messageIn } from './call.ts';
import { messageFields, reactionFields, tellConversation } from './conversations.ts';
import { reactionName } from './emoji.ts';
import type { Conversation, Fields, StoredMessage } from './entities.ts';
import { reactionEvent } from './events.ts';
import { SlackError } from './slack-error.ts';
import { BOT_USER_ID } from './state.ts';

/** Distinct emoji on one message. @see https://docs.slack.dev/reference/methods/reactions.add */
const EMOJI_MAX = 50;

/** Somebody's choice of an emoji is noted. @returns false if it was there already */
export function addReaction({ reactions }: StoredMessage, name: string, user: string): boolean {
  const users = reactions[name] ?? [];
  if (users.includes(user)) return false;
  reactions[name] = [...users, user];
  return true;
}

/** @returns false if there was none */
export function takeReaction({ reactions }: StoredMessage, name: string, user: string): boolean {
  const users = reactions[name] ?? [];
  if (!users.includes(user)) return false;
  const rest = users.filter((one) => one !== user);
  if (rest.length > 0) reactions[name] = rest;
  else delete reactions[name];
  return true;
}

function target(call: Call): { conversation: Conversation; stored: StoredMessage; name: string } {
  const { args } = call;
  if (!args.has('channel') || !args.has('timestamp')) throw new SlackError('no_item_specified');
  const conversation = conversationIn(call);
  if (!/^\d+\.\d{6}$/.test(args.text('timestamp'))) throw new SlackError('bad_timestamp');
  const stored = messageIn(call, conversation, 'timestamp');
  const name = reactionName(args.text('name'));
  if (name === undefined) throw new SlackError('invalid_name');
  return { conversation, stored, name };
}

function add(call: Call): Fields {
  const { conversation, stored, name } = target(call);
  const distinct = Object.keys(stored.reactions);
  if (!distinct.includes(name) && distinct.length >= EMOJI_MAX) {
    throw new SlackError('too_many_emoji');
  }
  if (!addReaction(stored, name, BOT_USER_ID)) throw new SlackError('already_reacted');
  const { world } = call;
  reactionEvent(world, conversation, { type: 'reaction_added', user: BOT_USER_ID, name, stored });
  tellConversation(world, conversation);
  return {};
}

function remove(call: Call): Fields {
  const { conversation, stored, name } = target(call);
  if (!takeReaction(stored, name, BOT_USER_ID)) throw new SlackError('no_reaction');
  const { world } = call;
  reactionEvent(world, conversation, { type: 'reaction_removed', user: BOT_USER_ID, name, stored });
  tellConversation(world, conversation);
  return {};
}

function get(call: Call): Fields {
  const conversation = conversationIn(call);
  const stored = messageIn(call, conversation, 'timestamp');
  const message = messageFields(call.world, conversation, stored);
  return {
    type: 'message',
    channel: conversation.id,
    message: { ...message, reactions: reactionFields(stored) },
  };
}

/** @see https://docs.slack.dev/reference/methods/reactions.add */
export const REACTION_METHODS: Record<string, Method> = {
  'reactions.add': { scopes: ['reactions:write'], takesJson: true, run: add },
  'reactions.remove': { scopes: ['reactions:write'], takesJson: true, run: remove },
  'reactions.get': { scopes: ['reactions:read'], takesJson: false, run: get },
};
