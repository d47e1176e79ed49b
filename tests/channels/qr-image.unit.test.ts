import { inflateSync } from 'node:zlib';
import { decodeQR } from 'qr/decode.js';
import { qrImage } from '../../src/server/channels/attempts/qr-image.ts';

const VALUE = '2@Zm9vYmFyYmF6,cXV4,MTIzNDU2Nzg5MA==';
/** How many of a camera's pixels see one module. */
const SCALE = 4;
const QUIET = 4;

test.each([VALUE, '1', '\u00e9 \u{1f4f1}', '2@'.padEnd(2_000, 'aB3+/')])(
  'the picture of %.20s is read as that by a scanner',
  (value) => {
    const { size: modules, isBlack } = readPng(qrImage(value));
    const size = modules * SCALE;
    const data = new Uint8ClampedArray(size * size * 4).fill(255);
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        const isDark = isBlack(Math.floor(x / SCALE), Math.floor(y / SCALE));
        if (isDark) data.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
      }
    }
    expect(decodeQR({ width: size, height: size, data })).toBe(value);
  },
);

test('a code has one pixel for each module, dark on white, with four light modules around it', () => {
  const { size, isBlack } = readPng(qrImage(VALUE));
  expect(size).toBe(29 + 2 * QUIET);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const isOutside = [row, column].some((at) => at < QUIET || at >= size - QUIET);
      if (isOutside) expect(isBlack(column, row)).toBe(false);
    }
  }
  // The corner of the first finder pattern.
  expect(isBlack(QUIET, QUIET)).toBe(true);
});

test('another value is another picture, the same value the same one', () => {
  expect(qrImage('a')).toBe(qrImage('a'));
  expect(qrImage('a')).not.toBe(qrImage('b'));
});

/** Reads a one-bit greyscale PNG with unfiltered rows. */
function readPng(dataUri: string) {
  const png = Buffer.from(dataUri.replace('data:image/png;base64,', ''), 'base64');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const size = png.readUInt32BE(16);
  const start = png.indexOf('IDAT');
  const pixels = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  const rowBytes = 1 + Math.ceil(size / 8);
  const isBlack = (x: number, y: number) =>
    (pixels.readUInt8(y * rowBytes + 1 + (x >> 3)) & (0x80 >> (x & 7))) === 0;
  return { size, isBlack };
}
