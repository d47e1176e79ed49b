import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** One bit a pixel, greyscale: 0 is black, 1 is white. */
const BIT_DEPTH = 1;
const GREYSCALE = 0;

/**
 * A square black and white picture as PNG. A general encoder spends ten times as long on a QR code, and
 * hundreds of them are drawn a minute.
 *
 * @param size width and height in cells
 * @param scale width and height of a cell in pixels
 * @see https://www.w3.org/TR/png-3/
 */
export function bitmapPng(
  size: number,
  scale: number,
  isBlack: (column: number, row: number) => boolean,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size * scale, 0);
  header.writeUInt32BE(size * scale, 4);
  header.writeUInt8(BIT_DEPTH, 8);
  header.writeUInt8(GREYSCALE, 9);
  const rows = Array.from({ length: size }, (_, row) =>
    pixelRow(size, scale, (column) => isBlack(column, row)),
  );
  const pixels = Buffer.concat(rows.flatMap((row) => Array<Buffer>(scale).fill(row)));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A row begins with the number of its filter; 0 leaves the pixels as they are. */
function pixelRow(size: number, scale: number, isBlack: (column: number) => boolean): Buffer {
  const row = Buffer.alloc(1 + Math.ceil((size * scale) / 8));
  for (let column = 0; column < size; column += 1) {
    if (isBlack(column)) continue;
    for (let x = column * scale; x < (column + 1) * scale; x += 1) {
      const at = 1 + (x >> 3);
      row[at] = (row[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return row;
}

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}
