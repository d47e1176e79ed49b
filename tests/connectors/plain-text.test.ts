import { endOfLife, isEnding } from '../../src/server/connectors/health.ts';
import {
  pictureAddress,
  plainLine,
  withoutInvisible,
} from '../../src/server/connectors/plain-text.ts';

describe('a name from a service', () => {
  test.each([
    ['  Ana\tSupport\n', 'Ana Support'],
    ['nul\u0000byte', 'nul byte'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['lone \ud83d surrogate', 'lone \ufffd surrogate'],
    ['👩‍👧 family', '👩‍👧 family'],
    ['فارسی\u200cها', 'فارسی\u200cها'],
    ['\ufeff', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%j becomes %j', (text, expected) => {
    expect(plainLine(text)).toBe(expected);
  });

  test('is cut, but not through a character', () => {
    expect(plainLine('a'.repeat(300))).toHaveLength(255);
    expect(plainLine(`${'a'.repeat(4)}😀`, 5)?.isWellFormed()).toBe(true);
  });
});

test.each([
  ['https://pics.example/a b.png', 'https://pics.example/a%20b.png'],
  ['http://pics.example/a.png', undefined],
  ['javascript:alert(1)', undefined],
  ['data:image/png;base64,AA', undefined],
  [`https://pics.example/${'a'.repeat(3000)}`, undefined],
  ['nonsense', undefined],
  [undefined, undefined],
])('the picture at %s is %s', (text, expected) => {
  expect(pictureAddress(text)).toBe(expected);
});

describe('the end of a token', () => {
  const now = new Date('2026-01-01T00:00:00Z');

  test('is counted from now', () => {
    expect(endOfLife(3600, now)).toBe('2026-01-01T01:00:00.000Z');
  });

  test.each([1e300, Number.POSITIVE_INFINITY, -5])(
    'is a date whatever was answered: %d',
    (life) => {
      const end = Date.parse(endOfLife(life, now));
      expect(end).toBeGreaterThanOrEqual(now.getTime());
    },
  );

  test('is near within the margin, and never for a token without one', () => {
    expect(isEnding(endOfLife(30, now), now, 60_000)).toBe(true);
    expect(isEnding(endOfLife(90, now), now, 60_000)).toBe(false);
    expect(isEnding(undefined, now, 60_000)).toBe(false);
  });
});

describe('what nobody sees in a key', () => {
  test.each([
    ...['\u00ad', '\u034f', '\u061c', '\u180e', '\u200b', '\u200e', '\u2028', '\u202a', '\u2060'],
    ...['\u2068', '\u3164', '\ufe0f', '\ufeff', '\u{e0001}', '\u{e0100}', '\u0000', '\n', '\u00a0'],
  ])('%j is taken out', (hidden) => {
    expect(withoutInvisible(`${hidden}ke${hidden}y${hidden}`)).toBe('key');
  });
});
