/** A download under the file's own name, in every alphabet. @see https://www.rfc-editor.org/rfc/rfc6266 */
export function downloadHeader(fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\%/]/g, '_').slice(0, 150) || 'file';
  const exact = encodeURIComponent(fileName.toWellFormed().slice(0, 150)).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
