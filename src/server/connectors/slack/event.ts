import { z } from 'zod';

/**
 * What we read of an event. Everything may be missing or of another type: a wrong member must not spoil the rest.
 *
 * @see https://docs.slack.dev/apis/events-api
 * @see https://docs.slack.dev/reference/events/message
 */
function maybe<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

const id = maybe(z.string().regex(/^[A-Z0-9]{1,40}$/));
const ts = maybe(z.string().regex(/^\d{1,11}\.\d{1,6}$/));
const text = maybe(z.string());
const flag = maybe(z.boolean());
const count = maybe(z.number().nonnegative());

const profile = z.object({ display_name: text, real_name: text, name: text });

const file = z.object({
  id: z.string().regex(/^F[A-Z0-9]{1,39}$/),
  name: text,
  title: text,
  mimetype: text,
  /** `slack_audio` and `slack_video` are recorded in Slack itself. */
  subtype: text,
  /** `hosted`, `snippet`, `external`, `tombstone` (deleted), `hidden_by_limit`, … */
  mode: text,
  is_external: flag,
  size: count,
  duration_ms: count,
  external_url: text,
  url_private: text,
  url_private_download: text,
});

const attachment = z.object({
  text,
  fallback: text,
  from_url: text,
  /** A message that was passed on. All others are previews of links. */
  is_share: flag,
});

const messageFields = {
  subtype: text,
  user: id,
  bot_id: id,
  bot_profile: z.unknown().optional(),
  user_profile: maybe(profile),
  text,
  ts,
  thread_ts: ts,
  edited: maybe(z.object({ ts })),
  files: maybe(z.array(maybe(file))),
  attachments: maybe(z.array(maybe(attachment))),
  blocks: maybe(z.array(z.unknown())),
};

const message = z.object(messageFields);

const event = z.object({
  ...messageFields,
  type: z.string(),
  channel: id,
  channel_type: text,
  event_ts: ts,
  deleted_ts: ts,
  message: maybe(message),
  previous_message: maybe(message),
  reaction: text,
  item: maybe(z.object({ type: text, channel: id, ts })),
});

/** The outer body of all that Slack posts. */
export const outerEvent = z.object({
  type: z.string(),
  challenge: text,
  team_id: id,
  enterprise_id: id,
  event_id: maybe(z.string().regex(/^\w{1,100}$/)),
  event: maybe(event),
  /** For whom Slack posts it: one installation of the app, even where more could see it. */
  authorizations: maybe(
    z.array(
      maybe(
        z.object({
          team_id: id,
          enterprise_id: id,
          user_id: id,
          is_bot: flag,
          is_enterprise_install: flag,
        }),
      ),
    ),
  ),
});

/** What `files.info` says of a file. */
export const fileInfo = z.object({ file });

export type SlackFile = z.output<typeof file>;
export type SlackMessage = z.output<typeof message>;
export type SlackEvent = z.output<typeof event>;
export type SlackOuterEvent = z.output<typeof outerEvent>;
