import type { Exchange, Route } from '../../kommo/exchange.ts';
import { findSession, sessionCookie } from '../../kommo/session.ts';
import { askedSwitches, bootData } from './boot-data.ts';
import { pageDocument } from './document.ts';
import { type Build, PAGES } from './page-areas.ts';
import { refuseSwitches } from './refuse-switches.ts';

/** Pages of an account, as its users see them in the browser. */
export function pageRoutes(): Route[] {
  const pages = Object.entries(PAGES).map(
    ([path, build]): Route => ({
      method: 'GET',
      host: 'account',
      path,
      handler: (exchange) => sendPage(exchange, build),
    }),
  );
  const home: Route = {
    method: 'GET',
    host: 'account',
    path: '/',
    handler: (exchange) => exchange.redirect('/settings/widgets/'),
  };
  return [home, ...pages];
}

async function sendPage(exchange: Exchange, build: Build): Promise<void> {
  const { account, world } = exchange;
  if (account === undefined) return sendMissing(exchange, `account ${exchange.host.name}`);
  const page = build(exchange.params, world.state, account);
  if (page === undefined) return sendMissing(exchange, 'such page');
  const refused = refuseSwitches(askedSwitches(exchange), world.state.switches);
  if (refused.length > 0) {
    const text = `The switches in this address are wrong: ${refused.join('; ')}.\n`;
    return exchange.send(400, text, { 'content-type': 'text/plain; charset=utf-8' });
  }
  // `?user=` logs that user in, as the control panel does; without a login it is the account's admin.
  const wanted = Number(exchange.query('user'));
  const asked = account.users.find(({ id, rights }) => id === wanted && rights.is_active);
  const user = asked ?? findSession(exchange)?.user ?? world.user(account);
  const boot = await bootData(exchange, page, account, user);
  exchange.sendHtml(200, await pageDocument(boot), {
    'set-cookie': sessionCookie(user),
    'cache-control': 'no-store',
  });
}

function sendMissing(exchange: Exchange, what: string): void {
  exchange.send(404, `There is no ${what}.\n`, { 'content-type': 'text/plain; charset=utf-8' });
}
