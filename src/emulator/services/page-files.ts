import { readFile } from 'node:fs/promises';
import type { Exchange, Route } from '../kommo/exchange.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** Scripts and styles are the page's own files; nothing comes from elsewhere. */
export function pageHeaders(formAction: "'none'" | "'self'" = "'none'"): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "connect-src 'self'",
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  };
}

/** Sends one of the files of a page that plays somebody's app. */
export async function sendPageFile(exchange: Exchange, folder: URL, name: string): Promise<void> {
  const ending = /^[a-z]+\.(html|css|js)$/.exec(name)?.[1] ?? '';
  const file = await readFile(new URL(name, folder)).catch(() => undefined);
  if (ending === '' || file === undefined) return exchange.send(404, 'There is no such file.\n');
  exchange.send(200, file, { 'content-type': TYPES[ending] ?? '', ...pageHeaders() });
}

/** For what somebody put into a chat: shown by the page, or saved; never run as a page of this origin. */
export function chatFileHeaders(name: string, mime: string): Record<string, string> {
  const isShown = /^(image\/(jpeg|png|gif|webp)|video\/|audio\/)/.test(mime);
  const encoded = encodeURIComponent(name);
  return {
    'content-type': isShown ? mime : 'application/octet-stream',
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encoded}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  };
}

/** Sends what somebody put into a chat. */
export function sendChatFile(
  exchange: Exchange,
  file: { name: string; mime: string; content: Iterable<Buffer> | undefined } | undefined,
): void {
  if (file?.content === undefined) return void exchange.send(404, 'Not kept.\n');
  const headers = chatFileHeaders(file.name, file.mime);
  exchange.send(200, Buffer.concat([...file.content]), headers);
}

const PARTS = new URL('page-parts/', import.meta.url);

/** What the pages share. They import it by a relative path, as on the disk, so that it answers beside each of them. */
export function pagePartRoutes(): Route[] {
  return ['', '/telegram', '/slack'].map((service) => ({
    method: 'GET',
    host: 'any',
    path: `/__services${service}/page-parts/:name`,
    handler: (exchange) => sendPageFile(exchange, PARTS, exchange.param('name')),
  }));
}
