import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const RGB = 2;
const RGBA = 6;
/** None, Sub, Up, Average, Paeth. */
const FILTERS = [0, 1, 2, 3, 4];

/**
 * Writes a picture as a small PNG: no alpha where nothing is transparent, the filters that compress best, the
 * strongest compression. A third of the size of the renderer's own, and the zip has a budget.
 *
 * @param pixels RGBA, premultiplied by alpha, as renderers keep them; a PNG holds the plain colours
 * @see https://www.w3.org/TR/png-3/#9Filters
 */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const isOpaque = pixels.every((value, index) => index % 4 !== 3 || value === 255);
  const channels = isOpaque ? 3 : 4;
  const rows: Uint8Array[] = [];
  for (let y = 0; y < height; y += 1) {
    rows.push(plainColours(pixels.subarray(y * width * 4, (y + 1) * width * 4), channels));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, isOpaque ? RGB : RGBA, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', compress(rows, channels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function plainColours(premultiplied: Uint8Array, channels: number): Uint8Array {
  const row = new Uint8Array((premultiplied.length / 4) * channels);
  for (let from = 0, to = 0; from < premultiplied.length; from += 4, to += channels) {
    const alpha = premultiplied[from + 3] ?? 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const value = premultiplied[from + channel] ?? 0;
      row[to + channel] = alpha === 0 ? 0 : Math.min(255, Math.round((value * 255) / alpha));
    }
    if (channels === 4) row[to + 3] = alpha;
  }
  return row;
}

/** Flat drawings do best with one filter throughout, others with the best one for each row: all are tried. */
function compress(rows: readonly Uint8Array[], step: number): Uint8Array {
  const choices = [...FILTERS.map((filter) => [filter]), FILTERS];
  return choices
    .map((filters) => {
      const filtered = rows.map((row, y) => filterRow(row, rows[y - 1], step, filters));
      return deflateSync(Buffer.concat(filtered), { level: 9, memLevel: 9 });
    })
    .reduce((best, other) => (other.length < best.length ? other : best));
}

/** Of several filters the one whose bytes are nearest to zero; the first byte names it. */
function filterRow(
  row: Uint8Array,
  above: Uint8Array | undefined,
  step: number,
  filters: readonly number[],
): Uint8Array {
  let best: Uint8Array = new Uint8Array();
  let lowest = Number.POSITIVE_INFINITY;
  for (const filter of filters) {
    const result = new Uint8Array(row.length + 1);
    result[0] = filter;
    let sum = 0;
    for (let index = 0; index < row.length; index += 1) {
      const left = row[index - step] ?? 0;
      const up = above?.[index] ?? 0;
      const upLeft = above?.[index - step] ?? 0;
      let guess = 0;
      if (filter === 1) guess = left;
      else if (filter === 2) guess = up;
      else if (filter === 3) guess = (left + up) >> 1;
      else if (filter === 4) guess = paeth(left, up, upLeft);
      const value = ((row[index] ?? 0) - guess) & 0xff;
      result[index + 1] = value;
      sum += value < 128 ? value : 256 - value;
    }
    if (sum < lowest) {
      lowest = sum;
      best = result;
    }
  }
  return best;
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const toLeft = Math.abs(guess - left);
  const toUp = Math.abs(guess - up);
  const toUpLeft = Math.abs(guess - upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(content.length, 0);
  result.set(body, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}
