import { crc32, deflateSync } from 'node:zlib';
import encodeQR from 'qr';

/** Scanners want four light modules around the code (ISO/IEC 18004). */
const QUIET_ZONE_MODULES = 4;

/** Several viewers ask for one code many times while it is shown. */
const REMEMBERED = 500;

const drawn = new Map<string, string>();

/**
 * Draws a code, dark on white whatever the theme, as a PNG data URI with one pixel for each module: whoever shows it
 * enlarges it by a whole factor that fits.
 */
export function qrImage(value: string): string {
  const known = drawn.get(value);
  if (known !== undefined) return known;
  const modules = encodeQR(value, 'raw', { ecc: 'medium', border: QUIET_ZONE_MODULES });
  const image = `data:image/png;base64,${toPng(modules).toString('base64')}`;
  drawn.set(value, image);
  const [oldest] = drawn.keys();
  if (drawn.size > REMEMBERED && oldest !== undefined) drawn.delete(oldest);
  return image;
}

/**
 * One bit per pixel. General encoders write at least eight, which costs a QR code ten times the time or the size,
 * and we draw hundreds a minute.
 *
 * @see https://www.w3.org/TR/png-3/
 */
function toPng(modules: boolean[][]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(modules.length, 0);
  header.writeUInt32BE(modules.length, 4);
  // Bit depth; the colour type stays 0, greyscale.
  header.writeUInt8(1, 8);
  const rows = modules.map(toPixels);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A row begins with the number of its filter; 0 leaves the pixels as they are. A pixel of 1 is white. */
function toPixels(modules: boolean[]): Buffer {
  const bits = modules.map((isDark) => (isDark ? '0' : '1')).join('');
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from([0, ...bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))]);
}

function chunk(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}
