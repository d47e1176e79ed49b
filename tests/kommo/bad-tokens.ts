import { createHmac } from 'node:crypto';
import type { TokenFault } from '../../src/server/kommo/disposable-token.ts';

export const SECRET = 'test_client_secret_0123456789abcdef';
export const CLIENT = '0b0832f6-d123-4123-9123-e73f236833c1';
export const ISSUED = 1_594_204_245;
export const CLAIMS = {
  iss: 'https://subdomain.kommo.com',
  aud: 'https://external.integration.io',
  jti: 'd628f123-5123-473e-a123-ed123ef31f8f',
  iat: ISSUED,
  nbf: ISSUED,
  exp: ISSUED + 1800,
  account_id: 12_345_678,
  user_id: 87_654_321,
  subdomain: 'subdomain',
  client_uuid: CLIENT,
  is_admin: true,
};

// Computed with Python's hmac over the documented claims; not by our own code.
export const KNOWN =
  'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL3N1YmRvbWFpbi5rb21tby5jb20iLCJhdWQiOiJodHRwczovL2V4dGVybmFsLmludGVncmF0aW9uLmlvIiwianRpIjoiZDYyOGYxMjMtNTEyMy00NzNlLWExMjMtZWQxMjNlZjMxZjhmIiwiaWF0IjoxNTk0MjA0MjQ1LCJuYmYiOjE1OTQyMDQyNDUsImV4cCI6MTU5NDIwNjA0NSwiYWNjb3VudF9pZCI6MTIzNDU2NzgsInVzZXJfaWQiOjg3NjU0MzIxLCJzdWJkb21haW4iOiJzdWJkb21haW4iLCJjbGllbnRfdXVpZCI6IjBiMDgzMmY2LWQxMjMtNDEyMy05MTIzLWU3M2YyMzY4MzNjMSIsImlzX2FkbWluIjp0cnVlfQ.5XsNXXQ4yhGQvvfFg5lhzxXHsrYP7jxzsDZgk81AC3Y';
/** A Salesbot token: the same secret, HS512. */
const SALESBOT =
  'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9.eyJpc3MiOiJodHRwczovL3N1YmRvbWFpbi5rb21tby5jb20iLCJhdWQiOiJodHRwczovL2V4dGVybmFsLmludGVncmF0aW9uLmlvIiwianRpIjoiZDYyOGYxMjMtNTEyMy00NzNlLWExMjMtZWQxMjNlZjMxZjkwIiwiaWF0IjoxNTk0MjA0MjQ1LCJuYmYiOjE1OTQyMDQyNDUsImV4cCI6MTU5NDIwNjA0NSwiYWNjb3VudF9pZCI6MTIzNDU2NzgsInN1YmRvbWFpbiI6InN1YmRvbWFpbiIsImNsaWVudF91dWlkIjoiMGIwODMyZjYtZDEyMy00MTIzLTkxMjMtZTczZjIzNjgzM2MxIiwiZW50aXR5X2lkIjoxNTkyNjc0NSwiZW50aXR5X3R5cGUiOjIsImJvdF90eXBlIjoic2FsZXNib3QifQ.cSWYTTmY9j_YbalcuLPouevmgXcbIrLpBwdiO0O3bI_nXstA5g0ebVNVKsdz30knmgS7RmhlyshTqLlIhO2_GQ';

type Json = string | Record<string, unknown>;

function base64url(part: Json): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** A token made here, not by the code under test. */
export function sign(
  payload: Json,
  { header = { typ: 'JWT', alg: 'HS256' } as Json, secret = SECRET, digest = 'sha256' } = {},
): string {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
}

/** A token of otherwise good claims; `undefined` takes one away. */
export function having(changes: Record<string, unknown>): string {
  return sign({ ...CLAIMS, ...changes });
}

export const [HEAD = '', PAYLOAD = '', MAC = ''] = KNOWN.split('.');
const NOT_NUMBERS = ['1594204245', '', null, true, [], {}, 1_594_204_245.5, -1, 1e308, 2 ** 53];
const NOT_TEXTS = [undefined, null, 1, true, [], {}];

