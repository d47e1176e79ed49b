import { readFile } from 'node:fs/promises';
import type { Exchange } from '../kommo/exchange.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** Scripts and styles are the page's own files; nothing comes from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Sends one of the files of a page that plays somebody's app. */
export async function sendPageFile(exchange: Exchange, folder: URL, name: string): Promise<void> {
  const ending = /^[a-z]+\.(html|css|js)$/.exec(name)?.[1] ?? '';
  const file = await readFile(new URL(name, folder)).catch(() => undefined);
  if (ending === '' || file === undefined) return exchange.send(404, 'There is no such file.\n');
  exchange.send(200, file, {
    'content-type': TYPES[ending] ?? '',
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
}

/** Sends what somebody put into a chat: shown by the page, or saved; never run as a page of this origin. */
export function sendChatFile(
  exchange: Exchange,
  file: { name: string; mime: string; content: Iterable<Buffer> | undefined } | undefined,
): void {
  if (file?.content === undefined) return void exchange.send(404, 'Not kept.\n');
  const isShown = /^(image\/(jpeg|png|gif|webp)|video\/|audio\/)/.test(file.mime);
  const name = encodeURIComponent(file.name);
  exchange.send(200, Buffer.concat([...file.content]), {
    'content-type': isShown ? file.mime : 'application/octet-stream',
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
}
