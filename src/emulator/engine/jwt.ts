import { createHmac, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512';

/** A JSON Web Token signed with a shared secret; `none` makes an unsigned one, to be refused. */
export function signWithSecret(
  claims: object,
  secret: string,
  algorithm: HmacAlgorithm | 'none' = 'HS256',
): string {
  const content = `${encode({ typ: 'JWT', alg: algorithm })}.${encode(claims)}`;
  if (algorithm === 'none') return `${content}.`;
  const digest = `sha${algorithm.slice(2)}`;
  return `${content}.${createHmac(digest, secret).update(content).digest('base64url')}`;
}

let key: Promise<KeyObject> | undefined;

/** Kommo's signing key. Made on a helper thread, once per process; nobody can verify against it. */
export function accessTokenKey(): Promise<KeyObject> {
  key ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(
    ({ privateKey }) => privateKey,
  );
  return key;
}

/** An RS256 token, the form of Kommo's access tokens. */
export async function signAsKommo(claims: object): Promise<string> {
  const content = `${encode({ typ: 'JWT', alg: 'RS256' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(content), await accessTokenKey());
  return `${content}.${signature.toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
