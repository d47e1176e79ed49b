import type { World } from '../../kommo/world.ts';
import type { Member, SlackWorkspaces, Team } from './entities.ts';

/** The bot of the emulated app; the same ids in every workspace, on purpose: they say nothing without their team. */
export const BOT_USER_ID = 'U0EMULBOT';
export const BOT_ID = 'B0EMULATED';
export const APP_ID = 'A0EMULATED';
export const APP_NAME = 'Chat Connector';

/** Signs the events unless the emulator's control says another one: 32 hexadecimal digits, as Slack's are. */
export const SLACK_SIGNING_SECRET = '0e5ac7ed51a9b3d2c4f6e8a01b2c3d4e';

export const TEAMS: readonly [Team, ...Team[]] = [
  { id: 'T0EMULATED1', name: 'Demo Workspace', domain: 'demo-workspace', owner: 'U0EMULATED' },
  { id: 'T0EMULATED2', name: 'Second Workspace', domain: 'second-workspace', owner: 'U0EMULTWO' },
];

const person = (
  team_id: string,
  id: string,
  [name, real_name]: [string, string],
  phone = '',
): Member => ({
  id,
  team_id,
  name,
  real_name,
  display_name: real_name.split(' ')[0] ?? '',
  email: `${name}@example.com`,
  phone,
});

const [DEMO, SECOND] = TEAMS.map(({ id }) => id) as [string, string];

const MEMBERS: readonly Member[] = [
  person(DEMO, 'U0EMULATED', ['olga', 'Olga Owner']),
  person(DEMO, 'U0EMULADA', ['ada', 'Ada Lovelace'], '+55 11 99999-0000'),
  person(DEMO, 'U0EMULBOB', ['bob', 'Bob Builder']),
  person(SECOND, 'U0EMULTWO', ['tom', 'Tom Two']),
  person(SECOND, 'U0EMULEVE', ['eve', 'Eve Moneypenny']),
];

/** What the app subscribes to, unless the control says otherwise. */
const EVENTS = [
  'message.im',
  'reaction_added',
  'reaction_removed',
  'tokens_revoked',
  'app_uninstalled',
];

/** The double's state besides codes and tokens; forgotten by a reset of the emulator. */
export function slackState(world: World): SlackWorkspaces {
  return world.service<SlackWorkspaces>('slack_workspaces', () => ({
    app: {
      request_url: null,
      signing_secret: SLACK_SIGNING_SECRET,
      events: [...EVENTS],
      verified_url: null,
      verification_error: null,
      disabled_at: null,
    },
    members: MEMBERS.map((member) => ({ ...member })),
    conversations: {},
    files: {},
    uploads: {},
    pending: {},
    attempts: [],
    counts: { events: 0, taken: 0, given_up: 0, dropped: 0 },
    refusals: [],
    settings: {
      timeout_ms: 3000,
      pause_factor: 1,
      disable_from: 1000,
      copies: 1,
      reorder: 0,
      per_channel: 0,
      share_delay_ms: 0,
      grant_scopes: '',
      timestamp_age_s: 0,
      rotation: false,
    },
    secrets_seen: [],
    answered_echoes: [],
    replies_to_replies: [],
    origin: null,
    last_ts: 0,
    next_number: 1,
  }));
}

/** A number nothing else in the double has. */
export function nextNumber(world: World): number {
  const state = slackState(world);
  const number = state.next_number;
  state.next_number += 1;
  return number;
}

/** An id as Slack's: a letter or two and eleven signs. */
export function nextId(world: World, prefix: string): string {
  return `${prefix}0EMUL${nextNumber(world).toString(36).toUpperCase().padStart(5, '0')}`;
}

/** A time stamp that no other message has, and that is later than all before. */
export function nextTs(world: World): string {
  const state = slackState(world);
  state.last_ts = Math.max(Math.floor(world.clock.now() * 1000) + 1, state.last_ts + 100);
  const digits = String(state.last_ts).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Where links to files begin. */
export function slackOrigin(world: World): string {
  return slackState(world).origin ?? `http://slack.localhost:${new URL(world.url).port}`;
}

export function teamOf(id: string): Team | undefined {
  return TEAMS.find((team) => team.id === id);
}
