/** A PNG begins with its signature and a header, whose first word is the width. */
const WIDTH_AT = 16;
const HEADER_BYTES = 24;

/**
 * How large a code is drawn: the largest whole multiple of its own size that fits, so that all modules are of one
 * size. Its quiet zone is part of the picture. What cannot be read, or has no room, fills the square.
 */
export function wholeFactorSize(image: string, room: number): number {
  const own = pngWidth(image);
  return own > 0 && own <= room ? own * Math.floor(room / own) : room;
}

/** The width of a PNG data URI in pixels; 0 when it is none. */
function pngWidth(image: string): number {
  const start = image.indexOf(',') + 1;
  try {
    // Four characters are three bytes.
    const header = atob(image.slice(start, start + (HEADER_BYTES / 3) * 4));
    return (
      [0, 1, 2, 3].reduce((width, at) => width * 256 + header.charCodeAt(WIDTH_AT + at), 0) || 0
    );
  } catch {
    return 0;
  }
}
