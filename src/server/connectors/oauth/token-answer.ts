import { z } from 'zod';
import { parseExactJson } from '../exact-json.ts';

type Body = Record<string, unknown>;

/**
 * A token answer as the standard has it. Services are careless here, and a renewed refresh token must not be lost
 * for that: a value that is null, empty or of another type counts as absent, a missing token type is bearer, the only
 * one we know, and a list of scopes becomes one text.
 *
 * @param isCheckable whether the id_token can be checked at all; one that cannot is left out
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export function standardTokenAnswer(body: Body, isCheckable: (idToken: string) => boolean): Body {
  const { scope, expires_in, refresh_token, id_token, ...rest } = body;
  const seconds = lifeOf(expires_in);
  const scopes = Array.isArray(scope) ? scope.join(' ') : scope;
  return {
    ...rest,
    token_type: 'bearer',
    ...(isText(scopes) && { scope: scopes }),
    ...(seconds !== undefined && { expires_in: seconds }),
    ...(isText(refresh_token) && { refresh_token }),
    ...(isText(id_token) && isCheckable(id_token) && { id_token }),
  };
}

/**
 * A refusal as the standard has it; `undefined` if the answer holds none. Some services wrap it in an object of
 * their own (Facebook, Google), name it otherwise (Instagram), or send it with status 200 (GitHub).
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function standardRefusal(
  body: Body,
): { error: string; error_description?: string } | undefined {
  if (isText(body.access_token)) return undefined;
  const said = body.error ?? body.error_type;
  const inner = isObject(said) ? said : body;
  const code = isObject(said) ? (said.type ?? said.status ?? said.code ?? 'error') : said;
  if (!isText(code) && typeof code !== 'number') return undefined;
  const words = [inner.error_description, inner.message, inner.error_message].find(isText);
  return {
    error: inner.is_transient === true ? 'temporarily_unavailable' : String(code),
    ...(words !== undefined && { error_description: words }),
  };
}

const header = z.object({ alg: z.string() });
const payload = z.object({ sub: z.string() });

/** Whether an id_token is signed by one of `algorithms` and can be read: not encrypted, its subject a text. */
export function isReadableIdToken(idToken: string, algorithms: readonly string[]): boolean {
  const parts = idToken.split('.');
  const signedBy = header.safeParse(decoded(parts[0])).data?.alg;
  return (
    parts.length === 3 &&
    signedBy !== undefined &&
    algorithms.includes(signedBy) &&
    payload.safeParse(decoded(parts[1])).success
  );
}

/** The claims of an id_token that has been checked, with its numbers as they were written. */
export function claimsOf(idToken: string): unknown {
  return decoded(idToken.split('.')[1]);
}

function decoded(part: string | undefined): unknown {
  try {
    return parseExactJson(Buffer.from(part ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function lifeOf(value: unknown): number | undefined {
  const seconds = isText(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0
    ? seconds
    : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
