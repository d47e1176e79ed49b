import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '../../src/emulator/kommo/chat-entities.ts';
import type { Client } from './api.ts';
import { botToken, connectBot, readSettings, save, unchanged } from './channels.ts';
import { installRaceAccount, raceAccount, raceToken, sourcesFollow } from './race-accounts.ts';
import { telegramClient } from './telegram.ts';
import { waitFor } from './wait-for.ts';

/** What a manager wrote, and what the hook was answered: 0 for nothing. */
export interface Answer {
  text: string;
  status: number | null;
  id: string;
}

/** One client of one bot, and the managers. */
export interface Conversation {
  name: string;
  bot: string;
  clientId: number;
  /** Texts of the client, in order. */
  wrote: string[];
  /** Texts of the managers, in order. */
  answers: Answer[];
}

const ACCOUNT = raceAccount(0);
const FIRST_CLIENT = 5_000;
const BOTS = 2;

/** Conversations of `raceAccount(0)` in which both sides write at the same time, each text once. */
export class MessageTraffic {
  readonly conversations: readonly Conversation[];
  readonly #emulator: Client['emulator'];
  readonly #pauseMs: number;
  readonly #sides: Promise<void>[] = [];
  #isOver = false;

  /** @param pauseMs about how long either side of a conversation waits between two texts */
  constructor({ emulator }: Pick<Client, 'emulator'>, options: { count: number; pauseMs: number }) {
    this.#emulator = emulator;
    this.#pauseMs = options.pauseMs;
    this.conversations = Array.from({ length: options.count }, (_, index) => ({
      name: `c${index}`,
      bot: botToken(1 + (index % BOTS)),
      clientId: FIRST_CLIENT + index,
      wrote: [],
      answers: [],
    }));
  }

  /** Installs, connects the bots, and lets every client write once, so that each chat is in Kommo. */
  async open(backend: Client): Promise<void> {
    await installRaceAccount(backend, ACCOUNT);
    const token = raceToken(backend, ACCOUNT);
    for (let bot = 1; bot <= BOTS; bot += 1) await connectBot(backend, bot, token);
    await save(backend, await this.#settings(backend, token), undefined, token);
    await sourcesFollow(backend, ACCOUNT);
    // Updates that were refused come again at once, not after minutes.
    await telegramClient(this.#emulator).post('speed', { pause_factor: 0.1, pause_cap: 5 });
    for (const one of this.conversations) await this.write(one);
    await waitFor(() => this.conversations.every((one) => this.chatOf(one) !== undefined), 60_000);
  }

  begin(): void {
    this.#isOver = false;
    for (const one of this.conversations) {
      this.#sides.push(this.#repeat(() => this.write(one)));
      this.#sides.push(this.#repeat(() => this.answer(one)));
    }
  }

  /** Nobody writes any more, and Kommo's last hooks are answered, or are not. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#sides);
  }

  /** The client writes. */
  async write(one: Conversation): Promise<void> {
    const text = `${one.name} m${one.wrote.length}`;
    one.wrote.push(text);
    const client = { id: one.clientId, first_name: `Client ${one.name}` };
    await telegramClient(this.#emulator, one.bot).act('send', { client, kind: 'text', text });
  }

  /** A manager answers. @returns when the hook is answered, or is not */
  async answer(one: Conversation): Promise<Answer> {
    const text = `${one.name} a${one.answers.length}`;
    const answer: Answer = { text, status: null, id: '' };
    one.answers.push(answer);
    const conversation_id = this.chatOf(one)?.id ?? '';
    const done = await this.#emulator.chat(ACCOUNT.subdomain, { conversation_id, text });
    return Object.assign(answer, { status: done.status, id: done.message_id });
  }

  /** The conversation as Kommo has it. */
  chatOf({ wrote: [first] }: Conversation) {
    return this.#emulator.state.chats.find((chat) => chat.messages[0]?.message.text === first);
  }

  /** What Kommo has of the client, in the order of its feed. */
  inKommo(one: Conversation): unknown[] {
    const messages = this.chatOf(one)?.messages ?? [];
    return messages.filter(({ author }) => author === 'client').map(({ message }) => message.text);
  }

  /** The managers' messages as Kommo shows them, by their text. */
  shown(one: Conversation): Map<string, Message> {
    const messages = this.chatOf(one)?.messages ?? [];
    const sent = messages.filter(({ origin }) => origin === 'kommo');
    return new Map(sent.map((message) => [String(message.message.text), message]));
  }

  /** What the client has of the managers, in order. */
  async atClient({ bot, clientId }: Conversation): Promise<string[]> {
    const telegram = telegramClient(this.#emulator, bot);
    const chat = (await telegram.get(`chat?bot=${bot}&chat_id=${clientId}`)) as {
      messages: { from: string; text: string }[];
    };
    return chat.messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
  }

  /** Updates that no backend has taken yet. */
  async updatesWaiting(): Promise<number> {
    const { queues } = (await telegramClient(this.#emulator).get('judge')) as {
      queues: { pending_update_count: number }[];
    };
    return queues.reduce((sum, queue) => sum + queue.pending_update_count, 0);
  }

  /** Both bots bring their chats into the first pipeline. */
  async #settings(backend: Client, token: string) {
    const input = unchanged(await readSettings(backend, token));
    const [pipeline] = ACCOUNT.pipelines;
    const channels = input.channels.map((one) => ({ ...one, pipeline_ids: [pipeline] }));
    return { ...input, channels, default_channel_id: channels[0]?.id ?? null };
  }

  async #repeat(act: () => Promise<unknown>): Promise<void> {
    while (!this.#isOver) {
      await pause(this.#pauseMs * (0.5 + Math.random()));
      if (!this.#isOver) await act();
    }
  }
}
