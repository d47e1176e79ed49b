import { SEEN_IN_WIDGETS } from '../../kommo/documents.ts';
import type { Exchange, KommoRoute } from '../../kommo/exchange.ts';
import type { Session } from '../../kommo/session.ts';
import { asUser } from './page-request-routes.ts';
import { shownEntities } from './shown-entities.ts';

/** Where the page's own suggest fields look for entities. */
export function searchRoutes(): KommoRoute[] {
  return ['/private/ajax/search.php', '/ajax/todo/search'].map((path) => ({
    method: 'GET',
    host: 'account',
    path,
    handler: asUser(search),
    source: SEEN_IN_WIDGETS,
    status: 'partly',
    note: 'the rows that cards and lists show',
  }));
}

/** Finds entities by a part of their name. The answer's form is an assumption. */
function search(exchange: Exchange, { account }: Session): void {
  const typed = exchange.query('q') ?? exchange.query('search_string') ?? '';
  const kind = exchange.query('type');
  const found = shownEntities(exchange.world.state, account).filter(
    (one) =>
      (kind === undefined || one.kind === kind) &&
      one.name.toLowerCase().includes(typed.toLowerCase()),
  );
  exchange.sendJson(
    200,
    found.map(({ id, name, kind: type }) => ({ id, value: name, type })),
  );
}
