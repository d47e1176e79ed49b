import type { Pipeline, Template } from '../../contract/api.ts';
import type { Outbound } from '../platform/outbound.ts';
import {
  ACCOUNT_REQUEST,
  findUser,
  type KommoAccount,
  type KommoUser,
  listPipelines,
  lookAtHost,
  readAccount,
} from './account-api.ts';
import { AccountCaller, type AccountRequest } from './account-caller.ts';
import type { AccountHost, Tld } from './account-host.ts';
import { Amojo } from './amojo.ts';
import type { KommoAnswer } from './answers.ts';
import { isKommoError } from './errors.ts';
import { decodeAccessToken } from './grants/access-token.ts';
import { lookUpHost } from './grants/domain-lookup.ts';
import { isAdministratorsToken, standingOf, userOfToken } from './grants/grant-owner.ts';
import type { GrantStore } from './grants/grant-store.ts';
import { Refresher } from './grants/refresher.ts';
import { TokenEndpoint, type TokenPair } from './grants/token-endpoint.ts';
import { Tokens } from './grants/tokens.ts';
import { Upkeep } from './grants/upkeep.ts';
import type { KommoLog } from './log.ts';
import { Rate, type RateStore, type Urgency } from './rate/rate.ts';
import { type KommoSource, type NewSource, type SourceChange, SourcesApi } from './sources-api.ts';
import { createTemplate, findTemplate, listTemplates, type NewTemplate } from './templates-api.ts';
import { Transport } from './transport.ts';

export interface KommoOptions {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  channel: { id: string; secret: string; code: string; title: string };
  /** Development only: every call to a validated Kommo host goes here instead. */
  emulatorUrl: URL | undefined;
  grants: GrantStore;
  rates: RateStore & { forgetIdle(): Promise<void> };
  /** Distance between two requests to Kommo, in milliseconds. */
  spacingMs: number;
  send: Outbound;
  now: () => Date;
  log: KommoLog;
}

export type { KommoAccount } from './account-api.ts';

/** What all callers of one process share. */
interface Inside {
  options: KommoOptions;
  transport: Transport;
  endpoint: TokenEndpoint;
  tokens: Tokens;
  amojo: Amojo;
}

/** Kommo's answer to whether an account's install has ended. */
export type Revocation = 'revoked' | 'alive' | 'unknown';

const DEFAULT_GRACE_MS = 1_500;

/**
 * Everything the core may ask of Kommo. Takes account ids; finds the account's address and a working
 * token itself. Every method throws `KommoError`, and nothing else on purpose.
 */
export class Kommo {
  readonly #inside: Inside;
  readonly #urgency: Urgency;
  readonly #caller: AccountCaller;
  readonly #sources: SourcesApi;
  readonly #upkeep: Upkeep;

