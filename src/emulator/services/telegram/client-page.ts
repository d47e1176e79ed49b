import { readFile } from 'node:fs/promises';
import type { Exchange, Route } from '../../kommo/exchange.ts';
import { contentOf } from './files.ts';
import { own, telegramState } from './state.ts';

const FOLDER = new URL('page/', import.meta.url);

const TYPES: Record<string, string> = {
  'client.html': 'text/html; charset=utf-8',
  'client.css': 'text/css; charset=utf-8',
  'client.js': 'text/javascript; charset=utf-8',
  'message.js': 'text/javascript; charset=utf-8',
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

/** The page on which one plays a bot's client, and the files it shows. */
export function clientPageRoutes(): Route[] {
  const path = '/__services/telegram/client';
  return [
    { method: 'GET', host: 'any', path, handler: (exchange) => send(exchange, 'client.html') },
    {
      method: 'GET',
      host: 'any',
      path: `${path}/files/:name`,
      handler: (exchange) => send(exchange, exchange.param('name')),
    },
    { method: 'GET', host: 'any', path: `${path}/file/:id`, handler: sendContent },
  ];
}

async function send(exchange: Exchange, name: string): Promise<void> {
  const type = own(TYPES, name);
  if (type === undefined) return exchange.send(404, 'There is no such file.\n');
  exchange.send(200, await readFile(new URL(name, FOLDER)), {
    'content-type': type,
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
}

/** Shown by the page, or saved; never run as a page of this origin. */
async function sendContent(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const file = own(telegramState(world).files, exchange.param('id'));
  const pieces = file === undefined ? undefined : contentOf(world, file);
  if (file === undefined || pieces === undefined) return exchange.send(404, 'Not kept.\n');
  const isShown = /^(image\/(jpeg|png|gif|webp)|video\/|audio\/)/.test(file.mime);
  const shown = isShown ? file.mime : 'application/octet-stream';
  const name = encodeURIComponent(file.name);
  exchange.send(200, Buffer.concat([...pieces]), {
    'content-type': shown,
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
}
