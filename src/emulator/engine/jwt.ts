import { createHmac, type KeyObject, sign } from 'node:crypto';

export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512';

/** A JSON Web Token signed with a shared secret; `none` makes an unsigned one, which must be refused. */
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

/** A JSON Web Token signed with an RSA key (RS256). */
export function signWithKey(claims: object, key: KeyObject): string {
  const content = `${encode({ typ: 'JWT', alg: 'RS256' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(content), key);
  return `${content}.${signature.toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
