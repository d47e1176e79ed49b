import type { BaseLogger } from 'pino';
import type { Db } from '../platform/database/database.ts';
import type { Secrets } from '../platform/database/secrets.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { OutboundRequest, StreamAnswer } from '../platform/outbound.ts';
import type { AccountHost } from './account-host.ts';
import type { KommoAnswer } from './answers.ts';
import type { KommoApi } from './errors.ts';
import type { AmojoBudget } from './rate/amojo-budget.ts';
import type { Urgency } from './rate/rate.ts';

/** Who this integration is at Kommo, from the environment. */
export interface KommoSettings {
  clientId: string;
  clientSecret: string;
  channelId: string;
  channelSecret: string;
  channelCode: string;
  /** Name of the channel in the account. */
  channelTitle: string;
  widgetCode: string;
  /** Id of the registered channel's bot, in whose name staff write who are no users; undefined: not known. */
  botId?: string | undefined;
  /** Development only: every call to a validated Kommo host goes here instead. */
  emulatorUrl: URL | undefined;
}

/** One request to one of Kommo's hosts. */
export interface KommoRequest {
  api: KommoApi;
  method: NonNullable<OutboundRequest['method']>;
  host: string;
  /** Begins with a slash, holds no query. */
  path: string;
  query?: URLSearchParams;
  headers?: Record<string, string>;
  /** Sent byte for byte. */
  body?: string;
  deadlineMs?: number;
  /** Whose turn to take in the request budget; `unmetered` for hosts Kommo counts separately. */
  urgency: Urgency | 'unmetered';
  /** The account's host whose share of the budget this takes, where `host` is a machine of all accounts. */
  payer?: string;
}

/** Where this folder reports what an operator should know. Never given a secret. */
export type KommoLog = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;

/**
 * Waits for a request's turn, sends it, and returns a 2xx answer.
 *
 * @param beforeSend - runs when the turn has come, immediately before the request leaves; what it throws
 *   is thrown, and nothing is sent
 * @throws KommoError for every other answer, and for none
 */
export type SendToKommo = (request: KommoRequest, beforeSend?: () => void) => Promise<KommoAnswer>;

/**
 * Opens a file at one of Kommo's hosts, whatever its status. With an emulator the connection goes there instead.
 *
 * @throws NotReached
 */
export type OpenKommoStream = (url: URL, options?: { maxBytes?: number }) => Promise<StreamAnswer>;

/**
 * The way to Kommo, handed to every function of this folder. The functions take account ids, and find an
 * account's address and a working token themselves; they throw `KommoError`, and nothing else on purpose.
 */
export interface Kommo {
  readonly settings: KommoSettings;
  /** Where Kommo sends authorization codes; must equal the registered address to the letter. */
  readonly redirectUri: string;
  /** Who waits for what is asked with this. */
  readonly urgency: Urgency;
  readonly send: SendToKommo;
  readonly openStream: OpenKommoStream;
  /** Turns towards the chat API, which all replicas share. */
  readonly amojoBudget: Pick<AmojoBudget, 'wait' | 'pause'>;
  readonly db: Db;
  readonly secrets: Secrets;
  /** Moves an account to another address, taking it from the account that had it. */
  readonly moveAccount: (accountId: number, host: AccountHost) => Promise<void>;
  /** Refreshes under way in this process, by account. */
  readonly refreshes: Map<number, Promise<boolean>>;
  readonly now: () => Date;
  readonly log: KommoLog;
  readonly metrics: Pick<Metrics, 'refreshEnded' | 'kommoAnswered' | 'turnEnded'>;
  /** The same, for jobs: its requests queue behind those a person waits for. */
  background(): Kommo;
  /**
   * The same, for what an install call sets off: its requests stop nobody else. `isVouched`: the account has
   * shown a signed token while the call was worked on, so it need not queue behind made-up ones.
   */
  forInstall(options: { isVouched: boolean }): Kommo;
  /** Waits for refreshes in flight, so that a stop loses none; to be called before the database closes. */
  close(graceMs?: number): Promise<void>;
}
