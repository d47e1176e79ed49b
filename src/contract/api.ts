/**
 * What crosses the wire between widget and backend.
 *
 * Glossary (Kommo's and the field's words, used everywhere in this project):
 * - account: a Kommo account, known by its numeric id. A tenant.
 * - install epoch: counts installs of one account; everything learned in an older epoch is dead.
 * - grant: Kommo's OAuth tokens for one account.
 * - connector: the code for one chat service. Its `auth` is one of three kinds.
 * - attempt: one try to sign in to a chat service. Has its own short-lived key.
 * - channel: a signed-in account of a chat service. At most `MAX_CHANNELS` per Kommo account.
 * - scope: the connection of the registered amojo chat channel to one Kommo account.
 * - source: Kommo's record of where leads come from; one per channel and chosen pipeline.
 * - sync: making Kommo's sources equal the saved settings.
 *
 * Names are snake_case on the wire. Times are ISO 8601 strings in UTC; durations carry their unit.
 */
import { z } from 'zod';
import { authKind, connectorDescription } from './connectors.ts';

export const LIMITS = {
  channelName: 100,
  templateName: 255,
  templateContent: 4096,
  idempotencyKey: 255,
  bodyBytes: 65_536,
} as const;

export const channelStatus = z.enum([
  'connected',
  'connecting',
  'action_needed',
  'phone_offline',
  'error',
  'paused',
]);
export type ChannelStatus = z.infer<typeof channelStatus>;

/** Why a channel needs attention; a closed list so that each has a text and a button. */
export const statusReason = z.enum([
  'scan_again',
  'sign_in_again',
  'key_rejected',
  'webhook_taken',
  'phone_offline',
  'service_unreachable',
  'service_error',
]);
export type StatusReason = z.infer<typeof statusReason>;

/** Who is signed in at the chat service. */
export const linkedAccount = z.object({
  external_id: z.string(),
  name: z.string(),
  handle: z.string().nullable(),
  /**
   * The account's picture at an address of the backend, for an `<img>`; its end is some days away. Absent where the
   * service has none. An empty answer (204) means that there is none to be had now.
   */
  avatar_url: z.string().optional(),
  /** How the API key in use ends, and when it was given. Nothing else of the key ever comes back. */
  credential_hint: z.object({ last4: z.string(), set_at: z.string() }).optional(),
});
export type LinkedAccount = z.infer<typeof linkedAccount>;

/** How a channel's messages are doing. Never a text, a name or a number. */
export const channelMessages = z.object({
  /** False: this connection only signs in; nothing arrives, and nothing can be sent. */
  carries: z.boolean(),
  last_received_at: z.string().nullable(),
  last_sent_at: z.string().nullable(),
  /** On their way, in either direction. */
  pending: z.number().int(),
  /** Could not be carried, in either direction. */
  undelivered: z.number().int(),
});
export type ChannelMessages = z.infer<typeof channelMessages>;

/** What the admin decides about a channel's messages; only what its service has. */
export const channelOptions = z.strictObject({
  /** Whether group chats become chats in Kommo. */
  groups: z.enum(['ignore', 'import']).optional(),
  /** Whether what staff write in the service's own app shows in Kommo. */
  own_device: z.enum(['import', 'ignore']).optional(),
});
export type ChannelOptions = z.infer<typeof channelOptions>;

/**
 * Where a test message of a channel goes: to the chat that wrote last, or to the account's own number, which
 * shows it as a note to oneself.
 */
export const testTarget = z.enum(['last_chat', 'own_number']);
export type TestTarget = z.infer<typeof testTarget>;

