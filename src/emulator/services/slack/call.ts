import type { World } from '../../kommo/world.ts';
import { findConversation, findMessage } from './conversations.ts';
import type { Conversation, Fields, StoredMessage, Team } from './entities.ts';
import type { Grant } from './grants.ts';
import { SlackError } from './slack-error.ts';

/** The arguments of one call, however they came. */
export class Arguments {
  readonly values: Fields;

  constructor(values: Fields) {
    this.values = values;
  }

  /** The text, or an empty one; numbers and flags are as good as their texts. */
  text(name: string): string {
    const value = this.values[name];
    return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
  }

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== '';
  }

  /** A JSON value: as it is in a JSON body, as text in a form. @throws SlackError */
  json(name: string, error: string): unknown {
    const value = this.values[name];
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      throw new SlackError(error);
    }
  }
}

/** One call of a Web API method. */
export interface Call {
  world: World;
  grant: Grant;
  team: Team;
  method: string;
  args: Arguments;
}

/** What a method needs, takes and does. */
export interface Method {
  /** One of these is needed; none: any token will do. */
  scopes: readonly string[];
  /** Whether the documentation lists `application/json`: other methods do not see what a JSON body says. */
  takesJson: boolean;
  /** Returns what stands beside `ok`. @throws SlackError */
  run(call: Call): Fields | Promise<Fields>;
}

/** The conversation an argument names. @throws SlackError `channel_not_found` */
export function conversationIn({ world, team, args }: Call, name = 'channel'): Conversation {
  const found = findConversation(world, team.id, args.text(name));
  if (found === undefined) throw new SlackError('channel_not_found');
  return found;
}

/** The same, for a call that writes there. @throws SlackError */
export function writable(conversation: Conversation): Conversation {
  if (conversation.is_archived) throw new SlackError('is_archived');
  if (!conversation.is_member) throw new SlackError('not_in_channel');
  return conversation;
}

/** @throws SlackError `message_not_found` */
export function messageIn({ args }: Call, conversation: Conversation, name: string): StoredMessage {
  const found = findMessage(conversation, args.text(name));
  if (found === undefined) throw new SlackError('message_not_found');
  return found;
}
