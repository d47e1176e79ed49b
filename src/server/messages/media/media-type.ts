import mime from 'mime';

const UNKNOWN = 'application/octet-stream';

/**
 * What a browser shows or plays and cannot be made to run. Everything else is served as bytes; so is a type with a
 * `+`, because `audio/x+xml` is XML to a browser.
 *
 * @see https://mimesniff.spec.whatwg.org/#xml-mime-type
 */
const HARMLESS =
  /^(?:image\/(?:png|jpeg|gif|webp|bmp|heic|avif)|audio\/[\w.-]{1,60}|video\/[\w.-]{1,60}|application\/pdf)$/;

/** The usual type of a file with this name. */
export function typeOfName(fileName: string): string {
  return mime.getType(fileName) ?? UNKNOWN;
}

/** The type a file is served with, whatever the service says it is. */
export function servedType(type: string | undefined, fileName: string): string {
  const bare = (type ?? typeOfName(fileName)).split(';')[0]?.trim().toLowerCase() ?? '';
  return HARMLESS.test(bare) ? bare : UNKNOWN;
}
