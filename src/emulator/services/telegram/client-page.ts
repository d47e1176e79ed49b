import type { Exchange, Route } from '../../kommo/exchange.ts';
import { contentHeaders, type OwnPage, sendPageFile } from '../own-page.ts';
import { contentOf } from './files.ts';
import { own, telegramState } from './state.ts';

const PAGE: OwnPage = {
  folder: new URL('page/', import.meta.url),
  names: ['client.html', 'client.css', 'client.js', 'message.js'],
};

/** The page on which one plays a bot's client, and the files it shows. */
export function clientPageRoutes(): Route[] {
  const path = '/__services/telegram/client';
  return [
    {
      method: 'GET',
      host: 'any',
      path,
      handler: (exchange) => sendPageFile(exchange, PAGE, 'client.html'),
    },
    {
      method: 'GET',
      host: 'any',
      path: `${path}/files/:name`,
      handler: (exchange) => sendPageFile(exchange, PAGE, exchange.param('name')),
    },
    { method: 'GET', host: 'any', path: `${path}/file/:id`, handler: sendContent },
  ];
}

async function sendContent(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const file = own(telegramState(world).files, exchange.param('id'));
  const pieces = file === undefined ? undefined : contentOf(world, file);
  if (file === undefined || pieces === undefined) return exchange.send(404, 'Not kept.\n');
  exchange.send(200, Buffer.concat([...pieces]), contentHeaders(file.name, file.mime));
}
