import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '../../src/emulator/kommo/chat-entities.ts';
import type { Client } from './api.ts';
import { readSettings, save, unchanged } from './channels.ts';
import { installRaceAccount, raceAccount, raceToken, sourcesFollow } from './race-accounts.ts';
import type { ServiceTraffic, ServiceTraffics } from './service-traffic.ts';
import { waitFor } from './wait-for.ts';

/** What a manager wrote, and what the hook was answered: 0 for nothing. */
export interface Answer {
  text: string;
  status: number | null;
  id: string;
}

/** One client of one service, and the managers. */
export interface Conversation {
  name: string;
  service: ServiceTraffic;
  /** Who of the service's clients it is. */
  client: number;
  /** Texts of the client, in order. */
  wrote: string[];
  /** Texts of the managers, in order. */
  answers: Answer[];
}

const ACCOUNT = raceAccount(0);

/** Conversations of `raceAccount(0)` in which both sides write at the same time, each text once. */
export class MessageTraffic {
  readonly conversations: readonly Conversation[];
  readonly services: readonly ServiceTraffic[];
  readonly #emulator: Client['emulator'];
  readonly #pauseMs: number;
  readonly #sides: Promise<void>[] = [];
  #isOver = false;

  /**
   * @param options.services between which the conversations are shared out
   * @param options.pauseMs about how long either side of a conversation waits between two texts
   */
  constructor(
    { emulator }: Pick<Client, 'emulator'>,
    options: { count: number; pauseMs: number; services: readonly ServiceTraffics[] },
  ) {
    this.#emulator = emulator;
    this.#pauseMs = options.pauseMs;
    this.services = options.services.map((traffic) => traffic(emulator));
    this.conversations = Array.from({ length: options.count }, (_, index) => ({
      name: `c${index}`,
      service: this.services[index % this.services.length] as ServiceTraffic,
      client: index,
      wrote: [],
      answers: [],
    }));
  }

  /** Installs, connects the services, and lets every client write once, so that each chat is in Kommo. */
  async open(backend: Client): Promise<void> {
    await installRaceAccount(backend, ACCOUNT);
    const token = raceToken(backend, ACCOUNT);
    await Promise.all(this.services.map((service) => service.connect(backend, token)));
    await save(backend, await this.#settings(backend, token), undefined, token);
    await sourcesFollow(backend, ACCOUNT);
    for (const service of this.services) await service.hurry();
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
    await one.service.write(one.client, text);
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
  inKommo(one: Conversation): Message[] {
    const messages = this.chatOf(one)?.messages ?? [];
    return messages.filter(({ author }) => author === 'client');
  }

  /** The managers' messages as Kommo shows them, by their text. */
  shown(one: Conversation): Map<string, Message> {
    const messages = this.chatOf(one)?.messages ?? [];
    const sent = messages.filter(({ origin }) => origin === 'kommo');
    return new Map(sent.map((message) => [String(message.message.text), message]));
  }

  /** What the client has of the managers, in order. */
  atClient({ service, client }: Conversation): Promise<string[]> {
    return service.atClient(client);
  }

  /** Events that no backend has taken yet, by service. */
  async eventsWaiting(): Promise<object[]> {
    const each = this.services.map(async ({ name: service, waiting }) =>
      (await waiting()).map((event) => ({ service, event })),
    );
    return (await Promise.all(each)).flat();
  }

  /** Every channel brings its chats into the first pipeline. */
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
