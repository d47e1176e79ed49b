import { Barriers } from '../engine/barriers.ts';
import { Clock } from '../engine/clock.ts';
import { Faults } from '../engine/faults.ts';
import { Log } from '../engine/log.ts';
import { Recorder } from '../engine/recorder.ts';
import { ChatChanges } from './chat-changes.ts';
import { chatIndex } from './chat-index.ts';
import { ChatJudge } from './chat-judge.ts';
import type { Account, Channel, Installation, Integration, User } from './entities.ts';
import { FileStore } from './file-store.ts';
import type { EmulatedHost } from './hosts.ts';
import { RateLimiter } from './rate-limit.ts';
import type { Seed } from './seed.ts';
import { createState, type State } from './state.ts';
import { type SuppliedAnswer, type SuppliedModule, Supplies } from './supplies.ts';
import type { SwitchName } from './switches.ts';

/** The request names something the emulated Kommo does not have. */
export class UnknownThing extends Error {}

/** What a world begins with; see `EmulatorOptions`. */
interface WorldOptions {
  seed?: Seed;
  now?: () => number;
  widget?: string;
  state?: State;
  modules?: SuppliedModule[];
  answers?: SuppliedAnswer[];
}

/** The emulated Kommo: its state, its time, and what will go wrong. Every handler gets it. */
export class World {
  /** Replaced by `reset`: always read it from here. */
  state: State;
  readonly clock: Clock;
  readonly faults = new Faults();
  readonly barriers = new Barriers();
  readonly recorder = new Recorder();
  readonly limiter = new RateLimiter();
  readonly files = new FileStore();
  readonly chatChanges = new ChatChanges();
  readonly judge = new ChatJudge();
  readonly supplies: Supplies;
  readonly log: Log;
  /** Where the emulator listens, e.g. `http://127.0.0.1:9000`. */
  url = '';
  /** Directory or zip of the widget to show. */
  readonly widgetPath: string | undefined;
  readonly #seed: Seed;
  #life = new AbortController();
  /** What `configure` changed; kept over resets. */
  #learned: Partial<Integration> = {};
  #chatHook: string | undefined;

  constructor(options: WorldOptions) {
    this.#seed = options.seed ?? {};
    this.clock = new Clock(options.now);
    this.widgetPath = options.widget;
    this.supplies = new Supplies(options.modules, options.answers);
    this.state = options.state ?? createState(this.#seed, this.clock.now());
    this.log = new Log(
      () => this.clock.now(),
      () => this.secrets(),
    );
  }

  /** Changes the first integration for good: its backend's address, what its widget's manifest says. */
  configure(learned: Partial<Integration>): void {
    Object.assign(this.#learned, learned);
    Object.assign(this.integration(), this.#learned);
  }

  /** What an integrator has Kommo's support register: where the first channel's webhooks go, for good. */
  registerChatHook(url: string): void {
    this.#chatHook = url;
    const [channel] = this.state.channels;
    if (channel !== undefined) channel.webhook_url = url;
  }

  /** Returns to the seed: state, clock, faults, barriers, requests, log, rates, and what was posted to be answered. */
  reset(): void {
    this.clock.reset();
    this.state = createState(this.#seed, this.clock.now());
    if (this.state.integrations.length > 0) this.configure({});
    if (this.#chatHook !== undefined) this.registerChatHook(this.#chatHook);
    this.faults.clear();
    this.barriers.release();
    this.recorder.clear();
    this.log.clear();
    this.limiter.reset();
    this.judge.clear();
    this.supplies.forget();
    this.#endLife();
  }

  /** Ends what still runs, and deletes the files. */
  close(): void {
    this.faults.clear();
    this.barriers.release();
    this.#endLife();
  }

  /** Aborted by the next reset, and at the end: for whatever goes on without a request. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  /** What the state holds of chats and cards, by their ids. */
  get chats(): ReturnType<typeof chatIndex> {
    return chatIndex(this.state);
  }

  switch(name: SwitchName): string {
    return String(this.state.switches[name]);
  }

  nextId(): number {
    const id = this.state.next_id;
    this.state.next_id += 1;
    return id;
  }

  accountOfHost(host: EmulatedHost): Account | undefined {
    if (host.kind !== 'account') return undefined;
    return this.state.accounts.find(
      ({ subdomain, tld }) =>
        subdomain === host.subdomain && (host.tld === undefined || host.tld === tld),
    );
  }

  /** @throws UnknownThing */
  account(key: string | number): Account {
    const account = this.state.accounts.find(
      ({ id, subdomain }) => id === Number(key) || subdomain === key,
    );
    if (account === undefined) throw new UnknownThing(`There is no account ${key}.`);
    return account;
  }

  /** Gives an account another subdomain; the old host stops answering. @throws TypeError when it is taken */
  rename(account: Account, subdomain: string): void {
    if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(subdomain)) {
      throw new TypeError('subdomain: lower-case letters, digits and hyphens are expected');
    }
    const { accounts, former_hosts: formerHosts } = this.state;
    if (accounts.some((one) => one !== account && one.subdomain === subdomain)) {
      throw new TypeError(`subdomain: ${subdomain} is taken`);
    }
    formerHosts[account.subdomain] = account.id;
    delete formerHosts[subdomain];
    account.subdomain = subdomain;
  }

  /** The given user; without an id, the account's first active admin. @throws UnknownThing */
  user(account: Account, userId?: number): User {
    const user = account.users.find(({ id, rights }) =>
      userId === undefined ? rights.is_admin && rights.is_active : id === userId,
    );
    if (user === undefined) {
      throw new UnknownThing(
        `Account ${account.subdomain} has no user ${userId ?? 'with admin rights'}.`,
      );
    }
    return user;
  }

  /** The given integration; without an id, the first. @throws UnknownThing */
  integration(clientId?: string): Integration {
    const integration = this.state.integrations.find(
      (one) => clientId === undefined || one.client_id === clientId,
    );
    if (integration === undefined) throw new UnknownThing(`There is no integration ${clientId}.`);
    return integration;
  }

  installation(account: Account, integration: Integration): Installation | undefined {
    return this.state.installations.find(
      (one) => one.account_id === account.id && one.client_id === integration.client_id,
    );
  }

  channel(id: string): Channel | undefined {
    return this.state.channels.find((channel) => channel.id === id);
  }

  /** State of a chat-service double, created on first use and forgotten by `reset`. */
  service<T>(name: string, create: () => T): T {
    this.state.services[name] ??= create();
    return this.state.services[name] as T;
  }

  #endLife(): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.files.clear();
  }

  /** Everything that must be seen by nobody: it is kept out of the log, and looked for in links. */
  secrets(): string[] {
    const { integrations, channels, codes, grants } = this.state;
    return [
      ...integrations.map(({ client_secret }) => client_secret),
      ...channels.map(({ secret }) => secret),
      ...codes.map(({ code }) => code),
      ...grants.flatMap(({ access_token, refresh_token }) => [access_token, refresh_token]),
    ].filter((secret) => secret.length >= 8);
  }
}

/** `demo.kommo.com`. */
export function accountHost(account: Account): string {
  return `${account.subdomain}.${account.tld}`;
}
