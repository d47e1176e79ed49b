import { randomUUID } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import type { NetworkEvent } from '../whatsapp/events.ts';
import type { Chat } from '../whatsapp/state.ts';
import type { WhatsAppSession } from '../whatsapp.ts';
import { emit } from './emit.ts';
import { type Instance, type Row, rowOf, type StoredRow } from './state.ts';

/** One instance that hears of one thing on the network. */
export interface Hearing {
  world: World;
  session: WhatsAppSession;
  instance: Instance;
}

export type EventOf<Type extends NetworkEvent['type']> = Extract<NetworkEvent, { type: Type }>;

/** Tells the instance's webhook. */
export function tell({ world, session }: Hearing, event: string, data: unknown): void {
  void emit(world, session, event, data);
}

/** Whether this is the first time within some minutes. */
export function isNew({ world, instance }: Hearing, key: string, memoryMs: number): boolean {
  const now = world.clock.now();
  if ((instance.seen[key] ?? 0) > now) return false;
  instance.seen[key] = now + memoryMs;
  return true;
}

/** Puts a row into the server's own database, unless it is there. */
export function store({ instance }: Hearing, row: Row, { chat, id }: { chat: string; id: string }) {
  const stored: StoredRow = {
    ...row,
    id: `cm${randomUUID().replaceAll('-', '')}`,
    chat,
    updates: [],
  };
  if (rowOf(instance, id) === undefined) instance.rows.push(stored);
  return stored;
}

const asked = new WeakMap<Chat, string>();

/** What `act` sends into the chat is told and stored under the jid that was asked for. */
export function sendingAs<Result>(chat: Chat, jid: string, act: () => Result): Result {
  asked.set(chat, jid);
  try {
    return act();
  } finally {
    asked.delete(chat);
  }
}

/** The jid that is being sent to. */
export function askedJid(chat: Chat): string | undefined {
  return asked.get(chat);
}
