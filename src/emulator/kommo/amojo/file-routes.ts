import { WEBHOOKS } from '../documents.ts';
import type { Exchange, KommoRoute, Route } from '../exchange.ts';

/** Files of messages that Kommo sent: the `media` of its webhooks. */
export function attachmentRoutes(): KommoRoute[] {
  return [
    {
      method: 'GET',
      host: ['amojo', 'control'],
      path: '/attachments/:id/:name',
      handler: sendFile,
      source: WEBHOOKS,
      note: 'the life of a link is not documented: for ever, or what the act says; then 404',
    },
  ];
}

/** The emulator's own address of every file it keeps, on any host, for its pages and for tests. */
export function fileRoutes(): Route[] {
  return [{ method: 'GET', host: 'any', path: '/__emulator/files/:id', handler: sendFile }];
}

/** What a browser may show; anything else is a download. */
const SHOWN = /^(?:image\/(?!svg)|video\/|audio\/)/;

function sendFile(exchange: Exchange) {
  const { world } = exchange;
  const file = world.files.find(exchange.param('id'));
  const isOver = file !== undefined && (file.expires_at ?? Infinity) <= world.clock.now();
  if (file === undefined || isOver) return exchange.send(404);
  const how = SHOWN.test(file.content_type) ? 'inline' : 'attachment';
  exchange.send(200, world.files.read(file), {
    'content-type': file.content_type,
    'content-disposition': `${how}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  });
}
