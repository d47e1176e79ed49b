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
  /** Replies by the `ts` of their thread's first message, oldest first. */
  threads: Record<string, string[]>;
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
  /** How old the time stamps of requests to the app claim to be, in seconds. */
  timestamp_age_s: number;
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