/** The guide's channel resource, extended. `pipeline_id` is the first of `pipeline_ids`. */
export const channel = z.object({
  id: z.string(),
  name: z.string(),
  phone: z.string(),
  /** `phone` as people of its country write it; empty where the channel has none. */
  phone_text: z.string(),
  pipeline_id: z.number().int().nullable(),
  pipeline_ids: z.array(z.number().int()),
  is_multidevice_mode_on: z.number().int(),
  is_default: z.boolean(),
  /** False until the first save that named it: Kommo has no source of it yet. */
  is_saved: z.boolean(),
  connector: z.string(),
  status: channelStatus,
  status_reason: statusReason.nullable(),
  /** Of when the status is: the service was asked, or told by itself. Null before the first time. */
  checked_at: z.string().nullable(),
  account: linkedAccount,
  messages: channelMessages,
  options: channelOptions,
  /** Null where the service has no way to test a channel. */
  test: testTarget.nullable(),
  created_at: z.string(),
  _links: z.object({ self: z.object({ href: z.string() }) }),
});
export type Channel = z.infer<typeof channel>;

export const channelCollection = z.object({
  _total_items: z.number().int(),
  _embedded: z.object({ channels: z.array(channel) }),
  _links: z.object({ self: z.object({ href: z.string() }) }),
});
export type ChannelCollection = z.infer<typeof channelCollection>;

/** The channels that are disconnected together, at once. */
export const deleteChannels = z.strictObject({
  ids: z.array(z.string().min(1).max(64)).min(1).max(50),
});
export type DeleteChannels = z.infer<typeof deleteChannels>;

/** Where a test message went: the name of the chat, or the account's own number as people write it. */
export const testAnswer = z.object({ sent_to: z.string() });
export type TestAnswer = z.infer<typeof testAnswer>;

/** A change of a channel's status. */
export const statusChange = z.object({
  at: z.string(),
  status: channelStatus,
  status_reason: statusReason.nullable(),
});
export type StatusChange = z.infer<typeof statusChange>;

/** At most 20, the newest first. */
export const channelHistory = z.object({
  _embedded: z.object({ history: z.array(statusChange) }),
});
export type ChannelHistory = z.infer<typeof channelHistory>;

export const pipeline = z.object({
  id: z.number().int(),
  name: z.string(),
  is_main: z.boolean(),
  is_archived: z.boolean(),
});
export type Pipeline = z.infer<typeof pipeline>;

export const template = z.object({
  id: z.number().int(),
  name: z.string(),
  content: z.string(),
  type: z.string(),
  external_id: z.string().nullable(),
  /** Kommo's review word (`draft`, `review`, `approved`, `rejected`, `paused`), or null where no review applies. */
  review_status: z.string().nullable(),
  is_on_review: z.boolean(),
});
export type Template = z.infer<typeof template>;

export const templateCollection = z.object({
  _embedded: z.object({ templates: z.array(template) }),
});
export type TemplateCollection = z.infer<typeof templateCollection>;

export const createTemplate = z.strictObject({
  name: z.string().trim().min(1).max(LIMITS.templateName),
  content: z.string().trim().min(1).max(LIMITS.templateContent),
  external_id: z.string().trim().min(1).max(255).optional(),
});
export type CreateTemplate = z.infer<typeof createTemplate>;

/**
 * A setting that follows the Kommo account, or is fixed by the admin. `value` is what applies now; empty
 * while Kommo has not told the account's own.
 */
export const preference = z.object({ mode: z.enum(['account', 'fixed']), value: z.string() });
export const preferences = z.object({ language: preference, country: preference });
export type Preferences = z.infer<typeof preferences>;

export const syncStatus = z.object({
  state: z.enum(['never', 'queued', 'running', 'done', 'failed']),
  finished_at: z.string().optional(),
  error_code: z.string().optional(),
});
export type SyncStatus = z.infer<typeof syncStatus>;

/** A key for `GET /watch/events`, as the Bearer. An hour long; ended by uninstall. */
export const startedWatch = z.object({ watch_key: z.string(), expires_at: z.string() });
export type StartedWatch = z.infer<typeof startedWatch>;

/** One event of `GET /watch/events`: all channels and the sync, sent when something of it changed. */
export const watchEvent = z.object({
  channels: z.array(
    channel.pick({
      id: true,
      status: true,
      status_reason: true,
      checked_at: true,
      messages: true,
    }),
  ),
  sync: syncStatus,
  /** The backend's clock, by which the times above are to be read. */
  server_time: z.string(),
});
export type WatchEvent = z.infer<typeof watchEvent>;

