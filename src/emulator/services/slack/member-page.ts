import { readFile } from 'node:fs/promises';
import type { Exchange, Route } from '../../kommo/exchange.ts';
import { contentOf } from './files.ts';
import { slackState } from './state.ts';

const FOLDER = new URL('page/', import.meta.url);

const TYPES: Record<string, string> = {
  'member.html': 'text/html; charset=utf-8',
  'member.css': 'text/css; charset=utf-8',
  'member.js': 'text/javascript; charset=utf-8',
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

/** The page on which one plays a member of a workspace, and the files it shows. */
export function slackMemberPageRoutes(): Route[] {
  const path = '/__services/slack/member';
  return [
    { method: 'GET', host: 'any', path, handler: (exchange) => send(exchange, 'member.html') },
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
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
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
  const { files } = slackState(world);
  const id = exchange.param('id');
  const file = Object.hasOwn(files, id) ? files[id] : undefined;
  const pieces = file === undefined ? undefined : contentOf(world, file);
  if (file === undefined || pieces === undefined) return exchange.send(404, 'Not kept.\n');
  const isShown = /^(image\/(jpeg|png|gif|webp)|video\/|audio\/)/.test(file.mimetype);
  const shown = isShown ? file.mimetype : 'application/octet-stream';
  const name = encodeURIComponent(file.name);
  exchange.send(200, Buffer.concat([...pieces]), {
    'content-type': shown,
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
}
