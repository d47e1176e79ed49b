import type { Exchange, Route } from '../kommo/exchange.ts';
import {
  absentAct,
  clientAct,
  deleteAct,
  editAct,
  groupAct,
  loopAct,
  presenceAct,
  reactAct,
  readAct,
  sendAct,
} from '../services/whatsapp/acts.ts';
import { allChats, seenChat, waitAct } from '../services/whatsapp/conversation.ts';
import { networkRuntime } from '../services/whatsapp/runtime.ts';
import { sceneOf } from '../services/whatsapp/scene.ts';
import { networkState } from '../services/whatsapp/state.ts';
import { routesUnder } from './controlled.ts';

/**
 * The people on WhatsApp by remote control, under `/__emulator/services/whatsapp`, whichever server a number is linked
 * to: what they write and see, and what is written on the linked phone itself.
 */
export function whatsappControlRoutes(): Route[] {
  const route = routesUnder('/services/whatsapp');
  return [
    route('POST', '/client', ({ world }, body) => clientAct(world, body)),
    route('POST', '/absent', ({ world }, body) => absentAct(world, body)),
    route('POST', '/group', ({ world }, body) => groupAct(world, body)),
    route('POST', '/send', ({ world }, body) => sendAct(world, body)),
    route('POST', '/edit', ({ world }, body) => editAct(world, body)),
    route('POST', '/delete', ({ world }, body) => deleteAct(world, body)),
    route('POST', '/react', ({ world }, body) => reactAct(world, body)),
    route('POST', '/read', ({ world }, body) => readAct(world, body)),
    route('POST', '/presence', ({ world }, body) => presenceAct(world, body)),
    route('POST', '/loop', ({ world }, body) => loopAct(world, body)),
    route('POST', '/wait', ({ world }, body) => waitAct(world, body)),
    route('GET', '/clients', ({ world }) => ({
      clients: Object.values(networkState(world).people),
      groups: Object.values(networkState(world).groups),
    })),
    route('GET', '/chats', ({ world }) => ({ chats: allChats(world) })),
    route('GET', '/chat', (exchange) => {
      const { line, chat } = sceneOf(exchange.world, namedIn(exchange));
      return seenChat(exchange.world, line.number, chat);
    }),
    {
      method: 'GET',
      host: 'any',
      path: '/__emulator/services/whatsapp/changes',
      handler: streamChanges,
    },
  ];
}

function namedIn(exchange: Exchange): Record<string, string> {
  return Object.fromEntries(
    ['line', 'client', 'chat'].flatMap((name) => {
      const value = exchange.query(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** An event for every change of the network; a page then asks for what it shows. */
function streamChanges({ world, response }: Exchange): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': listening\n\n');
  const runtime = networkRuntime(world);
  const stop = runtime.watch(() => response.write('data: changed\n\n'));
  // After a reset the page must listen to the new state.
  AbortSignal.any([runtime.stopped, world.life]).addEventListener('abort', () => response.end(), {
    once: true,
  });
  response.once('close', stop);
}