export const installStatus = z.object({
  state: z.enum(['active', 'authorizing', 'authorization_required']),
  /**
   * Kommo's consent page; built by the server only. Present unless `state` is `active`, or the caller is known
   * not to be an administrator and has to ask one.
   */
  authorize_url: z.string().optional(),
  /** `rights_missing`: the person who gave access may not, or no longer, do what the integration needs. */
  reason: z.literal('rights_missing').optional(),
  /** When the install ends by itself, with everything connected in it, unless someone gives access before. */
  ends_at: z.string().optional(),
  /** Present when the integration was uninstalled before: what was connected then is gone. */
  is_reinstall: z.literal(true).optional(),
});
export type InstallStatus = z.infer<typeof installStatus>;

export const settings = z.object({
  /** Rises with every accepted save; send it back with the next PUT. */
  version: z.number().int(),
  status: z.enum(['new', 'active']),
  install: installStatus,
  account: z.object({
    id: z.number().int(),
    subdomain: z.string(),
    domain: z.string(),
    name: z.string(),
    language: z.string(),
    country: z.string(),
  }),
  user: z.object({ id: z.number().int(), is_admin: z.boolean() }),
  connectors: z.array(connectorDescription),
  limits: z.object({ channels: z.object({ max: z.number().int(), used: z.number().int() }) }),
  pipelines: z.array(pipeline),
  channels: z.array(channel),
  default_channel_id: z.string().nullable(),
  templates: z.array(template),
  preferences,
  /** Which settings may change while the integration runs. Keys are dotted paths of this object. */
  changeable: z.record(z.string(), z.enum(['anytime', 'reinstall'])),
  sync: syncStatus,
  /** Who saved last; null before the first save. `user_id` is Kommo's. */
  saved_by: z.object({ user_id: z.number().int(), at: z.string() }).nullable(),
});
export type Settings = z.infer<typeof settings>;

/** `value` counts for `fixed` only. */
const savedPreference = z.strictObject({
  mode: preference.shape.mode,
  value: z.string().trim().max(5),
});

export const saveSettings = z.strictObject({
  version: z.number().int().nonnegative(),
  default_channel_id: z.string().nullable(),
  channels: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(64),
        name: z.string().trim().min(1).max(LIMITS.channelName),
        pipeline_ids: z.array(z.number().int().positive()).max(50),
        /** Left out: kept as they are. */
        options: channelOptions.optional(),
      }),
    )
    .max(50),
  /** Left out: kept as they are. */
  preferences: z.strictObject({ language: savedPreference, country: savedPreference }).optional(),
});
export type SaveSettings = z.infer<typeof saveSettings>;

export const messageKind = z.enum([
  'text',
  'picture',
  'video',
  'voice',
  'audio',
  'file',
  'sticker',
  'location',
  'contact',
  'edit',
  'reaction',
  'unknown',
]);
export type MessageKind = z.infer<typeof messageKind>;

/** Why a message could not be carried; a closed list so that each has a text in every language. */
export const undeliveredReason = z.enum([
  /** The client blocked the channel's account. */
  'blocked',
  /** The client's account at the service is gone. */
  'person_gone',
  /** The service knows no such chat: the client has to write first, or the number is not registered there. */
  'chat_unknown',
  /** The channel's account was removed from the group. */
  'removed_from_chat',
  'too_large',
  'unsupported',
  /** The file could not be fetched where it lies. */
  'file_unavailable',
  /** The service refused it for another reason. */
  'refused',
  /** It was sent, but nobody answered: it may have arrived. */
  'may_have_arrived',
  /** The channel's sign-in at the service is dead. */
  'signed_out',
  /** The channel carries no messages, was removed, or is paused. */
  'no_connection',
  /** The other side could not be reached for too long. */
  'timed_out',
  /** Kommo refused it. */
  'kommo_refused',
  /** The channel was never saved, so that Kommo has no source of it. */
  'not_saved',
  /** We could not read what the service sent. */
  'unreadable',
]);
export type UndeliveredReason = z.infer<typeof undeliveredReason>;

