import type { World } from '../../kommo/world.ts';
import { conversationKey, messageFields, tombstone } from './conversations.ts';
import { type Echo, sendEvent } from './delivery.ts';
import type { Conversation, Fields, StoredMessage } from './entities.ts';
import { isInstalled, scopesIn } from './grants.ts';
import { APP_ID, BOT_USER_ID, nextId, nextTs, slackState } from './state.ts';

/** The deprecated proof that every event still carries; a product must not rest on it, nor log it. */
const VERIFICATION_TOKEN = 'emulated-verification-token';

/** Subscription and scope that each event needs. @see https://docs.slack.dev/apis/events-api */
const MESSAGES = {
  im: { subscription: 'message.im', scope: 'im:history' },
  channel: { subscription: 'message.channels', scope: 'channels:history' },
} as const;

/**
 * Sends an event, if the app subscribes to it and the grant has the scope.
 *
 * @param needs no scope: events about the app itself, which also come when the last token is gone
 * @returns its id, or null if nothing is sent
 */
function emit(
  world: World,
  teamId: string,
  event: Fields,
  needs: { subscription: string; scope?: string; echo?: Echo | undefined },
): string | null {
  const { app } = slackState(world);
  if (!app.events.includes(needs.subscription)) return null;
  if (needs.scope !== undefined) {
    if (!isInstalled(world, teamId) || !scopesIn(world, teamId).has(needs.scope)) return null;
  }
  const event_id = nextId(world, 'Ev');
  const body = {
    token: VERIFICATION_TOKEN,
    team_id: teamId,
    context_team_id: teamId,
    context_enterprise_id: null,
    api_app_id: APP_ID,
    event,
    type: 'event_callback',
    event_id,
    event_time: world.clock.seconds(),
    authorizations: [
      {
        enterprise_id: null,
        team_id: teamId,
        user_id: BOT_USER_ID,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${event_id}`,
  };
  sendEvent(world, { event_id, team_id: teamId, body, echo: needs.echo });
  return event_id;
}

function emitMessage(world: World, conversation: Conversation, event: Fields, echo?: Echo) {
  const body = { ...event, channel: conversation.id, channel_type: conversation.type };
  return emit(world, conversation.team_id, body, { ...MESSAGES[conversation.type], echo });
}

/** A message is new: a member's, or the app's own, which comes back to it. */
export function messageEvent(
  world: World,
  conversation: Conversation,
  stored: StoredMessage,
): string | null {
  const echo =
    stored.side === 'app' ? { key: conversationKey(conversation), ts: stored.ts } : undefined;
  const event = { ...messageFields(world, conversation, stored), event_ts: stored.ts };
  return emitMessage(world, conversation, event, echo);
}

/**
 * A message is another than before: edited, or its links unfurled.
 *
 * @param before what `messageFields` told of it
 */
export function changedEvent(
  world: World,
  conversation: Conversation,
  { before, stored }: { before: Fields; stored: StoredMessage },
): string | null {
  const ts = nextTs(world);
  const team = conversation.team_id;
  return emitMessage(world, conversation, {
    type: 'message',
    subtype: 'message_changed',
    message: {
      ...messageFields(world, conversation, stored),
      source_team: team,
      user_team: team,
    },
    previous_message: before,
    hidden: true,
    ts,
    event_ts: ts,
  });
}

/** A message is gone. Where it began a thread, a marker stays in its place, and Slack tells a change. */
export function deletedEvent(
  world: World,
  conversation: Conversation,
  { before, stored, hasReplies }: { before: Fields; stored: StoredMessage; hasReplies: boolean },
): string | null {
  const ts = nextTs(world);
  const common = { type: 'message', previous_message: before, hidden: true, ts, event_ts: ts };
  return emitMessage(
    world,
    conversation,
    hasReplies
      ? { ...common, subtype: 'message_changed', message: tombstone(conversation, stored) }
      : { ...common, subtype: 'message_deleted', deleted_ts: stored.ts },
  );
}

/** @see https://docs.slack.dev/reference/events/reaction_added */
export function reactionEvent(
  world: World,
  conversation: Conversation,
  reaction: {
    type: 'reaction_added' | 'reaction_removed';
    user: string;
    name: string;
    stored: StoredMessage;
  },
): string | null {
  const { type, user, name, stored } = reaction;
  const event = {
    type,
    user,
    reaction: name,
    item: { type: 'message', channel: conversation.id, ts: stored.ts },
    item_user: stored.user,
    event_ts: nextTs(world),
  };
  const needs = { subscription: type, scope: 'reactions:read' };
  return emit(world, conversation.team_id, event, needs);
}

/** @see https://docs.slack.dev/reference/events/file_shared */
export function fileSharedEvent(
  world: World,
  { team_id, id }: Conversation,
  { file, user }: { file: string; user: string },
): string | null {
  const event = {
    type: 'file_shared',
    channel_id: id,
    file_id: file,
    user_id: user,
    file: { id: file },
    event_ts: nextTs(world),
  };
  return emit(world, team_id, event, { subscription: 'file_shared', scope: 'files:read' });
}

/** @see https://docs.slack.dev/reference/events/tokens_revoked */
export function tokensRevokedEvent(world: World, teamId: string): string | null {
  const event = { type: 'tokens_revoked', tokens: { oauth: [], bot: [BOT_USER_ID] } };
  return emit(world, teamId, event, { subscription: 'tokens_revoked' });
}

/** @see https://docs.slack.dev/reference/events/app_uninstalled */
export function appUninstalledEvent(world: World, teamId: string): string | null {
  const event = { type: 'app_uninstalled' };
  return emit(world, teamId, event, { subscription: 'app_uninstalled' });
}

/** Slack holds back events of a workspace; nobody subscribes to hear of it. @see https://docs.slack.dev/reference/events/app_rate_limited */
export function rateLimitedEvent(world: World, teamId: string): void {
  const body = {
    token: VERIFICATION_TOKEN,
    type: 'app_rate_limited',
    team_id: teamId,
    minute_rate_limited: Math.floor(world.clock.seconds() / 60) * 60,
    api_app_id: APP_ID,
  };
  sendEvent(world, { event_id: nextId(world, 'Ev'), team_id: teamId, body, echo: undefined });
}
