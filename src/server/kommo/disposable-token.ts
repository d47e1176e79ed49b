import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type AccountHost, hostOfIssuer } from './account-host.ts';
import { hasDuplicateMembers } from './strict-json.ts';

/** Who a request comes from, as Kommo's page proves it. */
export interface DisposableToken {
  accountId: number;
  userId: number;
  /** Id of the token. Kommo's page is known to send one token for many requests. */
  jti: string;
  host: AccountHost;
  /** `undefined` when the token does not say; Kommo's documentation does not promise the claim. */
  isAdmin: boolean | undefined;
  expiresAt: Date;
}

/** Why a token was refused. For the log only: a caller is told nothing. */
export type TokenFault =
  | 'shape'
  | 'algorithm'
  | 'signature'
  | 'claims'
  | 'life'
  | 'expired'
  | 'not_yet_valid'
  | 'client'
  | 'audience'
  | 'issuer';

/** What an operator looks at when tokens of every administrator are refused for the same reason. */
const ADVICE: Partial<Record<TokenFault, string>> = {
  signature: 'If this concerns every administrator, KOMMO_CLIENT_SECRET is wrong.',
  client: 'If this concerns every administrator, KOMMO_CLIENT_ID is wrong.',
  audience: 'If this concerns every administrator, PUBLIC_URL is not the address Kommo has.',
  expired: 'If this concerns every administrator, this machine’s clock is ahead.',
  // Only Kommo can have signed it, so that nothing else explains it.
  not_yet_valid: 'This machine’s clock is behind Kommo’s.',
};

/** The token proves nothing. Holds no part of it. */
export class InvalidToken extends Error {
  readonly reason: TokenFault;

  /** @param secondsOff how far its times are from this machine's clock, where that is the fault */
  constructor(reason: TokenFault, secondsOff?: number) {
    const by = secondsOff === undefined ? '' : ` by ${Math.ceil(secondsOff)} s`;
    const advice = ADVICE[reason];
    super(`The disposable token is not valid: ${reason}${by}.${advice ? ` ${advice}` : ''}`);
    this.name = 'InvalidToken';
    this.reason = reason;
  }
}

export interface TokenCheck {
  /** The integration's id; `client_uuid` must be it. */
  clientId: string;
  /** Key of the signature, as text. */
  clientSecret: string;
  /** Our public origin; `aud` must be it, with or without its port. */
  publicUrl: string;
  now: () => Date;
}

const MAX_LENGTH = 4_096;
/** Three base64url parts; the last is exactly the 32 bytes of HMAC-SHA256. */
const FORM = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;
/** How far Kommo's clock may be ahead of ours. The end of a token's life has no such tolerance. */
const TOLERANCE_SECONDS = 10;
const LONGEST_LIFE_SECONDS = 3_600;

/** Header members that point elsewhere for keys, or change what the signature means. */
const FORBIDDEN_HEADERS = [
  'crit',
  'b64',
  'jwk',
  'jku',
  'x5u',
  'x5c',
  'x5t',
  'x5t#S256',
  'enc',
  'zip',
];

const header = z.object({
  alg: z.literal('HS256'),
  typ: z.string().regex(/^JWT$/i).optional(),
});

const seconds = z.number().int().nonnegative();
const kommoId = z.number().int().positive();

const claims = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string()).min(1).max(10)]),
  jti: z.string().min(1).max(255),
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  account_id: kommoId,
  user_id: kommoId,
  client_uuid: z.string(),
  // Only a real boolean says anything; `"Y"`, `1` and the like are as good as absent.
  is_admin: z.boolean().optional().catch(undefined),
});

/**
 * Verifies a token of `$authorizedAjax`. Believes nothing of it before the signature holds, and checks it against our
 * own configuration only.
 *
 * @throws InvalidToken
 * @see https://developers.kommo.com/docs/one-time-tokens
 */
export async function verifyDisposableToken(
  token: string,
  check: TokenCheck,
): Promise<DisposableToken> {
  const { headerText, payloadText } = split(token);
  verifyHeader(readObject(headerText));
  verifySignature(token, check.clientSecret);

  const parsed = claims.safeParse(readObject(payloadText));
  if (!parsed.success) throw new InvalidToken('claims');
  const { data } = parsed;
  if (data.exp <= data.iat || data.exp - data.iat > LONGEST_LIFE_SECONDS) {
    throw new InvalidToken('life');
  }
  const nowSeconds = check.now().getTime() / 1000;
  if (nowSeconds >= data.exp) throw new InvalidToken('expired', nowSeconds - data.exp);
  const beginsAt = Math.max(data.nbf, data.iat);
  if (beginsAt > nowSeconds + TOLERANCE_SECONDS) {
    throw new InvalidToken('not_yet_valid', beginsAt - nowSeconds);
  }
  if (data.client_uuid !== check.clientId) throw new InvalidToken('client');
  const audiences = audiencesOf(check.publicUrl);
  if (![data.aud].flat().some((audience) => audiences.has(audience))) {
    throw new InvalidToken('audience');
  }
  const host = hostOfIssuer(data.iss);
  if (host === undefined) throw new InvalidToken('issuer');
  return {
    accountId: data.account_id,
    userId: data.user_id,
    jti: data.jti,
    host,
    isAdmin: data.is_admin,
    expiresAt: new Date(data.exp * 1000),
  };
}

/** Kommo documents `scheme://host`; its own library leaves the port away. */
function audiencesOf(publicUrl: string): Set<string> {
  const { origin, protocol, hostname } = new URL(publicUrl);
  return new Set([origin, `${protocol}//${hostname}`]);
}

function split(token: string): { headerText: string; payloadText: string } {
  if (token.length > MAX_LENGTH) throw new InvalidToken('shape');
  const [, ...parts] = FORM.exec(token) ?? [];
  const [head, payload] = parts.map((part) => {
    const bytes = Buffer.from(part, 'base64url');
    // The last character has bits to spare; we accept only one spelling of each value.
    if (bytes.toString('base64url') !== part) throw new InvalidToken('shape');
    return bytes;
  });
  if (head === undefined || payload === undefined) throw new InvalidToken('shape');
  return { headerText: decodeUtf8(head), payloadText: decodeUtf8(payload) };
}

function decodeUtf8(bytes: Buffer): string {
  try {
    // A byte order mark stays, and makes the JSON faulty.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InvalidToken('shape');
  }
}

function readObject(text: string): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InvalidToken('shape');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InvalidToken('shape');
  }
  if (hasDuplicateMembers(text)) throw new InvalidToken('shape');
  return json;
}

function verifyHeader(json: object): void {
  const isPlain = !FORBIDDEN_HEADERS.some((name) => Object.hasOwn(json, name));
  if (!isPlain || !header.safeParse(json).success) throw new InvalidToken('algorithm');
}

/** One HMAC-SHA256 over the token as it came; the check of its shape has decided everything else. */
function verifySignature(token: string, secret: string): void {
  const end = token.lastIndexOf('.');
  const expected = createHmac('sha256', secret).update(token.slice(0, end)).digest();
  const given = Buffer.from(token.slice(end + 1), 'base64url');
  if (!timingSafeEqual(given, expected)) throw new InvalidToken('signature');
}
