import type { Exchange, Route } from '../../kommo/exchange.ts';
import { sendChatFile, sendPageFile } from '../page-files.ts';
import { contentOf } from './files.ts';
import { own, telegramState } from './state.ts';

const FOLDER = new URL('page/', import.meta.url);

/** The page on which one plays a bot's client, and the files it shows. */
export function clientPageRoutes(): Route[] {
  const path = '/__services/telegram/client';
  const any = { method: 'GET', host: 'any' } as const;
  return [
    { ...any, path, handler: (exchange) => sendPageFile(exchange, FOLDER, 'client.html') },
    {
      ...any,
      path: `${path}/files/:name`,
      handler: (exchange) => sendPageFile(exchange, FOLDER, exchange.param('name')),
    },
    { ...any, path: `${path}/file/:id`, handler: sendContent },
  ];
}

function sendContent(exchange: Exchange): void {
  const { world } = exchange;
  const file = own(telegramState(world).files, exchange.param('id'));
  if (file === undefined) return void sendChatFile(exchange, undefined);
  const { name, mime } = file;
  sendChatFile(exchange, { name, mime, content: contentOf(world, file) });
}
