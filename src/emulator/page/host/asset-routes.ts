import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { contentTypeOf } from '../../engine/content-types.ts';
import type { Exchange, Route } from '../../kommo/exchange.ts';
import { loadWidget } from '../../upload/widget-folder.ts';
import { readVendorModule } from './vendor-modules.ts';

const BROWSER = new URL('../browser/', import.meta.url);
/** In the order in which later rules override earlier ones. */
const STYLES = [
  ...['palette', 'page', 'modal', 'settings', 'controls', 'cards', 'areas', 'notifications'],
];

/** Files of the page, of the modules it offers, and of the widget. */
export function assetRoutes(): Route[] {
  return [
    { method: 'GET', host: 'any', path: '/frontend/host/*', handler: sendHostFile },
    { method: 'GET', host: 'any', path: '/frontend/vendor/:name', handler: sendVendor },
    { method: 'GET', host: 'any', path: '/frontend/supplied/*', handler: sendSupplied },
    { method: 'GET', host: 'any', path: '/frontend/styles.css', handler: sendStyles },
    { method: 'GET', host: 'any', path: '/upl/:code/widget/*', handler: sendWidgetFile },
    // Samples on the vendor's pages still build this older address of the same files by hand.
    { method: 'GET', host: 'any', path: '/widgets/:code/*', handler: sendWidgetFile },
    ...templateRoutes(),
  ];
}

/** Kommo's templates, for widgets that ask for their address; one route each, so that others get the answer to what is unknown. */
function templateRoutes(): Route[] {
  const names = readdirSync(new URL('tmpl/', BROWSER), { recursive: true, encoding: 'utf8' })
    .map((name) => `tmpl/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.twig'));
  return names.map((name) => ({
    method: 'GET',
    host: 'account',
    path: `/${name}`,
    handler: (exchange) => sendFile(exchange, fileURLToPath(new URL(name, BROWSER)), name),
  }));
}

async function sendHostFile(exchange: Exchange): Promise<void> {
  const name = exchange.param('*');
  const address = new URL(name, BROWSER);
  // The file must lie below the folder, whatever dots the name has.
  if (!address.href.startsWith(BROWSER.href)) return sendMissing(exchange, name);
  await sendFile(exchange, fileURLToPath(address), name);
}

async function sendVendor(exchange: Exchange): Promise<void> {
  const name = exchange.param('name');
  const source = await readVendorModule(name);
  if (source === undefined) sendMissing(exchange, name);
  else sendBytes(exchange, source, name);
}

/** A module that the developer supplies; its name may contain slashes. */
async function sendSupplied(exchange: Exchange): Promise<void> {
  const name = exchange.param('*');
  const source = await exchange.world.supplies.readModule(name.replace(/\.js$/, ''));
  if (source === undefined) sendMissing(exchange, name);
  else sendBytes(exchange, source, 'module.js');
}

/** All style sheets of the page in one answer. */
async function sendStyles(exchange: Exchange): Promise<void> {
  const sheets = STYLES.map((name) => readFile(new URL(`css/${name}.css`, BROWSER)));
  sendBytes(exchange, Buffer.concat(await Promise.all(sheets)), 'styles.css');
}

async function sendWidgetFile(exchange: Exchange): Promise<void> {
  const { widgetPath } = exchange.world;
  const name = exchange.param('*');
  const widget = widgetPath === undefined ? undefined : await loadWidget(widgetPath);
  const bytes = widget?.files.get(name);
  if (bytes === undefined) return sendMissing(exchange, name);
  sendBytes(exchange, Buffer.from(bytes), name);
}

async function sendFile(exchange: Exchange, path: string, name: string): Promise<void> {
  try {
    sendBytes(exchange, await readFile(path), name);
  } catch {
    sendMissing(exchange, name);
  }
}

/** Requested on every view, but sent only if it has changed. */
function sendBytes(exchange: Exchange, bytes: Buffer, name: string): void {
  const etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`;
  const headers = {
    'content-type': contentTypeOf(name),
    'cache-control': 'no-cache',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
    etag,
  };
  if (exchange.header('if-none-match') === etag) exchange.send(304, '', headers);
  else exchange.send(200, bytes, headers);
}

function sendMissing(exchange: Exchange, name: string): void {
  exchange.send(404, `There is no file ${name}.\n`, {
    'content-type': 'text/plain; charset=utf-8',
    'access-control-allow-origin': '*',
  });
}