/** Name, token, and why it is refused. */
export const BAD: [string, string, TokenFault][] = [
  ['nothing', '', 'shape'],
  ['one part', HEAD, 'shape'],
  ['two parts', `${HEAD}.${PAYLOAD}`, 'shape'],
  ['two parts and a dot', `${HEAD}.${PAYLOAD}.`, 'shape'],
  ['four parts', `${KNOWN}.${MAC}`, 'shape'],
  ['five parts, as encrypted ones have', `${KNOWN}.${MAC}.${MAC}`, 'shape'],
  ['only dots', '..', 'shape'],
  ['an empty header', `.${PAYLOAD}.${MAC}`, 'shape'],
  ['an empty payload', `${HEAD}..${MAC}`, 'shape'],
  ['a blank before it', ` ${KNOWN}`, 'shape'],
  ['a blank behind it', `${KNOWN} `, 'shape'],
  ['a line break behind it', `${KNOWN}\n`, 'shape'],
  ['the word Bearer before it', `Bearer ${KNOWN}`, 'shape'],
  ['quotes around it', `"${KNOWN}"`, 'shape'],
  ['two tokens, as a repeated header is joined', `${KNOWN}, ${KNOWN}`, 'shape'],
  ['padding', `${KNOWN}=`, 'shape'],
  ['padding in the header', `${HEAD}=.${PAYLOAD}.${MAC}`, 'shape'],
  ['ordinary base64 letters', `${HEAD}.${PAYLOAD}.${MAC.replace(/^./, '+')}`, 'shape'],
  ['a NUL', `${HEAD}.${PAYLOAD}\u0000.${MAC}`, 'shape'],
  ['letters beyond ASCII', `${HEAD}.${PAYLOAD}é.${MAC}`, 'shape'],
  ['more than 4 KB', having({ more: 'x'.repeat(4096) }), 'shape'],
  ['a megabyte', `${HEAD}.${'A'.repeat(1_000_000)}.${MAC}`, 'shape'],
  ['a signature cut short', KNOWN.slice(0, -1), 'shape'],
  ['a signature of half the length', KNOWN.slice(0, -21), 'shape'],
  ['spare bits set in the signature', `${KNOWN.slice(0, -1)}Z`, 'shape'],
  ['spare bits set in the payload', `${HEAD}.${PAYLOAD.slice(0, -1)}R.${MAC}`, 'shape'],
  ['a payload of five letters', `${HEAD}.AAAAA.${MAC}`, 'shape'],
  ['a header that is no JSON', sign(CLAIMS, { header: 'x' }), 'shape'],
  ['a header that is a list', sign(CLAIMS, { header: '[]' }), 'shape'],
  ['a header that is null', sign(CLAIMS, { header: 'null' }), 'shape'],
  ['a header with a byte order mark', sign(CLAIMS, { header: '\ufeff{"alg":"HS256"}' }), 'shape'],
  ['alg twice', sign(CLAIMS, { header: '{"alg":"HS256","alg":"HS256"}' }), 'shape'],
  [
    'alg twice, once escaped',
    sign(CLAIMS, { header: '{"alg":"none","\\u0061lg":"HS256"}' }),
    'shape',
  ],
  ['no alg', sign(CLAIMS, { header: { typ: 'JWT' } }), 'algorithm'],
  ...[
    'none',
    'None',
    'nOnE',
    'NONE',
    '',
    'hs256',
    'HS256 ',
    'HS384',
    'HS512',
    'RS256',
    'PS256',
    'ES256',
    'EdDSA',
    'dir',
    'A128KW',
  ].map((alg): [string, string, TokenFault] => [
    `alg ${JSON.stringify(alg)}`,
    sign(CLAIMS, { header: { typ: 'JWT', alg } }),
    'algorithm',
  ]),
  ['alg as a list', sign(CLAIMS, { header: { alg: ['HS256'] } }), 'algorithm'],
  ['alg none and no signature', `${base64url({ alg: 'none' })}.${PAYLOAD}.`, 'shape'],
  ['a Salesbot token', SALESBOT, 'shape'],
  [
    'HS384 over the right claims',
    sign(CLAIMS, { header: { alg: 'HS384' }, digest: 'sha384' }),
    'shape',
  ],
  ['another type', sign(CLAIMS, { header: { typ: 'at+jwt', alg: 'HS256' } }), 'algorithm'],
  ...['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'enc', 'zip'].map(
    (name): [string, string, TokenFault] => [
      `a header with ${name}`,
      sign(CLAIMS, { header: { alg: 'HS256', [name]: name === 'b64' ? false : ['exp'] } }),
      'algorithm',
    ],
  ),
  ['another secret', sign(CLAIMS, { secret: 'another_client_secret_0123456789' }), 'signature'],
  ['an empty secret', sign(CLAIMS, { secret: '' }), 'signature'],
  ['the secret in upper case', sign(CLAIMS, { secret: SECRET.toUpperCase() }), 'signature'],
  ['the client id as secret', sign(CLAIMS, { secret: CLIENT }), 'signature'],
  ['a signature of zeros', `${HEAD}.${PAYLOAD}.${'A'.repeat(43)}`, 'signature'],
  ['another’s signature', `${HEAD}.${base64url({ ...CLAIMS, user_id: 1 })}.${MAC}`, 'signature'],
  [
    'a header changed after signing',
    `${base64url({ alg: 'HS256' })}.${PAYLOAD}.${MAC}`,
    'signature',
  ],
  ['a payload that is no JSON', sign('x'), 'shape'],
  ['a payload that is a list', sign('[]'), 'shape'],
  ['a payload that is a text', sign('"x"'), 'shape'],
  ['a payload that is null', sign('null'), 'shape'],
  ['a payload with something behind it', sign(`${JSON.stringify(CLAIMS)}x`), 'shape'],
  ['a byte order mark', sign(`\ufeff${JSON.stringify(CLAIMS)}`), 'shape'],
  ['a claim twice', sign(JSON.stringify(CLAIMS).replace('{', '{"account_id":1,')), 'shape'],
  [
    'a claim twice, once escaped',
    sign(JSON.stringify(CLAIMS).replace('{', '{"account\\u005fid":1,')),
    'shape',
  ],
  [
    'a claim twice further in',
    sign(JSON.stringify({ ...CLAIMS, x: 0 }).replace('"x":0', '"x":[{"a":1,"a":1}]')),
    'shape',
  ],
  ['no claims', sign({}), 'claims'],
  ['inherited claims', sign(`{"__proto__":${JSON.stringify(CLAIMS)}}`), 'claims'],
  ...(
    ['iss', 'aud', 'jti', 'iat', 'nbf', 'exp', 'account_id', 'user_id', 'client_uuid'] as const
  ).map((name): [string, string, TokenFault] => [
    `no ${name}`,
    having({ [name]: undefined }),
    'claims',
  ]),
  ...(['iat', 'nbf', 'exp', 'account_id', 'user_id'] as const).flatMap((name) =>
    NOT_NUMBERS.map((value): [string, string, TokenFault] => [
      `${name} ${JSON.stringify(value)}`,
      having({ [name]: value }),
      'claims',
    ]),
  ),
  ...(['iss', 'aud', 'jti', 'client_uuid'] as const).flatMap((name) =>
    NOT_TEXTS.map((value): [string, string, TokenFault] => [
      `${name} ${JSON.stringify(value)}`,
      having({ [name]: value }),
      'claims',
    ]),
  ),
  ['account 0', having({ account_id: 0 }), 'claims'],
  ['user 0', having({ user_id: 0 }), 'claims'],
  ['an empty jti', having({ jti: '' }), 'claims'],
  ['a jti of 256 letters', having({ jti: 'x'.repeat(256) }), 'claims'],
  ['an audience list with a number', having({ aud: [CLAIMS.aud, 1] }), 'claims'],
  ['another client', having({ client_uuid: '11111111-d123-4123-9123-e73f236833c1' }), 'client'],
  ['the client in upper case', having({ client_uuid: CLIENT.toUpperCase() }), 'client'],
  ['an empty client', having({ client_uuid: '' }), 'client'],
  ...[
    '',
    'https://evil.example',
    'http://external.integration.io',
    'external.integration.io',
    'https://external.integration.io/',
    'https://external.integration.io.evil.example',
    'https://external.integration.io:8443',
    'https://x.external.integration.io',
    'HTTPS://EXTERNAL.INTEGRATION.IO',
  ].map((aud): [string, string, TokenFault] => [`aud ${aud}`, having({ aud }), 'audience']),
  ['an audience list without us', having({ aud: ['https://evil.example'] }), 'audience'],
  ...[
    '',
    'subdomain.kommo.com',
    'http://subdomain.kommo.com',
    'https://subdomain.kommo.com/',
    'https://subdomain.kommo.com:443',
    'https://kommo.com',
    'https://www.kommo.com',
    'https://a.b.kommo.com',
    'https://subdomain.kommo.com.evil.example',
    'https://evil.example',
    'https://subdomain.kommo.com@evil.example',
    'https://Subdomain.kommo.com',
    'http://subdomain.kommo.localhost:9000',
  ].map((iss): [string, string, TokenFault] => [`iss ${iss}`, having({ iss }), 'issuer']),
];
