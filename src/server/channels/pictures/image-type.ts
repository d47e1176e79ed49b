/** How raster images begin that every browser shows. What is not here, an SVG above all, is no picture to us. */
const SIGNATURES: readonly [type: string, start: string, from: number][] = [
  ['image/png', '89504e470d0a1a0a', 0],
  ['image/jpeg', 'ffd8ff', 0],
  ['image/gif', Buffer.from('GIF87a').toString('hex'), 0],
  ['image/gif', Buffer.from('GIF89a').toString('hex'), 0],
  // RIFF, four bytes of length, and the kind.
  ['image/webp', Buffer.from('WEBP').toString('hex'), 8],
];

/**
 * The type of an image by its first bytes, whatever a service says it is; undefined for anything but a raster image.
 *
 * @see https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
 */
export function imageType(image: Buffer): string | undefined {
  return SIGNATURES.find(([, start, from]) => {
    const expected = Buffer.from(start, 'hex');
    return image.subarray(from, from + expected.length).equals(expected);
  })?.[0];
}
