import { readPointer, readText } from '../../src/server/connectors/oauth/json-pointer.ts';

/** The document and pointers of RFC 6901, section 5. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

test.each([
  ['', document],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
])('reads %s as the standard says', (pointer, expected) => {
  expect(readPointer(document, pointer)).toEqual(expected);
});

test('unescapes in the order the standard demands', () => {
  expect(readPointer({ '~1': 'tilde one', '/': 'slash' }, '/~01')).toBe('tilde one');
});

test.each([
  'foo',
  '/nothing',
  '/foo/2',
  '/foo/-',
  '/foo/01',
  '/foo/0/x',
  '/toString',
  '/__proto__',
])('finds nothing at %s', (pointer) => {
  expect(readPointer(document, pointer)).toBeUndefined();
});

test('takes texts and numbers for text, and nothing else', () => {
  const given = { text: ' a ', number: 12, empty: ' ', flag: true, none: null, list: ['x'] };
  expect(readText(given, '/text')).toBe('a');
  expect(readText(given, '/number')).toBe('12');
  for (const pointer of ['/empty', '/flag', '/none', '/list', '/missing']) {
    expect(readText(given, pointer)).toBeUndefined();
  }
});
