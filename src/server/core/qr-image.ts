import QRCode from 'qrcode';
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
  const { modules } = QRCode.create(value, { errorCorrectionLevel: 'M' });
  const isModule = (at: number) => at >= 0 && at < modules.size;
  return bitmapPng(modules.size + 2 * QUIET_ZONE_MODULES, PIXELS_PER_MODULE, (column, row) => {
    const [x, y] = [column - QUIET_ZONE_MODULES, row - QUIET_ZONE_MODULES];
    return isModule(x) && isModule(y) && Boolean(modules.get(y, x));
  });
}
