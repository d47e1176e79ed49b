import type { World } from '../../kommo/world.ts';
import { type Message, networkState } from '../whatsapp/state.ts';
import { sessionsOf } from '../whatsapp.ts';
import { evolutionState, type Fields, type Instance, instanceOf } from './state.ts';

/** Keeps in mind that a text or an address held a secret, but not the secret. */
export function noteSecrets(
  world: World,
  instance: Instance,
  method: string,
  fields: Fields,
): void {
  const secrets = [
    ['the instance’s key', instance.token],
    ...world.secrets().map((secret) => ['a secret of Kommo’s', secret] as const),
  ] as const;
  for (const [field, value] of Object.entries(fields)) {
    // Base64 of a file may hold anything.
    if (typeof value !== 'string' || value.length > 4_096) continue;
    for (const [name, secret] of secrets) {
      if (!value.includes(secret)) continue;
      evolutionState(world).secrets_seen.push({
        instance: instance.name,
        method,
        field,
        secret: name,
      });
    }
  }
}

/**
 * What a product must not do, as far as the double can tell: the same message brought twice to a client, secrets in what it
 * sent, answers to what it has not marked as seen; and what became of events that were not taken at once.
 */
export function judge(world: World): object {
  const state = evolutionState(world);
  const sent = state.sent.filter(({ id }) => id !== '');
  return {
    duplicates: duplicates(world),
    secrets_seen: state.secrets_seen,
    answered_unseen: sent
      .filter(({ had_unseen: hadUnseen }) => hadUnseen)
      .map(({ instance, chat, id }) => ({ instance, chat, message_id: id })),
    shortest_pause_ms: shortestPause(sent),
    troubled: state.troubled,
    webhooks: sessionsOf(world, 'evolution').map(({ name }) => {
      const { webhook } = instanceOf(world, name);
      return { instance: name, url: webhook?.url ?? null, events: webhook?.events ?? [] };
    }),
  };
}

/** Between two messages of one instance; null while there are no two. */
function shortestPause(sent: readonly { instance: string; at: number }[]): number | null {
  const last = new Map<string, number>();
  let shortest: number | null = null;
  for (const { instance, at } of sent) {
    const before = last.get(instance);
    last.set(instance, at);
    if (before === undefined) continue;
    shortest = Math.min(shortest ?? Number.POSITIVE_INFINITY, at - before);
  }
  return shortest;
}

/** Messages with the same content and quote in one chat: a person may have meant it, a test did not. */
function duplicates(world: World): object[] {
  const { lines, files } = networkState(world);
  return Object.values(lines).flatMap((line) =>
    Object.values(line.chats).flatMap((chat) => {
      const known = Map.groupBy(
        chat.messages.filter(({ via }) => via?.startsWith('evolution/') === true),
        (message) => contentKey(message, files[message.file ?? '']?.sha256),
      );
      return [...known.values()]
        .filter((copies) => copies.length > 1)
        .map((copies) => ({
          line: line.number,
          chat: chat.id,
          kind: copies[0]?.kind,
          message_ids: copies.map(({ id }) => id),
        }));
    }),
  );
}

function contentKey(message: Message, sha256: string | undefined): string {
  const { kind, text, earlier, quote, location, contacts, extra } = message;
  // As it was sent: a later edit does not make it another message.
  return JSON.stringify([kind, earlier[0] ?? text, sha256, quote, location, contacts, extra]);
}
