export type PictureKind = 'png' | 'jpeg' | 'gif' | 'webp' | 'svg';

/** What the bytes of a picture say. */
export interface Picture {
  kind: PictureKind;
  width?: number;
  height?: number;
  isAnimated: boolean;
}

/** Reads the head of a picture; undefined if it is none of the kinds browsers show. */
export function readPicture(content: Uint8Array): Picture | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47) {
    const isAnimated = bytes.includes('acTL');
    return {
      kind: 'png',
      width: bytes.readUInt32BE(16),
      height: bytes.readUInt32BE(20),
      isAnimated,
    };
  }
  if (bytes.length >= 4 && bytes.readUInt16BE(0) === 0xffd8) return readJpeg(bytes);
  if (bytes.length >= 10 && bytes.toString('latin1', 0, 4) === 'GIF8') {
    const isAnimated = bytes.includes('NETSCAPE2.0');
    return { kind: 'gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), isAnimated };
  }
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') {
    return { kind: 'webp', isAnimated: bytes.includes('ANIM') };
  }
  if (/<svg[\s>]/i.test(bytes.toString('utf8', 0, 2000))) {
    return { kind: 'svg', isAnimated: /<animate|<set\b/i.test(bytes.toString('utf8')) };
  }
  return undefined;
}

/** The size stands in the first frame header, after any number of other segments. */
function readJpeg(bytes: Buffer): Picture {
  const picture: Picture = { kind: 'jpeg', isAnimated: false };
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { ...picture, width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return picture;
}
