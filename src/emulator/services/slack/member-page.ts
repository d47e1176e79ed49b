import type { Exchange, Route } from '../../kommo/exchange.ts';
import { sendChatFile, sendPageFile } from '../page-files.ts';
import { contentOf } from './files.ts';
import { slackState } from './state.ts';

const FOLDER = new URL('page/', import.meta.url);

/** The page on which one plays a member of a workspace, and the files it shows. */
export function slackMemberPageRoutes(): Route[] {
  const path = '/__services/slack/member';
  const any = { method: 'GET', host: 'any' } as const;
  return [
    { ...any, path, handler: (exchange) => sendPageFile(exchange, FOLDER, 'member.html') },
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
  const { files } = slackState(world);
  const id = exchange.param('id');
  const file = Object.hasOwn(files, id) ? files[id] : undefined;
  if (file === undefined) return void sendChatFile(exchange, undefined);
  const { name, mimetype: mime } = file;
  sendChatFile(exchange, { name, mime, content: contentOf(world, file) });
}