  private constructor(inside: Inside, urgency: Urgency) {
    const { options, transport, tokens } = inside;
    this.#inside = inside;
    this.#urgency = urgency;
    this.#caller = new AccountCaller(transport, tokens, urgency);
    this.#sources = new SourcesApi(this.#caller, options.channel.code);
    this.#upkeep = new Upkeep({
      store: options.grants,
      tokens,
      standing: ({ host, accessToken }) =>
        host === null
          ? Promise.resolve('refused')
          : standingOf(accessToken, this.#with(host, accessToken)),
      now: options.now,
      log: options.log,
    });
  }

  static create(options: KommoOptions): Kommo {
    const { send, now, log, emulatorUrl, channel, grants: store } = options;
    const rate = new Rate(options.rates, options.spacingMs);
    const transport = new Transport({ send, rate, emulatorUrl, now, log });
    const endpoint = new TokenEndpoint({ ...options, transport });
    const refresher = new Refresher({ store, endpoint, transport, now, log });
    const tokens = new Tokens({ store, refresher, transport, now, log });
    const amojo = new Amojo({
      transport,
      channelId: channel.id,
      channelSecret: channel.secret,
      channelTitle: channel.title,
      now,
    });
    return new Kommo({ options, transport, endpoint, tokens, amojo }, 'interactive');
  }

  /** The same, for jobs: its requests queue behind those a person waits for. */
  background(): Kommo {
    return new Kommo(this.#inside, 'bulk');
  }

  /**
   * The same, for what an install call sets off: its requests stop nobody else. `isVouched`: the account has
   * shown a signed token while the call was worked on, so it need not queue behind made-up ones.
   */
  forInstall({ isVouched }: { isVouched: boolean }): Kommo {
    return new Kommo(this.#inside, isVouched ? 'vouched' : 'unproven');
  }

  /** Waits for refreshes in flight, so that a stop loses none; to be called before the database closes. */
  async close(graceMs: number = DEFAULT_GRACE_MS): Promise<void> {
    await this.#inside.tokens.settle(graceMs);
  }

  // Installing

  /** What a host looks like before it is sent anything; see `lookAtHost`. */
  lookAt(host: AccountHost): Promise<'account' | 'unknown' | 'foreign'> {
    return lookAtHost(this.#inside.transport, host, this.#urgency);
  }

  /** Trades an authorization code for tokens. The host must come from `parseReferer`. */
  exchangeCode(host: AccountHost, code: string): Promise<TokenPair> {
    return this.#inside.endpoint.exchange(host, code, this.#urgency);
  }

  /** The account a new token is for, asked at the host it came from. */
  async accountOfToken(host: AccountHost, accessToken: string): Promise<KommoAccount> {
    return readAccount(await this.#caller.send(host.host, accessToken, ACCOUNT_REQUEST));
  }

  /** The account a token says it is for; decoded, not verified. */
  claimedAccountId(accessToken: string): number | undefined {
    return decodeAccessToken(accessToken).accountId;
  }

  /** See `userOfToken`. */
  userOfToken(host: AccountHost, accessToken: string): Promise<number | undefined> {
    return userOfToken(accessToken, this.#with(host.host, accessToken));
  }

  /** See `isAdministratorsToken`. */
  isAdministratorsToken(host: AccountHost, accessToken: string): Promise<boolean> {
    return isAdministratorsToken(accessToken, this.#with(host.host, accessToken));
  }

  // An installed account

  /**
   * Where Kommo says the account is now, which may not be where we know it to be; `undefined` when there
   * is no grant to ask with, or Kommo refuses it.
   */
  async currentHost(accountId: number): Promise<AccountHost | undefined> {
    const grant = await this.#inside.tokens.find(accountId);
    if (grant === undefined) return undefined;
    try {
      return await lookUpHost(this.#inside.transport, grant, this.#urgency);
    } catch (error) {
      if (isKommoError(error, 'unauthorized')) return undefined;
      throw error;
    }
  }

  async account(accountId: number): Promise<KommoAccount> {
    return readAccount(await this.#caller.call(accountId, ACCOUNT_REQUEST));
  }

  /** `undefined` for a user the account does not have. */
  user(accountId: number, userId: number): Promise<KommoUser | undefined> {
    return findUser(userId, (request) => this.#caller.call(accountId, request));
  }

  pipelines(accountId: number): Promise<Pipeline[]> {
    return listPipelines(this.#caller, accountId);
  }

  sources(accountId: number): Promise<KommoSource[]> {
    return this.#sources.list(accountId);
  }

  createSources(accountId: number, items: readonly NewSource[]): Promise<KommoSource[]> {
    return this.#sources.create(accountId, items);
  }

  updateSources(accountId: number, items: readonly SourceChange[]): Promise<KommoSource[]> {
    return this.#sources.update(accountId, items);
  }

  deleteSources(accountId: number, ids: readonly number[]): Promise<void> {
    return this.#sources.delete(accountId, ids);
  }

  templates(accountId: number): Promise<Template[]> {
    return listTemplates(this.#caller, accountId);
  }

  createTemplate(accountId: number, template: NewTemplate): Promise<Template> {
    return createTemplate(this.#caller, accountId, template);
  }

  /** `undefined` when no template was made as wanted. */
  findTemplate(accountId: number, wanted: NewTemplate): Promise<Template | undefined> {
    return findTemplate(this.#caller, accountId, wanted);
  }

  // The chat channel

  /** Connects the registered channel to the account; again when it already is. @returns the scope id */
  async connectChannel(accountId: number, amojoId: string): Promise<string> {
    const { host } = await this.#inside.tokens.current(accountId, this.#urgency);
    return await this.#inside.amojo.connect(host.tld, amojoId);
  }

  /** Works without a grant: the call is signed with the channel's secret. */
  disconnectChannel(tld: Tld, amojoId: string): Promise<void> {
    return this.#inside.amojo.disconnect(tld, amojoId);
  }

  // The end of an install, and upkeep

  /**
   * Whether Kommo has ended the install, by at most one request. Only its 401 says so; a token that has
   * run out by itself proves nothing, so then the refresh token is asked about, without using it up.
   */
  async confirmRevoked(accountId: number): Promise<Revocation> {
    const { tokens, transport, options } = this.#inside;
    const grant = await tokens.find(accountId);
    if (grant === undefined) return 'unknown';
    try {
      if (grant.host !== null && grant.expiresAt > options.now()) {
        await this.#caller.send(grant.host, grant.accessToken, ACCOUNT_REQUEST);
        return 'alive';
      }
      const found = await lookUpHost(transport, grant, this.#urgency);
      return found === undefined ? 'unknown' : 'alive';
    } catch (error) {
      if (!isKommoError(error)) throw error;
      return error.kind === 'unauthorized' ? 'revoked' : 'unknown';
    }
  }

  /** See `Upkeep`; call every 5 seconds. */
  recoverLostRefreshes(): Promise<number> {
    return this.#upkeep.recoverLostRefreshes();
  }

  /** See `Upkeep`; call every 5 seconds. */
  probeDeadGrants(): Promise<number> {
    return this.#upkeep.probeDeadGrants();
  }

  /** See `Upkeep`; call every few minutes. */
  async refreshIdle(): Promise<number> {
    await this.#inside.options.rates.forgetIdle();
    return await this.#upkeep.refreshIdle();
  }

  #with(host: string, accessToken: string): (request: AccountRequest) => Promise<KommoAnswer> {
    return (request) => this.#caller.send(host, accessToken, request);
  }
}
