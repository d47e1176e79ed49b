import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { CLIENT_ID, CLIENT_SECRET, DEMO, OTHER, PUBLIC_URL } from './config.ts';

type Members = Record<string, unknown>;

const base64url = (text: string | Buffer) => Buffer.from(text).toString('base64url');

/** The claims of a good token, as Kommo's page would send it now. */
export function goodClaims(): Members {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: DEMO.origin,
    aud: PUBLIC_URL,
    jti: crypto.randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 1_800,
    account_id: DEMO.id,
    user_id: DEMO.admin,
    subdomain: DEMO.subdomain,
    client_uuid: CLIENT_ID,
    is_admin: true,
  };
}

/** Signs whatever it is given; nothing here is the product's or the emulator's code. */
export function signToken(
  claims: Members | string,
  options: { header?: Members; secret?: string | Buffer; hash?: string } = {},
): string {
  const {
    header = { typ: 'JWT', alg: 'HS256' },
    secret = CLIENT_SECRET,
    hash = 'sha256',
  } = options;
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const input = `${base64url(JSON.stringify(header))}.${base64url(payload)}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

const without = (name: string): Members => {
  const { [name]: _left, ...rest } = goodClaims();
  return rest;
};

const changed = (changes: Members): Members => ({ ...goodClaims(), ...changes });

function shapes(): [string, string][] {
  const good = signToken(goodClaims());
  const [head = '', payload = '', mac = ''] = good.split('.');
  return [
    ['an empty text', ''],
    ['spaces', '   '],
    ['a word', 'token'],
    ['null', 'null'],
    ['undefined', 'undefined'],
    ['[object Object]', '[object Object]'],
    ['dots only', '..'],
    ['one part', head],
    ['two parts', `${head}.${payload}`],
    ['no signature', `${head}.${payload}.`],
    ['four parts', `${good}.${mac}`],
    ['five parts, as encrypted tokens have', `${head}.${payload}.${mac}.${payload}.${mac}`],
    ['a scheme before it', `Bearer ${good}`],
    ['the token twice with a comma', `${good}, ${good}`],
    ['quotes around it', `"${good}"`],
    ['a space inside', `${head}. ${payload}.${mac}`],
    ['padding', `${good}=`],
    ['ordinary base64', `${head}.${Buffer.from('{"a":"??>>"}').toString('base64')}.${mac}`],
    ['an empty header', `.${payload}.${mac}`],
    ['an empty payload', `${head}..${mac}`],
    ['4,100 characters', `${head}.${'a'.repeat(4_100)}.${mac}`],
    ['12,000 characters', `${'a'.repeat(12_000)}`],
    ['letters of another script', `${head}.${payload}.\u00e9${mac.slice(1)}`],
    ['JSON instead', JSON.stringify(goodClaims()).replace(/\n/g, '')],
    ['percent encoding', encodeURIComponent(`${good} `)],
    ['a payload that is no JSON', signToken('not json')],
    ['a payload that is a list', signToken('[]')],
    ['a payload that is a text', signToken('"x"')],
    ['a payload that is null', signToken('null')],
    ['a payload with a byte order mark', signToken(`\ufeff${JSON.stringify(goodClaims())}`)],
    ['a claim twice', signToken(`{"account_id":1,${JSON.stringify(goodClaims()).slice(1)}`)],
  ];
}

function signatures(): [string, string][] {
  const good = signToken(goodClaims());
  const [head = '', payload = '', mac = ''] = good.split('.');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const rsaInput = `${base64url(JSON.stringify({ typ: 'JWT', alg: 'RS256' }))}.${payload}`;
  const last = mac.at(-1) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // The last character of 32 bytes carries two bits to spare: another character, the same bytes.
  const twin = alphabet[alphabet.indexOf(last) ^ 1] ?? '';
  return [
    [
      'another secret',
      signToken(goodClaims(), { secret: 'another-secret-another-secret-another' }),
    ],
    ['an empty secret', signToken(goodClaims(), { secret: '' })],
    ['the secret with a newline', signToken(goodClaims(), { secret: `${CLIENT_SECRET}\n` })],
    ['the secret cut short', signToken(goodClaims(), { secret: CLIENT_SECRET.slice(0, -1) })],
    [
      'the secret read as base64',
      signToken(goodClaims(), { secret: Buffer.from(CLIENT_SECRET, 'base64') }),
    ],
    ['the integration id as secret', signToken(goodClaims(), { secret: CLIENT_ID })],
    ['a signature cut short', `${head}.${payload}.${mac.slice(0, -2)}`],
    ['a signature made longer', `${good}AA`],
    ['a signature in hex', `${head}.${payload}.${Buffer.from(mac, 'base64url').toString('hex')}`],
    ['a signature of zeros', `${head}.${payload}.${base64url(Buffer.alloc(32))}`],
    ['the signature written another way', `${head}.${payload}.${mac.slice(0, -1)}${twin}`],
    ['the claims of another token', `${head}.${base64url(JSON.stringify(goodClaims()))}.${mac}`],
    ['alg none', signToken(goodClaims(), { header: { typ: 'JWT', alg: 'none' } })],
    ['alg none without a signature', `${base64url('{"alg":"none"}')}.${payload}.`],
    ['alg None', signToken(goodClaims(), { header: { alg: 'None' } })],
    ['alg nOnE', signToken(goodClaims(), { header: { alg: 'nOnE' } })],
    ['alg hs256', signToken(goodClaims(), { header: { alg: 'hs256' } })],
    ['no alg', signToken(goodClaims(), { header: { typ: 'JWT' } })],
    ['alg null', signToken(goodClaims(), { header: { alg: null } })],
    ['alg in a list', signToken(goodClaims(), { header: { alg: ['HS256'] } })],
    ['HS384', signToken(goodClaims(), { header: { alg: 'HS384' }, hash: 'sha384' })],
    ['HS512, as bots sign', signToken(goodClaims(), { header: { alg: 'HS512' }, hash: 'sha512' })],
    ['HS512 said to be HS256', signToken(goodClaims(), { hash: 'sha512' })],
    [
      'RS256 by a key of its own',
      `${rsaInput}.${sign('sha256', Buffer.from(rsaInput), rsa.privateKey).toString('base64url')}`,
    ],
    ['RS256 said, HS256 done', signToken(goodClaims(), { header: { alg: 'RS256' } })],
    ['crit', signToken(goodClaims(), { header: { alg: 'HS256', crit: ['exp'] } })],
    ['b64 false', signToken(goodClaims(), { header: { alg: 'HS256', b64: false, crit: ['b64'] } })],
    [
      'a key in the header',
      signToken(goodClaims(), { header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } } }),
    ],
    [
      'an address of keys',
      signToken(goodClaims(), { header: { alg: 'HS256', jku: 'https://evil.example/keys' } }),
    ],
    [
      'a certificate address',
      signToken(goodClaims(), { header: { alg: 'HS256', x5u: 'https://evil.example/x' } }),
    ],
  ];
}

function claims(): [string, string][] {
  const now = Math.floor(Date.now() / 1000);
  const required = [
    'iss',
    'aud',
    'jti',
    'iat',
    'nbf',
    'exp',
    'account_id',
    'user_id',
    'client_uuid',
  ];
  const wrong: [string, Members][] = [
    ...required.map((name): [string, Members] => [`no ${name}`, without(name)]),
    ...required.map((name): [string, Members] => [`${name} null`, changed({ [name]: null })]),
    ['an hour ago', changed({ iat: now - 7_200, nbf: now - 7_200, exp: now - 3_600 })],
    ['over for a second', changed({ iat: now - 1_800, nbf: now - 1_800, exp: now - 1 })],
    ['over now', changed({ iat: now - 1_800, nbf: now - 1_800, exp: now })],
    ['valid in a minute', changed({ nbf: now + 60 })],
    ['issued in a minute', changed({ iat: now + 60 })],
    ['valid for two hours', changed({ exp: now + 7_200 })],
    ['valid for ever', changed({ exp: 9_999_999_999 })],
    ['exp as text', changed({ exp: String(now + 600) })],
    ['exp with a fraction', changed({ exp: now + 600.5 })],
    ['exp in milliseconds', changed({ exp: (now + 600) * 1_000 })],
    ['exp beyond numbers', changed({ exp: 1e308 })],
    ['exp negative', changed({ exp: -1 })],
    ['exp before iat', changed({ iat: now + 5, exp: now + 4 })],
    ['account_id as text', changed({ account_id: String(DEMO.id) })],
    ['account_id with a fraction', changed({ account_id: DEMO.id + 0.5 })],
    ['account_id zero', changed({ account_id: 0 })],
    ['account_id negative', changed({ account_id: -DEMO.id })],
    ['account_id in a list', changed({ account_id: [DEMO.id] })],
    ['account_id beyond 2^53', changed({ account_id: 2 ** 60 })],
    ['account_id of another account', changed({ account_id: OTHER.id })],
    ['user_id as text', changed({ user_id: '8001' })],
    ['user_id zero', changed({ user_id: 0 })],
    ['jti empty', changed({ jti: '' })],
    ['jti a number', changed({ jti: 1 })],
    ['another integration', changed({ client_uuid: '00000000-0000-4000-8000-000000000000' })],
    ['the integration in capitals', changed({ client_uuid: CLIENT_ID.toUpperCase() })],
    ['another audience', changed({ aud: 'https://evil.example' })],
    ['the audience with a path', changed({ aud: `${PUBLIC_URL}/kommo/oauth/callback` })],
    ['the audience over http', changed({ aud: PUBLIC_URL.replace('https', 'http') })],
    ['the audience with a port', changed({ aud: `${PUBLIC_URL}:8443` })],
    ['an empty list of audiences', changed({ aud: [] })],
    ['another issuer', changed({ iss: 'https://evil.example' })],
    ['an issuer that only begins right', changed({ iss: 'https://demo.kommo.com.evil.io' })],
    ['the issuer over http', changed({ iss: 'http://demo.kommo.com' })],
    ['the issuer without a scheme', changed({ iss: 'demo.kommo.com' })],
    ['the issuer with a slash', changed({ iss: 'https://demo.kommo.com/' })],
    ['the issuer with a port', changed({ iss: 'https://demo.kommo.com:443' })],
    ['the issuer of another account', changed({ iss: OTHER.origin })],
    ['Kommo itself as issuer', changed({ iss: 'https://www.kommo.com' })],
  ];
  return wrong.map(([name, members]) => [name, signToken(members)]);
}

/** Tokens that must all be refused in the same words. HTTP strips outer spaces, so those are not among them. */
export function badTokens(): [name: string, token: string][] {
  return [...shapes(), ...signatures(), ...claims()];
}
