import { readBlocks } from './blocks.ts';
import { type Call, conversationIn, type Method, messageIn, writable } from './call.ts';
import {
  addMessage,
  conversationKey,
  directMessage,
  findMember,
  findMessage,
  messageFields,
  repliesTo,
  tellConversation,
} from './conversations.ts';
import type { Conversation, Fields } from './entities.ts';
import { changedEvent, deletedEvent, messageEvent } from './events.ts';
import { noteAnsweredEcho } from './judge.ts';
import { spendRate } from './limits.ts';
import { SlackError } from './slack-error.ts';
import { BOT_USER_ID, nextTs, slackState } from './state.ts';

/** What is longer Slack cuts. @see https://docs.slack.dev/reference/methods/chat.postMessage */
const TEXT_MAX = 40_000;
const UPDATE_MAX = 4000;

/** Where to post: a conversation's id, or a member's for the direct message with him. @throws SlackError */
function destination(call: Call): Conversation {
  const { world, team, args } = call;
  const member = findMember(world, team.id, args.text('channel'));
  return writable(member === undefined ? conversationIn(call) : directMessage(world, member));
}

/** The thread a reply goes to. @throws SlackError */
export function threadIn({ world, method, args }: Call, conversation: Conversation): string | null {
  if (!args.has('thread_ts')) return null;
  const given = args.text('thread_ts');
  const parent = findMessage(conversation, given);
  if (parent === undefined && repliesTo(conversation, given).length === 0) {
    throw new SlackError('thread_not_found');
  }
  const root = parent?.thread_ts ?? given;
  if (root !== given) {
    const { replies_to_replies } = slackState(world);
    replies_to_replies.push({ method, channel: conversation.id, thread_ts: given });
  }
  return root;
}

/** Texts that are cut come back with a warning, and nobody is told otherwise. */
function cut(text: string): { text: string; warnings: Fields } {
  if (text.length <= TEXT_MAX) return { text, warnings: {} };
  const response_metadata = { warnings: ['message_truncated'] };
  return {
    text: text.slice(0, TEXT_MAX),
    warnings: { warning: 'message_truncated', response_metadata },
  };
}

function postMessage(call: Call): Fields {
  const { world, args } = call;
  const conversation = destination(call);
  const blocks = readBlocks(args.json('blocks', 'invalid_blocks_format'));
  const attachments = args.json('attachments', 'invalid_attachments');
  if (!args.has('text') && blocks.length === 0 && !Array.isArray(attachments)) {
    throw new SlackError('no_text');
  }
  const thread_ts = threadIn(call, conversation);
  spendRate(world, conversationKey(conversation));
  const { text, warnings } = cut(args.text('text'));
  const stored = addMessage(world, conversation, BOT_USER_ID, {
    text,
    blocks,
    attachments: Array.isArray(attachments) ? (attachments as Fields[]) : [],
    thread_ts,
  });
  noteAnsweredEcho(world, conversation, stored);
  messageEvent(world, conversation, stored);
  tellConversation(world, conversation);
  const message = messageFields(world, conversation, stored);
  return { channel: conversation.id, ts: stored.ts, message, ...warnings };
}

function update(call: Call): Fields {
  const { world, args } = call;
  const conversation = writable(conversationIn(call));
  const stored = messageIn(call, conversation, 'ts');
  if (stored.side !== 'app') throw new SlackError('cant_update_message');
  const hasBlocks = args.has('blocks');
  const blocks = readBlocks(args.json('blocks', 'invalid_blocks_format'));
  if (!args.has('text') && !hasBlocks) throw new SlackError('no_text');
  if (args.text('text').length > UPDATE_MAX) throw new SlackError('msg_too_long');
  const before = messageFields(world, conversation, stored);
  stored.earlier.push(stored.text);
  if (args.has('text')) stored.text = args.text('text');
  if (hasBlocks) stored.blocks = blocks;
  stored.edited_ts = nextTs(world);
  changedEvent(world, conversation, { before, stored });
  tellConversation(world, conversation);
  const { text, ts } = stored;
  const message = messageFields(world, conversation, stored);
  return { channel: conversation.id, ts, text, message };
}

function remove(call: Call): Fields {
  const { world } = call;
  const conversation = conversationIn(call);
  const stored = messageIn(call, conversation, 'ts');
  if (stored.side !== 'app') throw new SlackError('cant_delete_message');
  const before = messageFields(world, conversation, stored);
  const hasReplies = repliesTo(conversation, stored.ts).length > 0;
  stored.is_deleted = true;
  deletedEvent(world, conversation, { before, stored, hasReplies });
  tellConversation(world, conversation);
  return { channel: conversation.id, ts: stored.ts };
}

/** @see https://docs.slack.dev/reference/methods/chat.postMessage */
export const CHAT_METHODS: Record<string, Method> = {
  'chat.postMessage': { scopes: ['chat:write'], takesJson: true, run: postMessage },
  'chat.update': { scopes: ['chat:write'], takesJson: true, run: update },
  'chat.delete': { scopes: ['chat:write'], takesJson: true, run: remove },
};
