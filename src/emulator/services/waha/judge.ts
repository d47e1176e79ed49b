import { createHash } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import { type Chat, type Content, networkState, own } from '../whatsapp/state.ts';
import { statusOf, wahaSessions } from './session.ts';
import { type Fault, type SendRecord, WAHA_API_KEY, wahaState } from './state.ts';
import { openDeliveries, webhooksOf } from './webhooks.ts';

/** Two messages with the same content within this time are one that was sent twice. */
const TWICE_MS = 1_000;
const MINUTE_MS = 60_000;
/** Shorter secrets would be found by chance. */
const SECRET_LEAST = 8;
/** Records kept; the oldest go first. */
const KEPT = 10_000;

/** Notes something a product must not do. */
export function noteFault(
  world: World,
  session: string,
  what: Fault['what'],
  detail: string,
): void {
  const { faults } = wahaState(world);
  faults.push({ session, what, detail });
  if (faults.length > KEPT) faults.shift();
}

interface Sending {
  world: World;
  session: { name: string };
}

/** Notes a message that is about to go out, and whether what came before was seen. */
export function noteSend(
  { world, session }: Sending,
  chat: Chat,
  content: Content,
  quote: string | null,
): void {
  const { sends } = wahaState(world);
  const file = own(networkState(world).files, content.file ?? '');
  const said = [
    content.kind,
    content.text,
    file?.sha256,
    content.location,
    content.contacts,
    quote,
  ];
  sends.push({
    session: session.name,
    chat: chat.id,
    content: createHash('sha256')
      .update(JSON.stringify([said, content.extra]))
      .digest('hex'),
    at: world.clock.now(),
  });
  if (sends.length > KEPT) sends.shift();
  const last = chat.messages.filter(({ source }) => source === 'client').at(-1);
  if (last !== undefined && !last.is_seen) {
    noteFault(world, session.name, 'answered_unseen', `chat ${chat.id}`);
  }
}

/** Notes secrets inside what a client would get, or inside an address. Names them, and keeps none. */
export function noteSecrets(world: World, session: string, values: unknown): void {
  const { integrations, channels, grants } = world.state;
  const keys = wahaSessions(world).flatMap((one) => webhooksOf(one).map(({ hmacKey }) => hmacKey));
  const named: [string, string][] = [
    ['API key', WAHA_API_KEY],
    ...keys.flatMap((key): [string, string][] => (key === undefined ? [] : [['webhook key', key]])),
    ...integrations.map(({ client_secret }): [string, string] => ['client secret', client_secret]),
    ...channels.map(({ secret }): [string, string] => ['channel secret', secret]),
    ...grants.flatMap(({ access_token, refresh_token }): [string, string][] => [
      ['access token', access_token],
      ['refresh token', refresh_token],
    ]),
  ];
  const text = typeof values === 'string' ? values : JSON.stringify(values);
  for (const [name, secret] of named) {
    if (secret.length < SECRET_LEAST || !text.includes(secret)) continue;
    noteFault(world, session, 'secret', name);
  }
}

/** What a product must not do, as far as the double can tell, for each session. */
export function judgeWaha(world: World): object {
  const { sends, faults, settings } = wahaState(world);
  return {
    sessions: wahaSessions(world).map((session) => {
      const own = sends.filter((record) => record.session === session.name);
      return {
        session: session.name,
        status: statusOf(world, session),
        sent: own.length,
        sent_twice: sentTwice(own),
        too_fast: tooFast(own, settings.most_a_minute),
      };
    }),
    faults,
    open_deliveries: openDeliveries(world),
  };
}

/** The same to the same chat within a second. */
function sentTwice(records: readonly SendRecord[]): object[] {
  const last = new Map<string, number>();
  return records.flatMap(({ chat, content, at }) => {
    const key = `${chat} ${content}`;
    const before = last.get(key);
    last.set(key, at);
    return before !== undefined && at - before < TWICE_MS ? [{ chat, at }] : [];
  });
}

/** Every message that was one too many within the minute before it. */
function tooFast(records: readonly SendRecord[], most: number): object[] {
  if (most === 0) return [];
  return records.flatMap(({ chat, at }, index) => {
    const first = records[index - most];
    return first !== undefined && at - first.at < MINUTE_MS ? [{ chat, at }] : [];
  });
}
