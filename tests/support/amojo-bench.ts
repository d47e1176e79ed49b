import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { ActResult, Outgoing } from '../../src/emulator/kommo/amojo/outgoing.ts';
import type { Chat, Message } from '../../src/emulator/kommo/chat-entities.ts';
import type { Switches } from '../../src/emulator/kommo/switches.ts';
import { ACCOUNT, CHANNEL } from './amojo-vectors.ts';
import {
  call,
  callChats,
  clientMessage,
  type Listener,
  listen,
  type Reply,
} from './emulator-client.ts';

const BASE = '/v2/origin/custom';
export const SCOPE = `${BASE}/${CHANNEL}_${ACCOUNT}`;

/** An emulator with a connected channel, and the channel's backend, which records its webhooks. */
export interface AmojoBench {
  emulator: Emulator;
  backend: Listener;
  /** Resets both and connects the channel. */
  reset(switches?: Switches): Promise<void>;
  /** A signed call below the scope. */
  post(path: string, json: unknown): Promise<Reply>;
  /** A client's message; fields given replace those of `clientMessage`. */
  message(payload?: object): Promise<Reply>;
  edit(payload: object): Promise<Reply>;
  /** A manager's or the bot's act, in the chat of `clientMessage` unless it says otherwise. */
  act(what: Outgoing): Promise<ActResult>;
  control(path: string, json?: unknown): Promise<Reply>;
  /** @throws when there is none */
  chat(index?: number): Chat;
  /** @throws when there is none */
  messageAt(index: number): Message;
  /** The parsed bodies of the webhooks so far. */
  hooks(): Record<string, unknown>[];
  close(): Promise<void>;
}

export async function openAmojoBench(answer?: () => number | Promise<number>): Promise<AmojoBench> {
  const backend = await listen(answer);
  const emulator = await createEmulator({
    seed: { channels: [{ id: CHANNEL, webhook_url: `${backend.url}/chats/:scope_id` }] },
  });
  const post = (path: string, json: unknown) => callChats(emulator, SCOPE + path, { json });
  const chat = (index = 0) => {
    const found = emulator.state.chats[index];
    if (found === undefined) throw new Error('There is no such chat.');
    return found;
  };
  return {
    emulator,
    backend,
    reset: async (switches = {}) => {
      emulator.reset();
      emulator.setSwitches(switches);
      backend.received.length = 0;
      const json = { account_id: ACCOUNT, title: 'Chat Connector', hook_api_version: 'v2' };
      await callChats(emulator, `${BASE}/${CHANNEL}/connect`, { json });
    },
    post,
    message: (payload) => post('', clientMessage(payload)),
    edit: (payload) => post('', { event_type: 'edit_message', payload }),
    act: (what) => emulator.chat('demo', { conversation_id: 'c-1', ...what }),
    control: (path, json) => call(emulator, `/__emulator${path}`, { json }),
    chat,
    messageAt: (index) => {
      const found = chat().messages[index];
      if (found === undefined) throw new Error('There is no such message.');
      return found;
    },
    hooks: () => backend.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
    close: async () => {
      await emulator.close();
      await backend.close();
    },
  };
}

export function idsOf(reply: Reply): Record<string, string> {
  const { new_message: ids } = (reply.json ?? {}) as { new_message?: Record<string, string> };
  if (ids === undefined) throw new Error(`No ids: ${reply.status} ${reply.text}`);
  return ids;
}

/** What a 400 says. */
export function reasonOf(reply: Reply): string {
  const { error_description: text } = (reply.json ?? {}) as { error_description?: string };
  return `${reply.status} ${text}`;
}
