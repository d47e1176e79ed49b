import type { Exchange, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';
import type { Given } from '../services/given.ts';
import {
  absentAct,
  clientAct,
  deleteAct,
  editAct,
  groupAct,
  presenceAct,
  reactAct,
  readAct,
  sendAct,
} from '../services/whatsapp/acts.ts';
import { seenChat, waitAct } from '../services/whatsapp/conversation.ts';
import { sceneOf } from '../services/whatsapp/scene.ts';
import { networkState } from '../services/whatsapp/state.ts';
import { type Act, controlled, text } from './controlled.ts';

const ACTS: Readonly<Record<string, (world: World, given: Given) => unknown>> = {
  send: sendAct,
  edit: editAct,
  delete: deleteAct,
  react: reactAct,
  read: readAct,
  presence: presenceAct,
  client: clientAct,
  absent: absentAct,
  group: groupAct,
  wait: waitAct,
};

/**
 * What the page does, as JSON: `POST /__services/phone/act` with `act` and what that one reads, `as: "phone"` for what is done
 * on the linked phone itself; `GET /__services/phone/chat?line=&client=&chat=`; `GET /__services/phone/people`.
 */
export function phoneActRoutes(): Route[] {
  const route = (method: 'GET' | 'POST', path: string, act: Act): Route => ({
    method,
    host: 'any',
    path: `/__services/phone${path}`,
    handler: controlled(act),
  });
  return [
    route('POST', '/act', ({ world }, body) => {
      const name = text(body, 'act');
      const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
      if (act === undefined) throw new TypeError(`act: one of ${Object.keys(ACTS).join(', ')}`);
      return act(world, body);
    }),
    route('GET', '/chat', showChat),
    route('GET', '/people', ({ world }) => {
      const { people, groups, absent } = networkState(world);
      return { clients: Object.values(people), groups: Object.values(groups), absent };
    }),
  ];
}

function showChat(exchange: Exchange): object {
  const { world } = exchange;
  const named = ['line', 'client', 'chat'].flatMap((name) => {
    const value = exchange.query(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const { line, chat } = sceneOf(world, Object.fromEntries(named));
  return seenChat(world, line.number, chat);
}
