import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { onlyRange, readByteRange } from '../../src/server/platform/http/byte-range.ts';

const BYTES = 1000;

describe('a Range header', () => {
  test.each([
    ['bytes=0-', { start: 0, end: 999 }],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=500-', { start: 500, end: 999 }],
    ['bytes=999-', { start: 999, end: 999 }],
    ['bytes=990-5000', { start: 990, end: 999 }],
    ['bytes=-1', { start: 999, end: 999 }],
    ['bytes=-200', { start: 800, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['bytes=00007-00009', { start: 7, end: 9 }],
  ])('%s asks for the bytes %j', (header, range) => {
    expect(readByteRange(header, BYTES)).toEqual(range);
  });

  test.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=999999-', 'bytes=-0'])(
    '%s lies behind the end',
    (header) => {
      expect(readByteRange(header, BYTES)).toBe('unsatisfiable');
    },
  );

  test.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=1.5-2',
    'bytes= 0-1',
    'bytes=0 -1',
    'bytes=+1-2',
    'bytes=0x1-0x2',
    'bytes=--5',
    'bytes=0-1,5-6',
    'bytes=0-1, -5',
    'items=0-1',
    'bytes=0-1\n',
    `bytes=0-${'9'.repeat(400)}`,
    `bytes=${'9'.repeat(400)}-`,
  ])('%j makes no sense here, so the whole file is meant', (header) => {
    expect(readByteRange(header, BYTES)).toBeUndefined();
  });

  test('of an empty file is behind its end, whatever it asks for', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) {
      expect([header, readByteRange(header, 0)]).toEqual([header, 'unsatisfiable']);
    }
  });

  test('never leads out of the file, whatever it says', () => {
    const part = fc.oneof(fc.nat(3000).map(String), fc.constant(''), fc.string({ maxLength: 4 }));
    const header = fc
      .tuple(fc.constantFrom('bytes=', 'bytes', 'Bytes=', ''), part, fc.constantFrom('-', ''), part)
      .map((parts) => parts.join(''));
    const property = fc.property(header, fc.nat(2000), (given, bytes) => {
      const range = readByteRange(given, bytes);
      if (range === undefined || range === 'unsatisfiable') return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThanOrEqual(range.start);
      expect(range.end).toBeLessThan(bytes);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test('means the same bytes written from the start and from the end', () => {
    const property = fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), (bytes, from) => {
      fc.pre(from < bytes);
      const fromStart = readByteRange(`bytes=${from}-`, bytes);
      expect(fromStart).toEqual({ start: from, end: bytes - 1 });
      expect(readByteRange(`bytes=-${bytes - from}`, bytes)).toEqual(fromStart);
    });
    fc.assert(property);
  });
});

describe('a part of a stream', () => {
  test('has exactly its bytes, however the stream is cut into pieces', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    const property = fc.asyncProperty(pieces, fc.nat(200), fc.nat(200), async (given, a, b) => {
      const whole = Buffer.concat(given);
      fc.pre(whole.length > 0);
      const start = Math.min(a, b) % whole.length;
      const end = Math.min(whole.length - 1, start + Math.abs(a - b));
      const source = Readable.from(
        given.map((piece) => Buffer.from(piece)),
        { objectMode: false },
      );
      const part = await buffer(source.pipe(onlyRange({ start, end })));
      expect(part.equals(whole.subarray(start, end + 1))).toBe(true);
    });
    await fc.assert(property);
  });

  test('ends with its last byte, though the file goes on for ever', async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(1024, 'x');
    }
    const source = Readable.from(endless(), { objectMode: false });
    const part = await buffer(source.pipe(onlyRange({ start: 2000, end: 5000 })));
    expect(part).toHaveLength(3001);
    source.destroy();
  });
});
