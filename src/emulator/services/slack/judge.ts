import type { World } from '../../kommo/world.ts';
import { conversationKey } from './conversations.ts';
import type { Conversation, StoredMessage } from './entities.ts';
import { grantsOf } from './grants.ts';
import { runtimeOf } from './runtime.ts';
import { slackState } from './state.ts';

/** The same text again so soon is a repetition, and no person's. */
const REPEATED_MS = 1000;
/** So soon after its echo, the same text is the echo's answer. */
const ECHO_MS = 5000;
/** Shorter secrets would be found by chance. */
const SECRET_LEAST = 8;

/**
 * What a product must not do, as far as the double can tell: own messages answered, the same message twice, secrets
 * in addresses and texts, replies to replies; and how far the events are.
 */
export function judge(world: World): object {
  const state = slackState(world);
  const { app, counts, pending, attempts } = state;
  return {
    duplicates: duplicates(world),
    answered_echoes: state.answered_echoes,
    secrets_seen: state.secrets_seen,
    replies_to_replies: state.replies_to_replies,
    events: {
      ...counts,
      pending: Object.values(pending).map(({ event_id, tries, reason, due_at }) => {
        const due_in_ms = due_at === null ? null : due_at - world.clock.now();
        return { event_id, tries, reason, due_in_ms };
      }),
      attempts_within_an_hour: attempts.length,
      disabled_at: app.disabled_at,
    },
  };
}

/** Messages of the app with the same content and thread within a second. */
function duplicates(world: World): object[] {
  const { conversations, files } = slackState(world);
  const found: object[] = [];
  for (const conversation of Object.values(conversations)) {
    const last = new Map<string, StoredMessage>();
    for (const stored of Object.values(conversation.messages)) {
      if (stored.side !== 'app') continue;
      const hashes = stored.file_ids.map((id) => files[id]?.sha256 ?? id);
      const text = stored.earlier[0] ?? stored.text;
      const key = JSON.stringify([text, stored.blocks, hashes, stored.thread_ts]);
      const before = last.get(key);
      last.set(key, stored);
      if (before === undefined || stored.at - before.at > REPEATED_MS) continue;
      const { team_id, id: channel } = conversation;
      found.push({ team_id, channel, ts: [before.ts, stored.ts] });
    }
  }
  return found;
}

/** Notes a text that the app writes again right after it came back as the app's own echo. */
export function noteAnsweredEcho(
  world: World,
  conversation: Conversation,
  stored: StoredMessage,
): void {
  const runtime = runtimeOf(world);
  const key = conversationKey(conversation);
  runtime.echoes = runtime.echoes.filter(({ at }) => performance.now() - at < ECHO_MS);
  const echoed = runtime.echoes.find((echo) => {
    const { text } = conversation.messages[echo.ts] ?? { text: '' };
    return echo.key === key && echo.ts !== stored.ts && text !== '' && text === stored.text;
  });
  if (echoed === undefined) return;
  const { team_id, id: channel } = conversation;
  const { answered_echoes } = slackState(world);
  answered_echoes.push({ team_id, channel, ts: stored.ts, echo_ts: echoed.ts });
}

/** Notes where a secret was sent: in the address of a call, or in what a member gets to see. */
export function noteSecrets(
  world: World,
  method: string,
  places: readonly (readonly [where: string, value: string])[],
): void {
  const { app, secrets_seen } = slackState(world);
  const named: [string, string][] = [
    ...grantsOf(world).tokens.map(({ token }): [string, string] => ['bot token', token]),
    ['signing secret', app.signing_secret],
    ...world.secrets().map((secret): [string, string] => ["secret of Kommo's", secret]),
  ];
  for (const [where, value] of places) {
    for (const [secret, text] of named) {
      if (text.length < SECRET_LEAST || !value.includes(text)) continue;
      secrets_seen.push({ method, where, secret });
    }
  }
}
