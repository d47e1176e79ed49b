import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import {
  InvalidToken,
  type TokenFault,
  verifyDisposableToken,
} from '../../src/server/kommo/disposable-token.ts';
import {
  BAD,
  CLAIMS,
  CLIENT,
  HEAD,
  having,
  ISSUED,
  KNOWN,
  PAYLOAD,
  SECRET,
  sign,
} from './bad-tokens.ts';

function verify(token: string, atSeconds: number = ISSUED, publicUrl = CLAIMS.aud) {
  return verifyDisposableToken(token, {
    clientId: CLIENT,
    clientSecret: SECRET,
    publicUrl,
    now: () => new Date(atSeconds * 1000),
  });
}

async function faultOf(token: string, atSeconds?: number): Promise<TokenFault | 'none'> {
  try {
    await verify(token, atSeconds);
    return 'none';
  } catch (error) {
    if (error instanceof InvalidToken) return error.reason;
    throw error;
  }
}

describe('a good token', () => {
  test('tells account, user, address and rights', async () => {
    expect(await verify(KNOWN)).toEqual({
      accountId: 12_345_678,
      userId: 87_654_321,
      jti: 'd628f123-5123-473e-a123-ed123ef31f8f',
      host: { host: 'subdomain.kommo.com', subdomain: 'subdomain', tld: 'kommo.com' },
      isAdmin: true,
      expiresAt: new Date((ISSUED + 1800) * 1000),
    });
  });

  test.each([
    [true, true],
    [false, false],
    [undefined, undefined],
    ['true', undefined],
    ['Y', undefined],
    [1, undefined],
    [null, undefined],
    [[true], undefined],
  ])('with is_admin %j says %j about rights', async (claim, isAdmin) => {
    expect((await verify(having({ is_admin: claim }))).isAdmin).toBe(isAdmin);
  });

  test.each([
    ['https://backend.example', 'https://backend.example'],
    ['https://backend.example', 'https://backend.example:8443'],
    ['https://backend.example:8443', 'https://backend.example:8443'],
    ['http://localhost', 'http://localhost:8080'],
  ])('for %s is ours when we are %s', async (aud, publicUrl) => {
    expect((await verify(having({ aud }), ISSUED, publicUrl)).accountId).toBe(12_345_678);
    expect((await verify(having({ aud: [aud] }), ISSUED, publicUrl)).accountId).toBe(12_345_678);
  });

  test('may carry claims and header members nobody knows', async () => {
    const header = { alg: 'HS256', kid: '../../dev/null' };
    expect(await verify(sign({ ...CLAIMS, new: { a: [1] } }, { header }))).toBeDefined();
  });
});

describe('time', () => {
  test.each([
    [-11, 'not_yet_valid'],
    [-10, 'none'],
    [-1, 'none'],
    [0, 'none'],
    [1, 'none'],
    [1789, 'none'],
    [1799, 'none'],
    [1799.999, 'none'],
    [1800, 'expired'],
    [1801, 'expired'],
    [1810, 'expired'],
    [1811, 'expired'],
  ])('%d s after the token was issued it is taken as %s', async (seconds, fault) => {
    expect(await faultOf(KNOWN, ISSUED + seconds)).toBe(fault);
  });

  test('a clock that is off is told to the operator, and by how much', async () => {
    const told = (at: number) => verify(KNOWN, at).then(String, String);
    expect(await told(ISSUED - 3_600)).toMatch(/not_yet_valid by 3600 s\. .*clock is behind/);
    expect(await told(ISSUED + 9_000)).toMatch(/expired by 7200 s\. .*clock is ahead/);
  });

  test('an iat or nbf of its own in the future is not yet valid', async () => {
    expect(await faultOf(having({ nbf: ISSUED + 11 }))).toBe('not_yet_valid');
    expect(await faultOf(having({ iat: ISSUED + 11 }))).toBe('not_yet_valid');
    expect(await faultOf(having({ nbf: ISSUED + 10, iat: ISSUED + 10 }))).toBe('none');
  });

  test('a life of an hour is the longest', async () => {
    expect(await faultOf(having({ exp: ISSUED + 3600 }))).toBe('none');
    expect(await faultOf(having({ exp: ISSUED + 3601 }))).toBe('life');
    expect(await faultOf(having({ iat: ISSUED - 86_400 }))).toBe('life');
    expect(await faultOf(having({ exp: ISSUED }))).toBe('life');
    expect(await faultOf(having({ exp: ISSUED - 1 }))).toBe('life');
  });
});

describe('a bad token', () => {
  test.each(BAD)('with %s is refused', async (_name, token, fault) => {
    expect(await faultOf(token)).toBe(fault);
  });

  test('comes in at least 80 kinds here', () => {
    expect(new Set(BAD.map(([, token]) => token)).size).toBeGreaterThanOrEqual(80);
  });

  test('is never accepted after one changed bit, letter or part, 10,000 times', async () => {
    const parts = KNOWN.split('.');
    const mutation = fc.oneof(
      fc
        .record({ at: fc.nat(KNOWN.length - 1), by: fc.integer({ min: 1, max: 127 }) })
        .map(
          ({ at, by }) =>
            KNOWN.slice(0, at) +
            String.fromCharCode(KNOWN.charCodeAt(at) ^ by) +
            KNOWN.slice(at + 1),
        ),
      fc
        .record({ at: fc.nat(KNOWN.length), text: fc.string({ minLength: 1, maxLength: 4 }) })
        .map(({ at, text }) => KNOWN.slice(0, at) + text + KNOWN.slice(at)),
      fc
        .record({ at: fc.nat(KNOWN.length - 1), count: fc.integer({ min: 1, max: 40 }) })
        .map(({ at, count }) => KNOWN.slice(0, at) + KNOWN.slice(at + count)),
      fc.shuffledSubarray(parts, { minLength: 3 }).map((shuffled) => shuffled.join('.')),
      fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((mac) => `${HEAD}.${PAYLOAD}.${Buffer.from(mac).toString('base64url')}`),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async (token) => {
        fc.pre(token !== KNOWN);
        expect(await faultOf(token)).not.toBe('none');
      }),
      { numRuns: 10_000 },
    );
  });

  test('says nothing of itself in the error', async () => {
    const token = having({ client_uuid: 'canary-3f1c' });
    const error = await verify(token).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidToken);
    expect(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toMatch(
      /canary|eyJ/,
    );
  });
});

test('a secret of any length and alphabet verifies what it signed', async () => {
  const clientSecret = randomBytes(48).toString('base64');
  const options = { clientId: CLIENT, clientSecret, publicUrl: CLAIMS.aud };
  const token = sign(CLAIMS, { secret: clientSecret });
  const now = () => new Date(ISSUED * 1000);
  expect((await verifyDisposableToken(token, { ...options, now })).userId).toBe(87_654_321);
});
