import type { Chat, Media, Message } from '../chat-entities.ts';
import type { Finding, Tally } from '../chat-judge.ts';
import type { World } from '../world.ts';

const EXAMPLES = 20;
/** Secrets of the doubles, by their shapes: bot tokens of Telegram and Slack, keys of the WhatsApp bridges. */
const SHAPES = [
  /\d{6,}:[\w-]{30,}/,
  /xox[abep]-[\w-]{10,}/,
  /emulator-[a-z]+-(?:key|client-secret)-\w+/,
];
const SECRET_PARAMETERS = /^(?:api_?key|x-api-key|token|access_token|secret|password)$/i;

/** Notes a link that holds a secret: Kommo would know it, and whoever reads the chat. */
export function noteSecrets(
  world: World,
  { chat, message }: { chat: Chat; message: Message | undefined },
  url: string,
): void {
  const plain = decode(url);
  const names = URL.canParse(url) ? [...new URL(url).searchParams.keys()] : [];
  const isLeak =
    SHAPES.some((shape) => shape.test(plain)) ||
    names.some((name) => SECRET_PARAMETERS.test(name)) ||
    world.secrets().some((secret) => plain.includes(secret));
  if (!isLeak) return;
  const finding = { scope_id: chat.scope_id, message_id: message?.id ?? null };
  const what = message === undefined ? 'the link of an avatar' : 'the link of a file';
  world.judge.note('secrets_in_media', { ...finding, what });
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** What a run did to the chats. `in`: clients' messages; `out`: sent from Kommo; `imported`: staff's from elsewhere. */
export interface Judgement {
  messages: Record<'in' | 'out' | 'imported', number>;
  /** Messages without any delivery status; only those of `out` ought to have one. */
  without_status: Record<'in' | 'out' | 'imported', number>;
  /** Of `out`: by the last status. */
  delivery: Record<'delivered' | 'read' | 'failed', number>;
  /** Of `out`: hooks that were not answered 200 within 5 s. */
  hooks_not_accepted: number;
  /** Two messages of one sender in one chat that say the same, or name the same file. */
  same_text: Tally;
  same_media: Tally;
  /** Clients' messages that came after one with a later `msec_timestamp`, chat by chat. */
  order_violations: Tally;
  media: Record<Media['state'], number>;
  repeated_msgids: Tally;
  statuses_back: Tally;
  secrets_in_media: Tally;
  after_disconnect: Tally;
}

/** @param scopeIds whose chats are judged; the tallies of calls are those of all */
export function judgement(world: World, scopeIds: (scopeId: string) => boolean): Judgement {
  const result: Judgement = {
    messages: { in: 0, out: 0, imported: 0 },
    without_status: { in: 0, out: 0, imported: 0 },
    delivery: { delivered: 0, read: 0, failed: 0 },
    hooks_not_accepted: 0,
    same_text: { count: 0, examples: [] },
    same_media: { count: 0, examples: [] },
    order_violations: { count: 0, examples: [] },
    media: { waiting: 0, fetched: 0, failed: 0, refused: 0 },
    ...world.judge.tallies(),
  };
  for (const chat of world.state.chats) {
    if (scopeIds(chat.scope_id)) judgeChat(chat, result);
  }
  return result;
}

function judgeChat(chat: Chat, result: Judgement): void {
  const texts = new Set<string>();
  const files = new Set<string>();
  let latest = Number.NEGATIVE_INFINITY;
  for (const message of chat.messages) {
    count(message, result);
    const finding = (what: string): Finding => ({
      ...{ scope_id: chat.scope_id, message_id: message.id, what },
    });
    if (message.author === 'client' && !message.is_silent) {
      if (message.msec_timestamp < latest) {
        add(result.order_violations, finding('earlier than the one before'));
      }
      latest = Math.max(latest, message.msec_timestamp);
    }
    // People may say the same twice in Kommo; a channel's backend may not.
    if (message.origin === 'kommo') continue;
    const { type, text, media } = message.message;
    const said = JSON.stringify([message.sender.id, type, text]);
    if (typeof text === 'string' && text !== '') {
      if (texts.has(said)) add(result.same_text, finding('the same text again'));
      texts.add(said);
    }
    if (typeof media !== 'string' || media === '') continue;
    if (files.has(media)) add(result.same_media, finding('the same file again'));
    files.add(media);
  }
}

function count(message: Message, result: Judgement): void {
  const brought = message.author === 'client' ? 'in' : 'imported';
  const direction = message.origin === 'kommo' ? 'out' : brought;
  result.messages[direction] += 1;
  if (message.delivery === null) result.without_status[direction] += 1;
  if (message.media !== null) result.media[message.media.state] += 1;
  if (direction !== 'out') return;
  if (message.hook?.status !== 200) result.hooks_not_accepted += 1;
  const names = { 1: 'delivered', 2: 'read', [-1]: 'failed' } as const;
  const name = names[message.delivery?.status as keyof typeof names];
  if (name !== undefined) result.delivery[name] += 1;
}

function add(tally: Tally, finding: Finding): void {
  tally.count += 1;
  if (tally.examples.length < EXAMPLES) tally.examples.push(finding);
}
