import fc from 'fast-check';
import {
  consentUrl,
  hostOfIssuer,
  hostOfOrigin,
  isKommoHost,
  parseAccountHost,
  parseReferer,
} from '../../src/server/kommo/account-host.ts';
import { refusedReferers } from './refused-referers.ts';

const EMULATOR = new URL('http://kommo.localhost:9000');
const TLDS = ['kommo.com', 'amocrm.com', 'amocrm.ru'];

describe('the referer of an install call', () => {
  test.each([
    ['demo.kommo.com', 'demo.kommo.com', 'kommo.com'],
    ['https://demo.kommo.com', 'demo.kommo.com', 'kommo.com'],
    ['https://demo.kommo.com/', 'demo.kommo.com', 'kommo.com'],
    ['  Demo.Kommo.COM ', 'demo.kommo.com', 'kommo.com'],
    ['HTTPS://DEMO.AMOCRM.RU/', 'demo.amocrm.ru', 'amocrm.ru'],
    ['a-1.amocrm.com', 'a-1.amocrm.com', 'amocrm.com'],
    ['1.kommo.com', '1.kommo.com', 'kommo.com'],
    [`${'a'.repeat(63)}.kommo.com`, `${'a'.repeat(63)}.kommo.com`, 'kommo.com'],
  ])('%j is an account', (text, host, tld) => {
    expect(parseReferer(text)).toMatchObject({ host, tld });
  });

  test.each(refusedReferers())('%j is refused', (text) => {
    expect(parseReferer(text)).toBeUndefined();
  });

  test('is read as a slow and simple reader would', () => {
    const piece = fc.constantFrom(
      ...TLDS,
      'kommo.com.',
      '.kommo.com',
      'demo',
      'www',
      'api-c',
      '-',
      '.',
      '/',
      'https://',
      'http://',
      '@',
      ':',
      '443',
      '%2e',
      'x',
      'K',
      ' ',
      '\u0000',
      '\u212a',
      '。',
      'xn--',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 6 }),
        (all) => {
          const text = all.join('');
          expect(parseReferer(text)?.host).toBe(slowReading(text));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test('of a real account is found whatever the account’s name is', () => {
    // With a digit before its last letter, or longer than any word: no service of a company is called that.
    const label = fc.oneof(
      fc.stringMatching(/^[a-z0-9]{0,12}[0-9][a-z0-9]{0,8}-?[a-z]$/),
      fc.stringMatching(/^[a-z]{14,63}$/),
    );
    fc.assert(
      fc.property(label, fc.constantFrom(...TLDS), (subdomain, tld) => {
        expect(parseReferer(`https://${subdomain}.${tld}/`)).toEqual({
          host: `${subdomain}.${tld}`,
          subdomain,
          tld,
        });
      }),
    );
  });
});

/** The same rules, one after the other and without patterns. */
function slowReading(text: string): string | undefined {
  if (text.length > 300) return undefined;
  for (const character of text) {
    if (character < ' ' || character > '~') return undefined;
  }
  let host = text.trim().toLowerCase();
  if (host.startsWith('https://')) host = host.slice(8);
  if (host.endsWith('/')) host = host.slice(0, -1);
  const tld = TLDS.find((one) => host.endsWith(`.${one}`));
  if (tld === undefined) return undefined;
  const label = host.slice(0, host.length - tld.length - 1);
  if (label.length < 1 || label.length > 63) return undefined;
  for (const character of label) {
    if (!'abcdefghijklmnopqrstuvwxyz0123456789-'.includes(character)) return undefined;
  }
  if (label.startsWith('-') || label.endsWith('-') || label.slice(2, 4) === '--') return undefined;
  const reserved = ['www', 'amojo', 'gso', 'api', 'drive'];
  if (reserved.includes(label) || label.startsWith('api-') || label.startsWith('drive-'))
    return undefined;
  return host;
}

test('at least 120 crafted referers are refused', () => {
  expect(new Set(refusedReferers()).size).toBeGreaterThanOrEqual(120);
});

test('a host must be in its one exact form', () => {
  expect(parseAccountHost('demo.kommo.com')).toEqual({
    host: 'demo.kommo.com',
    subdomain: 'demo',
    tld: 'kommo.com',
  });
  for (const text of [
    'Demo.kommo.com',
    ' demo.kommo.com',
    'demo.kommo.com/',
    'https://demo.kommo.com',
    'demo.kommo.com\n',
  ]) {
    expect(parseAccountHost(text)).toBeUndefined();
  }
});

test('only an account’s own https address is an issuer', () => {
  expect(hostOfIssuer('https://demo.kommo.com')?.host).toBe('demo.kommo.com');
  for (const text of [
    'http://demo.kommo.com',
    'https://demo.kommo.com/',
    'demo.kommo.com',
    'https://DEMO.kommo.com',
    'https://demo.kommo.com:443',
    '',
  ]) {
    expect(hostOfIssuer(text)).toBeUndefined();
  }
});

describe('a browser’s origin', () => {
  test('is an account’s only over https and without anything around it', () => {
    expect(hostOfOrigin('https://demo.amocrm.ru')?.host).toBe('demo.amocrm.ru');
    for (const origin of [
      'null',
      '',
      'http://demo.kommo.com',
      'https://demo.kommo.com:8443',
      'https://www.kommo.com',
      'https://kommo.com',
      'https://a.b.kommo.com',
      'https://demo.kommo.com.',
      'http://demo.kommo.localhost:9000',
    ]) {
      expect(hostOfOrigin(origin)).toBeUndefined();
    }
  });

  test('of an emulated account counts as that account’s, with an emulator only', () => {
    expect(hostOfOrigin('http://demo.kommo.localhost:9000', EMULATOR)?.host).toBe('demo.kommo.com');
    expect(hostOfOrigin('https://demo.kommo.com', EMULATOR)?.host).toBe('demo.kommo.com');
    const elsewhere = new URL('http://emulator.localhost:9100');
    expect(hostOfOrigin('http://demo.emulator.localhost:9100', elsewhere)?.host).toBe(
      'demo.kommo.com',
    );
    expect(hostOfOrigin('http://demo.kommo.localhost:9100', elsewhere)?.host).toBe(
      'demo.kommo.com',
    );
    for (const origin of [
      'http://demo.kommo.localhost',
      'http://demo.kommo.localhost:9001',
      'https://demo.kommo.localhost:9000',
      'http://kommo.localhost:9000',
      'http://www.kommo.localhost:9000',
      'http://a.b.kommo.localhost:9000',
      'http://evil.example:9000',
      'http://.kommo.localhost:9000',
    ]) {
      expect(hostOfOrigin(origin, EMULATOR)).toBeUndefined();
    }
  });
});

test('calls go to accounts, the chat API and the domain lookup only', () => {
  for (const host of [
    'demo.kommo.com',
    'amojo.kommo.com',
    'amojo.amocrm.ru',
    'api-c.kommo.com',
    'api-a.amocrm.ru',
  ]) {
    expect(isKommoHost(host)).toBe(true);
  }
  for (const host of [
    'www.kommo.com',
    'api-.kommo.com',
    'api-c.evil.example',
    'api-c.kommo.com.',
    'api-c.kommo.com:443',
    'api-c.x.kommo.com',
    'amojo.kommo.com/x',
    'api-c.kommo.com@evil.example',
    'localhost',
    '',
  ]) {
    expect(isKommoHost(host)).toBe(false);
  }
});

describe('the consent page', () => {
  const asked = { clientId: 'a b&c', state: 'x/+=', mode: 'popup' } as const;

  test('is on the account’s platform', () => {
    expect(consentUrl({ ...asked, tld: 'kommo.com' })).toBe(
      'https://www.kommo.com/oauth?client_id=a+b%26c&state=x%2F%2B%3D&mode=popup',
    );
    expect(new URL(consentUrl({ ...asked, tld: 'amocrm.ru' })).host).toBe('www.amocrm.ru');
  });

  test('is the emulator’s when there is one', () => {
    const url = consentUrl({ ...asked, tld: 'kommo.com', emulatorUrl: EMULATOR });
    expect(url.startsWith('http://www.kommo.localhost:9000/oauth?')).toBe(true);
    const elsewhere = new URL('http://127.0.0.1:9100');
    expect(consentUrl({ ...asked, tld: 'kommo.com', emulatorUrl: elsewhere })).toMatch(
      /^http:\/\/127\.0\.0\.1:9100\/oauth\?/,
    );
  });
});
