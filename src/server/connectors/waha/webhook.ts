import { z } from 'zod';
import type { Tools } from '../connector.ts';
import { optionalText } from '../http.ts';

/**
 * What we ask to be told of: `message.any` tells what `message` does and what was written on the phone too, so both
 * together would tell everything twice. The states are for the channel's health.
 *
 * @see https://waha.devlike.pro/docs/how-to/events/
 */
const EVENTS = [
  ...['message.any', 'message.ack', 'message.reaction', 'message.edited', 'message.revoked'],
  ...['presence.update', 'session.status', 'state.change'],
];

/**
 * For half an hour and more, growing from two seconds. WAHA's own default is not documented, and what it gives up is
 * lost.
 */
const RETRIES = { policy: 'exponential', delaySeconds: 2, attempts: 10 } as const;

/** Statuses, channels and lists are no conversations; WAHA need not store or send them. */
const IGNORED = { status: true, channels: true, broadcast: true };

const webhook = z.looseObject({
  url: optionalText,
  events: z.array(z.unknown()).catch([]),
});

/** A session's settings at the server. What we do not know of them is the operator's, and stays as it is. */
export const sessionConfig = z.looseObject({
  webhooks: z.array(webhook).catch([]),
  ignore: z.looseObject({}).optional().catch(undefined),
});

export type SessionConfig = z.output<typeof sessionConfig>;

/** The settings of a session, new or as `present` is, with our webhook in them. */
export function configFor({ webhook: ours }: Tools, present?: SessionConfig): object {
  const ignore = present?.ignore ?? IGNORED;
  if (ours === undefined) return { ...present, ignore };
  const others = (present?.webhooks ?? []).filter(({ url }) => !isOurs(url, ours.url));
  const { url, secret } = ours;
  const webhooks = [...others, { url, events: EVENTS, hmac: { key: secret }, retries: RETRIES }];
  return { ...present, ignore, webhooks };
}

/**
 * Whether a session tells us all that we ask for. Only that is compared: whatever else a server might write otherwise
 * than it was told would have the session restarted for ever.
 */
export function isComplete({ webhook: ours }: Tools, present: SessionConfig | undefined): boolean {
  if (ours === undefined) return true;
  const set = (present?.webhooks ?? []).filter(({ url }) => isOurs(url, ours.url));
  const [only, ...more] = set;
  if (only?.url !== ours.url || more.length > 0) return false;
  return EVENTS.every((event) => only.events.includes(event));
}

/** Ours are the present address, and those of another channel or of a time when we had another origin. */
function isOurs(url: string | undefined, present: string): boolean {
  return url !== undefined && folderOf(url) === folderOf(present);
}

function folderOf(address: string): string | undefined {
  return URL.parse(address)?.pathname.replace(/[^/]*$/, '');
}
