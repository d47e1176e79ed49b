import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../../kommo/world.ts';
import { type Given, optional, whole } from '../given.ts';
import { buttonsOf } from './blocks.ts';
import { conversationKey } from './conversations.ts';
import { emojiSign } from './emoji.ts';
import type { Conversation, Fields, StoredMessage } from './entities.ts';
import { isInstalled, scopesIn } from './grants.ts';
import { namesIn, type Scene, sceneOf } from './member-scene.ts';
import { runtimeOf } from './runtime.ts';
import { APP_NAME, slackState } from './state.ts';
import { shownText } from './texts.ts';

const WAIT_MAX_MS = 120_000;

/** Where the page gets a file from: without a token, and open to whoever reaches the emulator. */
const FILE_PATH = '/__services/slack/member/file';

/** A message as a member sees it. */
export interface SeenMessage {
  ts: string;
  from: 'app' | 'member';
  author: string;
  author_id: string;
  /** As Slack holds it, and as one reads it. */
  text: string;
  shown: string;
  files: {
    id: string;
    name: string;
    title: string;
    mimetype: string;
    subtype: string | null;
    size: number;
    sha256: string;
    /** Where the page shows it from; the emulator's own address. */
    url: string;
  }[];
  blocks: Fields[];
  buttons: { text: string; url: string | null }[];
  previews: { title: string; text: string; url: string }[];
  /** The thread's first message, for replies alone. */
  thread_ts: string | null;
  reactions: { name: string; emoji: string; users: string[] }[];
  /** Earlier texts as one reads them, oldest first. */
  earlier: string[];
  is_edited: boolean;
  is_deleted: boolean;
  /** Milliseconds since 1970, by the emulator's clock. */
  at: number;
  client_msg_id: string | null;
}

function seenMessage(world: World, { team_id }: Conversation, stored: StoredMessage): SeenMessage {
  const { files } = slackState(world);
  const nameOf = namesIn(world, team_id);
  const shown = (text: string) => shownText(text, nameOf);
  return {
    ts: stored.ts,
    from: stored.side,
    author: stored.side === 'app' ? APP_NAME : nameOf(stored.user),
    author_id: stored.user,
    text: stored.text,
    shown: shown(stored.text),
    files: stored.file_ids.flatMap((id) => {
      const file = files[id];
      if (file === undefined) return [];
      const { name, title, mimetype, subtype, size, sha256 } = file;
      return [{ id, name, title, mimetype, subtype, size, sha256, url: `${FILE_PATH}/${id}` }];
    }),
    blocks: stored.blocks,
    buttons: buttonsOf(stored.blocks),
    previews: stored.attachments.map(({ title, text, fallback, from_url }) => ({
      title: String(title ?? fallback ?? ''),
      text: String(text ?? ''),
      url: String(from_url ?? ''),
    })),
    thread_ts: stored.thread_ts === stored.ts ? null : stored.thread_ts,
    reactions: Object.entries(stored.reactions).map(([name, users]) => ({
      name,
      emoji: emojiSign(name),
      users,
    })),
    earlier: stored.earlier.map(shown),
    is_edited: stored.edited_ts !== null,
    is_deleted: stored.is_deleted,
    at: stored.at,
    client_msg_id: stored.client_msg_id,
  };
}

/** One conversation with all its messages, oldest first. */
export function seenChat({ world, team, member, conversation }: Scene): object {
  return {
    team_id: team.id,
    team: team.name,
    channel: conversation.id,
    member: { id: member.id, name: member.display_name || member.real_name },
    app: APP_NAME,
    is_installed: isInstalled(world, team.id),
    scopes: [...scopesIn(world, team.id)],
    messages: Object.values(conversation.messages).map((one) =>
      seenMessage(world, conversation, one),
    ),
  };
}

/**
 * Waits until the app has brought what is asked for: `count` messages (1) after the `ts` in `after`, with `text` in
 * what one reads. @returns what came, also when the time ran out
 */
export async function waitAct(world: World, given: Given): Promise<object> {
  const { conversation } = sceneOf(world, given);
  const after = optional(given, 'after') ?? '0';
  const count = whole(given, 'count', 1);
  const wanted = optional(given, 'text');
  const timeout = Math.min(whole(given, 'timeout_ms', 10_000), WAIT_MAX_MS);
  const look = () =>
    Object.values(conversation.messages)
      .filter(({ side, ts }) => side === 'app' && Number(ts) > Number(after))
      .map((one) => seenMessage(world, conversation, one))
      .filter(({ shown }) => wanted === undefined || shown.includes(wanted));
  const until = new AbortController();
  const runtime = runtimeOf(world);
  const stop = runtime.listen(conversationKey(conversation), () => {
    if (look().length >= count) until.abort();
  });
  if (look().length < count) {
    const signal = AbortSignal.any([until.signal, runtime.life]);
    await delay(timeout, undefined, { signal }).catch(() => undefined);
  }
  stop();
  const messages = look();
  return { is_complete: messages.length >= count, messages };
}
