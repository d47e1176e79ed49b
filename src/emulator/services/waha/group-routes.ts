import type { Handler, Route } from '../../kommo/exchange.ts';
import type { World } from '../../kommo/world.ts';
import { type Fields, type Group, networkState, own } from '../whatsapp/state.ts';
import { type Call, sessionCall } from './call.ts';
import { ServerError } from './errors.ts';
import { jidOf } from './ids.ts';
import { rawJid } from './raw.ts';
import { wahaState } from './state.ts';

type At = (method: Route['method'], path: string, handler: Handler) => Route;

/** Groups, each engine in its own shape. @see https://waha.devlike.pro/docs/how-to/groups/ */
export function groupRoutes(at: At): Route[] {
  return [
    at('GET', '/api/:session/groups', sessionCall(listGroups)),
    at('GET', '/api/:session/groups/:group', sessionCall(showGroup)),
  ];
}

function listGroups({ exchange, world }: Call): void {
  const groups = Object.values(networkState(world).groups);
  exchange.sendJson(
    200,
    groups.map((group) => shapeOf(world, group)),
  );
}

function showGroup({ exchange, world }: Call): void {
  const group = own(networkState(world).groups, exchange.param('group'));
  if (group === undefined) throw new ServerError('Group not found');
  exchange.sendJson(200, shapeOf(world, group));
}

/** As whatsapp-web.js, Baileys and whatsmeow have it; WAHA's page says only that it depends. */
function shapeOf(world: World, { id, name, members }: Group): Fields {
  const { engine } = wahaState(world).settings;
  const jids = members.map((phone) => jidOf(world, phone, 'phone'));
  if (engine === 'NOWEB') {
    return {
      id,
      subject: name,
      participants: jids.map((jid) => ({ id: rawJid(jid), admin: null })),
    };
  }
  if (engine === 'GOWS') {
    const participants = jids.map((jid) => ({ JID: rawJid(jid), IsAdmin: false }));
    return { JID: id, Name: name, Topic: '', Participants: participants };
  }
  const serialized = (jid: string) => {
    const [user = '', server = ''] = jid.split('@');
    return { server, user, _serialized: jid };
  };
  const participants = jids.map((jid) => ({ id: serialized(jid), isAdmin: false }));
  return {
    groupMetadata: { id: serialized(id), subject: name, participants },
    id: serialized(id),
    name,
    isGroup: true,
  };
}
