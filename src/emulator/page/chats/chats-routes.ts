import type { Exchange, Handler, Route } from '../../kommo/exchange.ts';
import { findSession, type Session, sessionCookie } from '../../kommo/session.ts';
import { UnknownThing } from '../../kommo/world.ts';
import { asUser } from '../host/page-request-routes.ts';
import { markRead, react, sendMessage, tellTyping } from './chat-acts.ts';
import { chatsBoot, chatsDocument, DOCUMENT_HEADERS } from './document.ts';
import { streamChanges } from './live.ts';

/** Kommo's inbox in small, and what its scripts ask for. They are a part of the emulator, so no fault reaches them. */
export function chatsRoutes(): Route[] {
  const base = '/__emulator/chats';
  const act = (path: string, run: Act): Route => ({
    ...{ method: 'POST', host: 'account', path: base + path },
    handler: asUser(answered(run)),
  });
  return [
    { method: 'GET', host: 'account', path: '/chats', handler: sendPage },
    { method: 'GET', host: 'account', path: '/chats/:chat', handler: sendPage },
    { method: 'GET', host: 'account', path: `${base}/live`, handler: live },
    act('/send', sendMessage),
    act('/typing', tellTyping),
    act('/reaction', react),
    act('/read', markRead),
  ];
}

type Act = (exchange: Exchange, session: Session) => unknown;

/** What cannot be done is answered in one sentence for the person at the page. */
function answered(act: Act) {
  return async (exchange: Exchange, session: Session): Promise<void> => {
    try {
      exchange.sendJson(200, await act(exchange, session));
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof UnknownThing)) throw error;
      exchange.sendJson(400, { error: error.message });
    }
  };
}

const sendPage: Handler = (exchange) => {
  const { account, world } = exchange;
  if (account === undefined) {
    exchange.send(404, `There is no account ${exchange.host.name}.\n`, {
      'content-type': 'text/plain; charset=utf-8',
    });
    return;
  }
  // As on the account's other pages: `?user=` logs in, and without a login it is the admin.
  const wanted = Number(exchange.query('user'));
  const asked = account.users.find(({ id, rights }) => id === wanted && rights.is_active);
  const user = asked ?? findSession(exchange)?.user ?? world.user(account);
  const boot = chatsBoot(world, { account, user }, exchange.params.chat);
  exchange.sendHtml(200, chatsDocument(boot), {
    ...DOCUMENT_HEADERS,
    'set-cookie': sessionCookie(user),
  });
};

/** A stream cannot carry the header that keeps other sites out; the cookie's SameSite does. */
function live(exchange: Exchange): void {
  const session = findSession(exchange);
  if (session === undefined) exchange.sendJson(401, { detail: 'Unauthorized' });
  else streamChanges(exchange, session);
}
