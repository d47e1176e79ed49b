import { UnknownThing, type World } from '../../kommo/world.ts';
import { type Given, optional } from '../given.ts';
import { directMessage, findConversation, findMember, findMessage } from './conversations.ts';
import type { Conversation, Member, StoredMessage, Team } from './entities.ts';
import { isInstalled } from './grants.ts';
import { slackState, TEAMS } from './state.ts';

/** What an act did: ids to recognise it by. `event_id` is null for an app that is not told of such things. */
export interface Done {
  team_id: string;
  channel: string;
  ts: string;
  event_id: string | null;
  client_msg_id?: string;
  /** Links: the change that the preview is. */
  unfurl_event_id?: string | null;
  /** Names and hashes of the files sent. */
  files?: { id: string; name: string; size: number; sha256: string }[];
}

/** The workspace an act names by id or name; without one, the first where the app is, or the first. @throws UnknownThing */
export function teamIn(world: World, given: Given): Team {
  const named = optional(given, 'team');
  if (named === undefined) return TEAMS.find(({ id }) => isInstalled(world, id)) ?? TEAMS[0];
  const team = TEAMS.find(({ id, name }) => id === named || name === named);
  if (team === undefined) throw new UnknownThing(`There is no workspace ${named}.`);
  return team;
}

/** The member an act names by id or handle; without one, the first who does not own the workspace. @throws UnknownThing */
function memberIn(world: World, team: Team, given: Given): Member {
  const all = slackState(world).members.filter(({ team_id }) => team_id === team.id);
  const named = optional(given, 'member');
  const member = all.find(({ id, name }) =>
    named === undefined ? id !== team.owner : id === named || name === named,
  );
  if (member === undefined) throw new UnknownThing(`${team.name} has no member ${named ?? ''}.`);
  return member;
}

/** Who acts where. Without `channel` it is the direct message with the app. */
export function sceneOf(world: World, given: Given) {
  const team = teamIn(world, given);
  const member = memberIn(world, team, given);
  const channel = optional(given, 'channel');
  const conversation =
    channel === undefined ? directMessage(world, member) : channelIn(world, team, channel);
  return { world, team, member, conversation, given };
}

export type Scene = ReturnType<typeof sceneOf>;

/** A public channel is there once somebody writes in it; the app is a member when `invite` said so. */
function channelIn(world: World, team: Team, id: string): Conversation {
  const known = findConversation(world, team.id, id);
  if (known !== undefined) return known;
  if (!/^C[A-Z0-9]{5,}$/.test(id)) throw new TypeError('channel: C and at least five signs');
  const conversation: Conversation = {
    team_id: team.id,
    id,
    type: 'channel',
    user: '',
    name: id.toLowerCase(),
    is_member: false,
    is_archived: false,
    messages: {},
    threads: {},
  };
  slackState(world).conversations[`${team.id}/${id}`] = conversation;
  return conversation;
}

/** A message that is still there. @throws UnknownThing */
export function messageAt(conversation: Conversation, ts: string): StoredMessage {
  const message = findMessage(conversation, ts);
  if (message === undefined) throw new UnknownThing(`There is no message ${ts}.`);
  return message;
}

/** The names of people in texts. */
export function namesIn(world: World, teamId: string): (user: string) => string {
  return (user) => findMember(world, teamId, user)?.display_name ?? user;
}
