import type { Exchange } from '../../kommo/exchange.ts';
import type { Session } from '../../kommo/session.ts';
import { feedView } from './feed-view.ts';
import { inboxView } from './inbox-view.ts';

/** So that a burst of changes is one event. */
const REST_MS = 30;
/** What no chat tells of (a renamed source, a moved lead, a reset) is found by looking. */
const LOOK_MS = 500;
const LIMIT_MAX = 10_000;

/**
 * Tells a page what it shows, at once and again after every change, whoever made it: `inbox` always, `feed` for
 * the chat of the address (`?chat=`, `?limit=`; null if there is none). Each is whole: `{ now, value }`.
 */
export function streamChanges(exchange: Exchange, { account, user }: Session): void {
  const { world, response } = exchange;
  const chat = exchange.query('chat');
  const limit = Math.min(LIMIT_MAX, Math.max(1, Number(exchange.query('limit')) || 100));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const told = new Map<string, string>();
  const tell = (event: string, value: unknown) => {
    const json = JSON.stringify(value);
    if (told.get(event) === json) return;
    told.set(event, json);
    response.write(`event: ${event}\ndata: {"now":${world.clock.now()},"value":${json}}\n\n`);
  };
  const tellAll = () => {
    // A reset of the emulator makes new accounts of the same ids.
    const current = world.state.accounts.find(({ id }) => id === account.id);
    if (current === undefined) return void response.end();
    tell('inbox', inboxView(world, current));
    if (chat !== undefined)
      tell('feed', feedView(world, { account: current, user }, { chat, limit }));
  };
  tellAll();
  const timer = setInterval(tellAll, LOOK_MS);
  let soon: NodeJS.Timeout | undefined;
  const leave = world.chatChanges.subscribe(() => {
    soon ??= setTimeout(() => {
      soon = undefined;
      tellAll();
    }, REST_MS);
  });
  response.once('close', () => {
    leave();
    clearInterval(timer);
    clearTimeout(soon);
  });
}
