import type { World } from '../../kommo/world.ts';

/** The bot of the emulated app; the same ids in every workspace, on purpose: they say nothing without their team. */
export const BOT_USER_ID = 'U0EMULBOT';
export const BOT_ID = 'B0EMULATED';
export const APP_ID = 'A0EMULATED';
export const APP_NAME = 'Chat Connector';

/** Signs the events unless the emulator's control says another one: 32 hexadecimal digits, as Slack's are. */
export const SLACK_SIGNING_SECRET = '0e5ac7ed51a9b3d2c4f6e8a01b2c3d4e';

/** A JSON object of Slack's: message, file, user and the like. */
export type Fields = Record<string, unknown>;

/** A workspace. */
export interface Team {
  id: string;
  name: string;
  domain: string;
  /** Who installs the app. */
  owner: string;
}

export const TEAMS: readonly [Team, ...Team[]] = [
  { id: 'T0EMULATED1', name: 'Demo Workspace', domain: 'demo-workspace', owner: 'U0EMULATED' },
  { id: 'T0EMULATED2', name: 'Second Workspace', domain: 'second-workspace', owner: 'U0EMULTWO' },
];

/** Somebody of a workspace. @see https://docs.slack.dev/reference/objects/user-object */
export interface Member {
  id: string;
  team_id: string;
  /** The handle. */
  name: string;
  real_name: string;
  display_name: string;
  email: string;
  /** As the member wrote it into the profile; may be empty. */
  phone: string;
}

export interface StoredMessage {
  ts: string;
  side: 'app' | 'member';
  /** Id of the user, the bot's own included. */
  user: string;
  /** As Slack holds it: escaped, links in angle brackets, emoji as codes. */
  text: string;
  blocks: Fields[];
  /** What a link unfurled to, and what the app attached. */
  attachments: Fields[];
  thread_ts: string | null;
  client_msg_id: string | null;
  file_ids: string[];
  /** When it was changed by its author. */
  edited_ts: string | null;
  /** Earlier texts, oldest first. */
  earlier: string[];
  /** Name of the emoji, and who chose it. */
  reactions: Record<string, string[]>;
  is_deleted: boolean;
  /** Milliseconds of the emulator's clock; `ts` may run ahead of it. */
  at: number;
}

/** A direct message with the app, or a channel. */
export interface Conversation {
  team_id: string;
  id: string;
  type: 'im' | 'channel';
  /** The member of a direct message; empty for a channel. */
  user: string;
  name: string;
  /** Channels: whether the app was invited. */
  is_member: boolean;
  is_archived: boolean;
  /** By `ts`, oldest first. */
  messages: Record<string, StoredMessage>;
}

/** Where a file's bytes come from. */
export type FileSource =
  | { from: 'sample'; sample: string }
  | { from: 'generated'; sample: string; seed: number }
  | { from: 'upload' };

/** @see https://docs.slack.dev/reference/objects/file-object */
export interface StoredFile {
  id: string;
  team_id: string;
  user: string;
  name: string;
  title: string;
  mimetype: string;
  size: number;
  /** Empty before the bytes came. */
  sha256: string;
  source: FileSource;
  /** `slack_audio` for a clip; milliseconds of it. */
  subtype: string | null;
  duration_ms: number | null;
  created: number;
  /** What an upload has come to: asked for, bytes there, shared. */
  stage: 'asked' | 'uploaded' | 'complete';
  /** Where it can be seen: ids of conversations with the messages' `ts`. */
  shares: { channel: string; ts: string; thread_ts: string | null }[];
}

/** An event that was not taken yet. */
export interface PendingEvent {
  event_id: string;
  team_id: string;
  body: Fields;
  /** Attempts so far. */
  tries: number;
  /** Milliseconds of the emulator's clock; null while an attempt runs. */
  due_at: number | null;
  /** Why the last attempt failed, in Slack's word. */
  reason: string | null;
}

/** Something the app does not get done; see `order-acts.ts`. */
export interface Refusal {
  id: number;
  team_id: string | null;
  channel: string | null;
  method: string | null;
  /** How many calls it hits; null: all. */
  left: number | null;
  /** How many calls pass first. */
  pass: number;
  hits: number;
  action: 'refuse' | 'lose_answer' | 'hang' | 'reset' | 'status' | 'html';
  error: string;
  status: number;
  /** Seconds of `Retry-After`; null sends none. */
  retry_after: number | null;
}

export interface AppSettings {
  /** The Request URL the developer saved; null: the backend's own address. */
  request_url: string | null;
  signing_secret: string;
  /** Subscriptions to bot events, by their names in the app's settings. */
  events: string[];
  /** The address that answered the challenge last; null: none did. */
  verified_url: string | null;
  /** Why the last challenge failed. */
  verification_error: string | null;
  /** Since when no events go out, in milliseconds; null: they do. */
  disabled_at: number | null;
}

export interface Settings {
  /** How long the Request URL may take to answer. */
  timeout_ms: number;
  /** Factor on the pauses before retries; 1 as Slack, 0.001 makes a second a millisecond. */
  pause_factor: number;
  /** Attempts within an hour below which subscriptions are never disabled. */
  disable_from: number;
  /** How often every event is sent: 2 plays the duplicates that were seen in the wild. */
  copies: number;
  /** Events are held until there are so many, and go out newest first; 0: at once. */
  reorder: number;
  /** Messages a second in one conversation; 0: no limit. */
  per_channel: number;
  /** How long after the call an uploaded file shows in the conversation, in milliseconds. */
  share_delay_ms: number;
  /** Scopes a new grant gets, comma-separated; empty: those that were asked for. */
  grant_scopes: string;
  /** Whether new tokens live twelve hours. */
  rotation: boolean;
}

export interface SlackWorkspaces {
  app: AppSettings;
  members: Member[];
  conversations: Record<string, Conversation>;
  files: Record<string, StoredFile>;
  /** Ticket of an upload's address to the file. */
  uploads: Record<string, string>;
  pending: Record<string, PendingEvent>;
  /** Attempts of the last hour. */
  attempts: { at: number; is_taken: boolean }[];
  counts: { events: number; taken: number; given_up: number; dropped: number };
  refusals: Refusal[];
  settings: Settings;
  /** Secrets inside addresses or texts; the secret itself is not kept. */
  secrets_seen: { method: string; where: string; secret: string }[];
  /** Texts of the app that came back as its echo, and were written again right after. */
  answered_echoes: { team_id: string; channel: string; ts: string; echo_ts: string }[];
  /** Replies that named a reply instead of the thread's first message. */
  replies_to_replies: { method: string; channel: string; thread_ts: string }[];
  /** Origin under which the app last called; links to files begin with it. */
  origin: string | null;
  /** Microseconds of the newest `ts`. */
  last_ts: number;
  next_number: number;
}

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
