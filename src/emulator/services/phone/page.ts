import { readFile } from 'node:fs/promises';
import type { Exchange } from '../../kommo/exchange.ts';

const FOLDER = new URL('page/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  'phone.css': 'text/css; charset=utf-8',
  'phone.js': 'text/javascript; charset=utf-8',
  'pane.js': 'text/javascript; charset=utf-8',
  'message.js': 'text/javascript; charset=utf-8',
  'requests.js': 'text/javascript; charset=utf-8',
};

/** Scripts and styles are the page's own files; nothing comes from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** The page, with the list of linked devices in it, so that codes can be scanned without scripts. */
export async function sendPage(exchange: Exchange, sessions: string): Promise<void> {
  const html = await readFile(new URL('phone.html', FOLDER), 'utf8');
  exchange.sendHtml(
    200,
    html.replace('<!-- sessions -->', () => sessions),
    {
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
    },
  );
}

/** One of the page's own files. */
export async function sendPageFile(exchange: Exchange): Promise<void> {
  const name = exchange.param('name');
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type === undefined) return exchange.send(404, 'There is no such file.\n');
  exchange.send(200, await readFile(new URL(name, FOLDER)), {
    'content-type': type,
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
}
