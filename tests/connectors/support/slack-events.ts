import { createHmac } from 'node:crypto';
import type { WebhookRequest } from '../../../src/server/connectors/connector.ts';
import { BOT_USER, CHANNEL } from './slack-api.ts';

export const SIGNING_SECRET = 'canary-signing-secret-0123456789abcdef';
export const TEAM = 'T0TEAM';
export const ANA = 'U0ANA';

/** When what the samples tell of happened, in seconds. */
export const DATE = 1_795_773_600;

/** The `ts` of a message: its number within the second. */
export function ts(number: number): string {
  return `${DATE}.${String(number).padStart(6, '0')}`;
}

/** What Slack posts about one event of the workspace. */
export function posted(event: object, outer: object = {}): WebhookRequest {
  const body = {
    token: 'legacy-verification-token',
    team_id: TEAM,
    api_app_id: 'A0APP',
    event,
    type: 'event_callback',
    event_id: 'Ev1',
    event_time: DATE,
    authorizations: [
      {
        enterprise_id: null,
        team_id: TEAM,
        user_id: BOT_USER,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    ...outer,
  };
  return {
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** A message of Ana to the bot, within an event or by itself. */
export function message(content: object, number = 100): object {
  return { type: 'message', user: ANA, ts: ts(number), ...content };
}

/** The event of a message of Ana's. */
export function written(content: object, number = 100, outer: object = {}): WebhookRequest {
  const place = { channel: CHANNEL, channel_type: 'im', event_ts: ts(number) };
  return posted({ ...message(content, number), ...place }, outer);
}

/** The event of a change or deletion. */
export function changed(subtype: string, fields: object, number = 900): WebhookRequest {
  const place = { channel: CHANNEL, channel_type: 'im', ts: ts(number), event_ts: ts(number) };
  return posted({ type: 'message', subtype, hidden: true, ...place, ...fields });
}

export function reacted(
  type: 'reaction_added' | 'reaction_removed',
  fields: object = {},
  outer: object = {},
): WebhookRequest {
  const item = { type: 'message', channel: CHANNEL, ts: ts(77) };
  const event = { type, user: ANA, reaction: '+1', item_user: BOT_USER, item, event_ts: ts(901) };
  return posted({ ...event, ...fields }, outer);
}

/** A file as Slack describes it. */
export function file(mimetype: string, fields: object = {}): object {
  return {
    id: 'F1',
    name: 'a.bin',
    mimetype,
    mode: 'hosted',
    size: 20_142,
    url_private: 'https://files.slack.com/files-pri/T0TEAM-F1/a.bin',
    ...fields,
  };
}

/** The event as Slack signs it. */
export function signed(
  request: WebhookRequest,
  secret = SIGNING_SECRET,
  at = DATE,
): WebhookRequest {
  const digest = createHmac('sha256', secret)
    .update(`v0:${at}:`)
    .update(request.body)
    .digest('hex');
  const proof = { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${digest}` };
  return { ...request, headers: { ...request.headers, ...proof } };
}
