import encodeQR from 'qr';
import { bitmapPng } from './bitmap-png.ts';

/** Scanners want four light modules around the code (ISO/IEC 18004). */
const QUIET_ZONE_MODULES = 4;
const PIXELS_PER_MODULE = 6;

/** Several viewers ask for one code many times while it is shown. */
const REMEMBERED = 500;

const drawn = new Map<string, string>();

/** Draws a code, dark on white whatever the theme, as a PNG data URI. */
export function qrImage(value: string): string {
  const known = drawn.get(value);
  if (known !== undefined) return known;
  const image = `data:image/png;base64,${draw(value).toString('base64')}`;
  drawn.set(value, image);
  const [oldest] = drawn.keys();
  if (drawn.size > REMEMBERED && oldest !== undefined) drawn.delete(oldest);
  return image;
}

function draw(value: string): Buffer {
  const modules = encodeQR(value, 'raw', { ecc: 'medium', border: QUIET_ZONE_MODULES });
  return bitmapPng(
    modules.length,
    PIXELS_PER_MODULE,
    (column, row) => modules[row]?.[column] === true,
  );
}
