import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Exchange, Route } from '../kommo/exchange.ts';

/** A page made of the files in a folder of its own. */
export interface OwnPage {
  folder: URL;
  /** What may be asked for. */
  names: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
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

/** Answers with one of the page's files. */
export async function sendPageFile(
  exchange: Exchange,
  { folder, names }: OwnPage,
  name: string,
): Promise<void> {
  if (!names.includes(name)) return exchange.send(404, 'There is no such file.\n');
  exchange.send(200, await readFile(new URL(name, folder)), {
    'content-type': TYPES[extname(name)] ?? 'text/plain',
    ...pageHeaders(),
  });
}

const PARTS: OwnPage = {
  folder: new URL('page-parts/', import.meta.url),
  names: ['elements.js', 'base.css'],
};

/** What the pages share. They import it by a relative path, as on the disk, so that it answers beside each of them. */
export function pagePartRoutes(): Route[] {
  return ['', '/telegram', '/slack'].map((service) => ({
    method: 'GET',
    host: 'any',
    path: `/__services${service}/page-parts/:name`,
    handler: (exchange) => sendPageFile(exchange, PARTS, exchange.param('name')),
  }));
}

/** For a file that people sent: shown by the page, or saved; never run as a page of this origin. */
export function contentHeaders(name: string, mime: string): Record<string, string> {
  const isShown = /^(image\/(jpeg|png|gif|webp)|video\/|audio\/)/.test(mime);
  const encoded = encodeURIComponent(name);
  return {
    'content-type': isShown ? mime : 'application/octet-stream',
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encoded}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  };
}
