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

/** A download under the file's own name, in every alphabet. @see https://www.rfc-editor.org/rfc/rfc6266 */
export function downloadHeader(fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\%/]/g, '_').slice(0, 150) || 'file';
  const exact = encodeURIComponent(fileName.toWellFormed().slice(0, 150)).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
