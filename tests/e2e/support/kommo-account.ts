import { randomUUID } from 'node:crypto';
import type { Channel, SaveSettings, Settings } from '../../../src/contract/api.ts';
import type {
  Account,
  Installation,
  Pipeline,
  Scope,
  Source,
} from '../../../src/emulator/kommo/entities.ts';
import type { Seed } from '../../../src/emulator/kommo/seed.ts';
import { type Client, createApi } from '../../support/api.ts';
import { connectBot, readSettings, save, unchanged } from '../../support/channels.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Stack } from './stack.ts';

const COUNT = 48;

/** As many accounts as the tests of a worker may take, each with two administrators and its own pipelines. */
export function accountSeed(): Seed {
  return {
    accounts: Array.from({ length: COUNT }, (_, index) => ({
      id: 42_000_000 + index,
      subdomain: `shop${index}`,
      name: `Shop ${index}`,
      users: [
        { id: 82_000 + index * 2, name: 'Ana Admin', is_admin: true },
        { id: 82_001 + index * 2, name: 'Ben Admin', is_admin: true },
      ],
      pipelines: [
        { id: 92_001 + index * 10, name: 'Sales', is_main: true },
        { id: 92_002 + index * 10, name: 'Support' },
        { id: 92_003 + index * 10, name: 'Partners' },
      ],
    })),
  };
}

/** What was handed out of a stack already. */
const taken = new WeakMap<Stack, { accounts: number; bots: number }>();

/** An account of the emulated Kommo that a test has for itself, changed without clicks where only the result matters. */
export class KommoAccount {
  readonly account: Account;
  readonly #stack: Stack;
  readonly #taken: { accounts: number; bots: number };

  /** @throws when the stack has no account left */
  constructor(stack: Stack) {
    this.#stack = stack;
    this.#taken = taken.get(stack) ?? { accounts: 0, bots: 0 };
    taken.set(stack, this.#taken);
    this.account = stack.emulator.world.account(`shop${this.#taken.accounts}`);
    this.#taken.accounts += 1;
  }

  /** Host as faults and barriers name it. */
  get host(): string {
    return `${this.account.subdomain}.${this.account.tld}`;
  }

  /** The settings as the first administrator opens them, or the second one. */
  settingsUrl(admin: 0 | 1 = 0): string {
    const url = new URL(this.#stack.settingsUrl);
    url.hostname = url.hostname.replace(/^demo\./, `${this.account.subdomain}.`);
    url.searchParams.set('user', String(this.account.users[admin]?.id));
    return url.href;
  }

  pipeline(name: string): Pipeline {
    const found = this.account.pipelines.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no pipeline ${name}`);
    return found;
  }

  /** Kommo's sources of this account; the hidden ones belong to an installation that ended. */
  get sources(): Source[] {
    const { sources } = this.#stack.emulator.state;
    return sources.filter(
      ({ account_id, is_hidden }) => account_id === this.account.id && !is_hidden,
    );
  }

  /** `Name > Pipeline` of each source, with a star for the default one. */
  get sourceLines(): string[] {
    return this.sources
      .map((source) => {
        const to = this.account.pipelines.find(({ id }) => id === source.pipeline_id)?.name;
        return `${source.name} > ${to}${source.default ? ' *' : ''}`;
      })
      .sort();
  }

  /** The chat channel's connections to the account. */
  get scopes(): Scope[] {
    const { scopes } = this.#stack.emulator.state;
    const { amojo_id } = this.account;
    return scopes.filter((one) => one.is_connected && one.account_amojo_id === amojo_id);
  }

  get installation(): Installation {
    const { installations } = this.#stack.emulator.state;
    const found = installations.find(({ account_id }) => account_id === this.account.id);
    if (found === undefined) throw new Error('The integration was never installed');
    return found;
  }

  /** Installs as the page's button does, and waits until the backend may work with the account. */
  async install(): Promise<void> {
    await this.#stack.emulator.install(this.account.subdomain);
    await waitFor(async () => (await this.settings()).install.state === 'active');
  }

  /** Connects this many bots that nobody has yet. */
  async connectBots(count: number): Promise<Channel[]> {
    const first = this.#taken.bots;
    this.#taken.bots += count;
    const channels: Channel[] = [];
    for (let bot = first; bot < first + count; bot += 1) {
      channels.push(await connectBot(this.#client, bot, this.#token));
    }
    return channels;
  }

  /** Installs, connects a bot for each name, sends its leads to these pipelines, and saves. */
  async setUp(wanted: Record<string, string[]>): Promise<void> {
    await this.install();
    await this.connectBots(Object.keys(wanted).length);
    const channels = Object.entries(wanted);
    await this.save((input) => ({
      ...input,
      channels: input.channels.map(({ id }, index) => {
        const [name, pipelines] = channels[index] ?? ['', []];
        return { id, name, pipeline_ids: pipelines.map((one) => this.pipeline(one).id) };
      }),
    }));
    await this.synced();
    // Kommo remembers that Save was pressed once.
    Object.assign(this.installation, { is_configured: true, settings: { state: '{}' } });
  }

  /** Signs every account out, as a click on Delete would. */
  async deleteChannels(): Promise<void> {
    const isInstalled = this.#stack.emulator.state.installations.some(
      (one) => one.account_id === this.account.id && one.is_active,
    );
    if (!isInstalled) return;
    for (const { id } of (await this.settings()).channels) {
      await this.#client.api('DELETE', `/messenger/channels/${id}`, { token: this.#token });
    }
  }

  settings(): Promise<Settings> {
    return readSettings(this.#client, this.#token);
  }

  /** Saves as another administrator's window would. */
  async save(change: (input: SaveSettings) => SaveSettings): Promise<void> {
    const input = change(unchanged(await this.settings()));
    const answer = await save(this.#client, input, randomUUID(), this.#token);
    if (answer.status !== 200) throw new Error(`Not saved: ${JSON.stringify(answer.body)}`);
  }

  /** Waits until the last save has reached Kommo. */
  async synced(): Promise<void> {
    await waitFor(async () => (await this.settings()).sync.state === 'done');
  }

  /** The second administrator's. */
  get #token(): string {
    const { subdomain, users } = this.account;
    return this.#stack.emulator.disposableToken(subdomain, users[1]?.id);
  }

  get #client(): Client {
    const { emulator, backendUrl } = this.#stack;
    return { emulator, api: createApi(emulator, backendUrl), waitFor };
  }
}
