import { inflateSync } from 'node:zlib';
import QRCode from 'qrcode';
import { qrImage } from '../../src/server/core/qr-image.ts';

const VALUE = '2@Zm9vYmFyYmF6,cXV4,MTIzNDU2Nzg5MA==';
const SCALE = 6;
const QUIET = 4;

test('a code is drawn module by module, dark on white, with four light modules around it', () => {
  const { modules } = QRCode.create(VALUE, { errorCorrectionLevel: 'M' });
  const { size, isBlack } = readPng(qrImage(VALUE));
  expect(size).toBe((modules.size + 2 * QUIET) * SCALE);
  const drawn: string[] = [];
  const wanted: string[] = [];
  for (let row = -QUIET; row < modules.size + QUIET; row += 1) {
    for (let column = -QUIET; column < modules.size + QUIET; column += 1) {
      const isInside = [row, column].every((at) => at >= 0 && at < modules.size);
      wanted.push(isInside && modules.get(row, column) ? '1' : '0');
      // The first and the last pixel of each module.
      const corners = [0, SCALE - 1].map((step) =>
        isBlack((column + QUIET) * SCALE + step, (row + QUIET) * SCALE + step),
      );
      drawn.push(corners.every(Boolean) ? '1' : corners.some(Boolean) ? '?' : '0');
    }
  }
  expect(drawn.join('')).toBe(wanted.join(''));
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