export const undelivered = z.object({
  id: z.string(),
  direction: z.enum(['in', 'out']),
  at: z.string(),
  /** As the service names them; the number alone is never shown. */
  person: z.object({ name: z.string() }),
  kind: messageKind,
  reason: undeliveredReason,
  can_retry: z.boolean(),
});
export type Undelivered = z.infer<typeof undelivered>;

export const undeliveredCollection = z.object({
  _embedded: z.object({ undelivered: z.array(undelivered) }),
});
export type UndeliveredCollection = z.infer<typeof undeliveredCollection>;

/** Left out: all that can be tried again. */
export const retryUndelivered = z
  .strictObject({ ids: z.array(z.string().min(1).max(64)).max(100).optional() })
  .nullish();
export type RetryUndelivered = z.infer<typeof retryUndelivered>;

export const retriedAnswer = z.object({ retried: z.number().int() });
export type RetriedAnswer = z.infer<typeof retriedAnswer>;

export const attemptState = z.enum([
  'starting',
  'waiting',
  'confirm',
  'connected',
  'failed',
  'expired',
  'cancelled',
]);
export type AttemptState = z.infer<typeof attemptState>;

/** Why an attempt ended, or what it waits for. A closed list; each has a text in every language. */
export const attemptReason = z.enum([
  'denied',
  'rejected',
  'service_unreachable',
  'service_error',
  'misconfigured',
  'rate_limited',
  'superseded',
  'timed_out',
  'linking',
  /** A phone is linked, but the service does not say which number it is. */
  'account_unknown',
  'webhook_taken',
  'different_account',
  /** The chat account is connected in another Kommo account, too. */
  'connected_elsewhere',
  'already_connected',
  'channel_limit_reached',
]);
export type AttemptReason = z.infer<typeof attemptReason>;

/**
 * What the admin enters at their own chat service. Shown once, in the answer that connects the channel; only
 * connecting the channel again shows the address with another secret.
 */
export const attemptSetup = z.object({ webhook_url: z.string(), secret: z.string() });
export type AttemptSetup = z.infer<typeof attemptSetup>;

export const attempt = z.object({
  id: z.string(),
  connector: z.string(),
  auth: authKind,
  state: attemptState,
  reason: attemptReason.optional(),
  authorize_url: z.string().optional(),
  /** `image` is a PNG data URI, one pixel for each module, quiet zone included; `refreshed` of `refreshes` automatic renewals are used. */
  qr: z
    .object({
      image: z.string(),
      expires_at: z.string(),
      refreshed: z.number().int(),
      refreshes: z.number().int(),
    })
    .optional(),
  pairing_code: z.string().optional(),
  account: linkedAccount.optional(),
  channel: channel.optional(),
  setup: attemptSetup.optional(),
  poll_after_ms: z.number().int(),
  expires_at: z.string(),
  server_time: z.string(),
});
export type Attempt = z.infer<typeof attempt>;

export const startAttempt = z.strictObject({
  connector: z.string().min(1).max(64),
  channel_id: z.string().min(1).max(64).optional(),
});
export type StartAttempt = z.infer<typeof startAttempt>;

export const startedAttempt = z.object({ attempt, attempt_key: z.string() });
export type StartedAttempt = z.infer<typeof startedAttempt>;

export const attemptAnswer = z.object({ attempt });
export type AttemptAnswer = z.infer<typeof attemptAnswer>;

/**
 * What the admin submits to an attempt: an API key's fields, a phone number for a pairing code
 * (`{ phone }` on a QR attempt), or only `confirm` to accept what was found. With `preview` the values are
 * only read: no service is asked, and the answer says what was understood.
 */
export const submitCredentials = z.strictObject({
  values: z.record(z.string().max(64), z.string().max(8192)).default({}),
  confirm: z.literal(true).optional(),
  preview: z.literal(true).optional(),
});
export type SubmitCredentials = z.infer<typeof submitCredentials>;

/** `understood.phone` is the number as its owner knows it, e.g. `+55 11 91234-5678`; it may be submitted so. */
export const submittedAnswer = z.object({
  attempt,
  understood: z.object({ phone: z.string().optional() }).optional(),
});
export type SubmittedAnswer = z.infer<typeof submittedAnswer>;
