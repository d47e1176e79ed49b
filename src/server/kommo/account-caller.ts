import { setTimeout as sleep } from 'node:timers/promises';
import type { KommoAnswer } from './answers.ts';
import { isKommoError, type KommoError } from './errors.ts';
import type { Session, Tokens } from './grants/tokens.ts';
import type { Urgency } from './rate/rate.ts';
import type { KommoRequest, Transport } from './transport.ts';

/** One call to an account's REST API. */
export interface AccountRequest {
  method: KommoRequest['method'];
  /** Below `/api/v4`. */
  path: string;
  query?: URLSearchParams;
  /** Sent as JSON. */
  json?: unknown;
  /** 404 is an answer here. Elsewhere it means that the account is not at this address any more. */
  mayBeMissing?: boolean;
  /** 403 may stand for a dead token here; the caller finds out. Elsewhere it is about the user's rights. */
  mayHideDeadToken?: boolean;
}

/** A 429 this short is waited out; Kommo has not acted on the request. */
const PATIENCE_SECONDS = 5;

/** Kommo may need this long to know a token it has just made everywhere. */
export const SETTLING_MS = 2_000;

/** What was tried already for one call. */
interface Tried {
  renewal: boolean;
  move: boolean;
  settling: boolean;
  patience: boolean;
}

/**
 * Calls an account's API with the account's own grant. A refused token is renewed once, a moved account
 * followed once, a new token asked again after a moment; what still fails then is thrown. A grant whose user
 * may not do what was asked is marked.
 */
export class AccountCaller {
  readonly #transport: Transport;
  readonly #tokens: Tokens;
  readonly #urgency: Urgency;

  constructor(transport: Transport, tokens: Tokens, urgency: Urgency) {
    this.#transport = transport;
    this.#tokens = tokens;
    this.#urgency = urgency;
  }

  /** @throws KommoError for everything but 2xx */
  async call(accountId: number, request: AccountRequest): Promise<KommoAnswer> {
    let session = await this.#tokens.current(accountId, this.#urgency);
    const tried = { renewal: false, move: false, settling: false, patience: false };
    for (;;) {
      try {
        return await this.send(session.host.host, session.grant.accessToken, request);
      } catch (error) {
        if (!isKommoError(error)) throw error;
        session = await this.#next(session, request, error, tried);
      }
    }
  }

  /** Sends one request as it is, with no second try. @throws KommoError */
  async send(host: string, accessToken: string, request: AccountRequest): Promise<KommoAnswer> {
    const { method, path, query, json } = request;
    return await this.#transport.request({
      api: 'rest',
      method,
      host,
      path: `/api/v4${path}`,
      ...(query === undefined ? {} : { query }),
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: 'application/hal+json, application/json',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      urgency: this.#urgency,
    });
  }

  /** The session to try again with. @throws the error when nothing is left to try */
  async #next(
    session: Session,
    request: AccountRequest,
    error: KommoError,
    tried: Tried,
  ): Promise<Session> {
    const { kind, status, retryAfterSeconds } = error;
    if (status === 429 && !tried.patience && (retryAfterSeconds ?? Infinity) <= PATIENCE_SECONDS) {
      tried.patience = true;
      return session;
    }
    if (kind === 'unauthorized' && !tried.renewal) {
      tried.renewal = true;
      const renewed = await this.#tokens.renew(session, this.#urgency);
      if (renewed !== undefined) return renewed;
    }
    if (kind === 'forbidden' && request.mayHideDeadToken !== true) {
      await this.#tokens.markWithoutRights(session);
    }
    const seemsMoved =
      kind === 'unauthorized' || (kind === 'not_found' && request.mayBeMissing !== true);
    if (!seemsMoved) throw error;
    const followed = tried.move ? undefined : await this.#tokens.follow(session, this.#urgency);
    tried.move = true;
    if (followed !== undefined) return followed;
    if (kind !== 'unauthorized') throw error;
    if (tried.settling) return await this.#tokens.giveUp(session, error);
    tried.settling = true;
    await sleep(SETTLING_MS);
    return session;
  }
}
