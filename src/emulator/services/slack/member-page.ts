import type { Exchange, Route } from '../../kommo/exchange.ts';
import { contentHeaders, type OwnPage, sendPageFile } from '../own-page.ts';
import { contentOf } from './files.ts';
import { slackState } from './state.ts';

const PAGE: OwnPage = {
  folder: new URL('page/', import.meta.url),
  names: ['member.html', 'member.css', 'member.js', 'message.js'],
};

/** The page on which one plays a member of a workspace, and the files it shows. */
export function slackMemberPageRoutes(): Route[] {
  const path = '/__services/slack/member';
  return [
    {
      method: 'GET',
      host: 'any',
      path,
      handler: (exchange) => sendPageFile(exchange, PAGE, 'member.html'),
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
  const { files } = slackState(world);
  const id = exchange.param('id');
  const file = Object.hasOwn(files, id) ? files[id] : undefined;
  const pieces = file === undefined ? undefined : contentOf(world, file);
  if (file === undefined || pieces === undefined) return exchange.send(404, 'Not kept.\n');
  exchange.send(200, Buffer.concat([...pieces]), contentHeaders(file.name, file.mimetype));
}
