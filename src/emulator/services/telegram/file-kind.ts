/** What a file's first bytes say it is. */
export type FileKind =
  | 'jpeg'
  | 'png'
  | 'gif'
  | 'webp'
  | 'mp4'
  | 'ogg'
  | 'mp3'
  | 'webm'
  | 'tgs'
  | 'other';

export function kindOf(head: Buffer): FileKind {
  const latin = head.subarray(0, 16).toString('latin1');
  if (latin.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (latin.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (latin.startsWith('GIF8')) return 'gif';
  if (latin.startsWith('RIFF') && latin.slice(8, 12) === 'WEBP') return 'webp';
  if (latin.slice(4, 8) === 'ftyp') return 'mp4';
  if (latin.startsWith('OggS')) return 'ogg';
  if (latin.startsWith('ID3') || /^\xff[\xe2-\xff]/.test(latin)) return 'mp3';
  if (latin.startsWith('\x1a\x45\xdf\xa3')) return 'webm';
  if (latin.startsWith('\x1f\x8b')) return 'tgs';
  return 'other';
}

/** Width and height of a picture; undefined where the beginning does not tell. */
export function pictureSize(head: Buffer): { width: number; height: number } | undefined {
  const kind = kindOf(head);
  if (kind === 'png' && head.length >= 24) {
    return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
  }
  if (kind === 'gif' && head.length >= 10) {
    return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
  }
  return kind === 'jpeg' ? jpegSize(head) : undefined;
}

/** Walks the segments up to the start of the frame (ITU-T T.81, B.2). */
function jpegSize(head: Buffer): { width: number; height: number } | undefined {
  let at = 2;
  while (at + 9 <= head.length && head[at] === 0xff) {
    const marker = head[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) };
    at += 2 + head.readUInt16BE(at + 2);
  }
  return undefined;
}
