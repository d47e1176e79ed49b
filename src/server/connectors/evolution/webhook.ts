import { z } from 'zod';
import { maybe, text } from '../whatsapp/proto-shape.ts';

/** The header that carries our secret: Evolution does not sign its events, but repeats headers it was given. */
export const SECRET_HEADER = 'x-webhook-secret';

/** Until a number has become a channel, its messages are nobody's business. */
export const STATE_EVENTS = ['CONNECTION_UPDATE'];

/** What we ask to be told of. `SEND_MESSAGE` is left out: it tells what we have sent ourselves. */
const EVENTS = [
  ...STATE_EVENTS,
  'MESSAGES_UPSERT',
  'MESSAGES_UPDATE',
  'MESSAGES_EDITED',
  'MESSAGES_DELETE',
  'PRESENCE_UPDATE',
];

/**
 * How an instance behaves: it hands everything on, also of groups, because which of it is wanted is the channel's own
 * setting; and it shows nobody that something was read or that somebody is there, because nobody is.
 */
export const SETTINGS = {
  rejectCall: false,
  groupsIgnore: false,
  alwaysOnline: false,
  readMessages: false,
  readStatus: false,
  syncFullHistory: false,
};

export interface Webhook {
  url: string;
  secret: string;
}

/** Files are left out of events (`base64`): they are fetched when somebody wants them. */
export function webhookOf({ url, secret }: Webhook, events = EVENTS): object {
  return {
    enabled: true,
    url,
    headers: { [SECRET_HEADER]: secret },
    byEvents: false,
    base64: false,
    events,
  };
}

const flag = maybe(z.boolean());

/** How the server answers with it. */
export const storedWebhook = z.object({
  enabled: flag,
  url: text,
  headers: maybe(z.record(z.string(), z.unknown())),
  events: z.array(maybe(z.string())).catch([]),
  webhookByEvents: flag,
  webhookBase64: flag,
});

/** Whether what is stored is what we would store today. */
export function isCurrent(
  stored: z.output<typeof storedWebhook>,
  { url, secret }: Webhook,
): boolean {
  return (
    stored.enabled === true &&
    stored.url === url &&
    stored.headers?.[SECRET_HEADER] === secret &&
    stored.webhookByEvents !== true &&
    stored.webhookBase64 !== true &&
    EVENTS.every((name) => stored.events.includes(name))
  );
}
