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
  avatar_url: z.string().optional(),
  /** How the API key in use ends, and when it was given. Nothing else of the key ever comes back. */
  credential_hint: z.object({ last4: z.string(), set_at: z.string() }).optional(),
});
export type LinkedAccount = z.infer<typeof linkedAccount>;

/** The guide's channel resource, extended. `pipeline_id` is the first of `pipeline_ids`. */
export const channel = z.object({
  id: z.string(),
  name: z.string(),
  phone: z.string(),
  pipeline_id: z.number().int().nullable(),
  pipeline_ids: z.array(z.number().int()),
  is_multidevice_mode_on: z.number().int(),
  is_default: z.boolean(),
  /** False until the first save that named it: Kommo has no source of it yet. */
  is_saved: z.boolean(),
  connector: z.string(),
  status: channelStatus,
  status_reason: statusReason.nullable(),
  account: linkedAccount,
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
      }),
    )
    .max(50),
  /** Left out: kept as they are. */
  preferences: z.strictObject({ language: savedPreference, country: savedPreference }).optional(),
});
export type SaveSettings = z.infer<typeof saveSettings>;

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

export const attempt = z.object({
  id: z.string(),
  connector: z.string(),
  auth: authKind,
  state: attemptState,
  reason: attemptReason.optional(),
  authorize_url: z.string().optional(),
  /** `image` is a PNG data URI; `refreshed` of `refreshes` automatic renewals are used. */
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

/** `understood.phone` is the number as its owner knows it, e.g. `+55 11 91234 5678`; it may be submitted so. */
export const submittedAnswer = z.object({
  attempt,
  understood: z.object({ phone: z.string().optional() }).optional(),
});
export type SubmittedAnswer = z.infer<typeof submittedAnswer>;
