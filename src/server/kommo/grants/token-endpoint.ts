import { z } from 'zod';
import type { AccountHost } from '../account-host.ts';
import { type KommoAnswer, readAnswer } from '../answers.ts';
import type { Urgency } from '../rate/rate.ts';
import type { Transport } from '../transport.ts';
import { decodeAccessToken } from './access-token.ts';

/** A grant as Kommo hands it out. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  /** When the access token ends, by our clock. */
  expiresAt: Date;
  scopes: string[];
  apiDomain: string | null;
}

/** Longer than any answer Kommo is known to give: a slow answer must never lead to a second refresh. */
const REFRESH_DEADLINE_MS = 75_000;
const EXCHANGE_DEADLINE_MS = 75_000;

const DAY_SECONDS = 86_400;
const LONGEST_LIFE_SECONDS = 90 * DAY_SECONDS;
/** Assumed where Kommo's number makes no sense: short, so that it is soon corrected. */
const FALLBACK_LIFE_SECONDS = 3_600;

/** Tokens travel in headers and have no fixed length; what cannot be a header value is no token. */
const token = z
  .string()
  .max(16_384)
  .regex(/^[\x21-\x7e]+$/);

const lifeSeconds = z.coerce
  .number()
  .positive()
  .max(LONGEST_LIFE_SECONDS)
  // A pair is kept even when its life is unreadable: refusing it would lose the account.
  .catch(FALLBACK_LIFE_SECONDS);

const tokens = z.object({ access_token: token, refresh_token: token, expires_in: lifeSeconds });

/**
 * Kommo's token endpoint, `POST https://{account}/oauth2/access_token`.
 *
 * @see https://developers.kommo.com/reference/get-token
 */
export class TokenEndpoint {
  readonly #transport: Transport;
  readonly #client: { id: string; secret: string; redirectUri: string };
  readonly #now: () => Date;

  constructor(options: {
    transport: Transport;
    clientId: string;
    clientSecret: string;
    /** Must equal the registered one to the letter. */
    redirectUri: string;
    now: () => Date;
  }) {
    this.#transport = options.transport;
    this.#client = {
      id: options.clientId,
      secret: options.clientSecret,
      redirectUri: options.redirectUri,
    };
    this.#now = options.now;
  }

  /** Trades an authorization code (20 minutes, once) for the first pair. @throws KommoError */
  async exchange(host: AccountHost, code: string, urgency: Urgency): Promise<TokenPair> {
    const answer = await this.#post(
      host,
      { grant_type: 'authorization_code', code },
      { urgency, deadlineMs: EXCHANGE_DEADLINE_MS },
    );
    return this.#read(answer);
  }

  /**
   * Trades a refresh token for the next pair. The old one may be dead the moment Kommo has read it.
   *
   * @param beforeSend - see `Transport.request`
   * @throws KommoError
   */
  async refresh(
    host: AccountHost,
    refreshToken: string,
    urgency: Urgency,
    beforeSend: () => void,
  ): Promise<TokenPair> {
    const answer = await this.#post(
      host,
      { grant_type: 'refresh_token', refresh_token: refreshToken },
      { urgency, deadlineMs: REFRESH_DEADLINE_MS },
      beforeSend,
    );
    return this.#read(answer);
  }

  #post(
    host: AccountHost,
    grant: Record<string, string>,
    options: { urgency: Urgency; deadlineMs: number },
    beforeSend?: () => void,
  ): Promise<KommoAnswer> {
    return this.#transport.request(
      {
        api: 'token',
        method: 'POST',
        host: host.host,
        path: '/oauth2/access_token',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({
          client_id: this.#client.id,
          client_secret: this.#client.secret,
          ...grant,
          redirect_uri: this.#client.redirectUri,
        }),
        ...options,
      },
      beforeSend,
    );
  }

  #read(answer: KommoAnswer): TokenPair {
    const body = readAnswer(answer, tokens, 'token');
    const { apiDomain, scopes } = decodeAccessToken(body.access_token);
    return {
      accessToken: body.access_token,
      refreshToken: body.refresh_token,
      expiresAt: new Date(this.#now().getTime() + body.expires_in * 1000),
      scopes,
      apiDomain: apiDomain ?? null,
    };
  }
}
