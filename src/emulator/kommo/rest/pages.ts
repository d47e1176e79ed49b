import type { Account } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import { hal } from '../problems.ts';
import { accountHost } from '../world.ts';

const LIMIT_MAX = 250;

/**
 * Answers with one page of a list, by `page` and `limit`. An empty page is 204 without a body.
 * @param path below `/api/v4`; its last part names the list in the answer
 */
export function sendPage<Row>(
  exchange: Exchange,
  account: Account,
  path: string,
  rows: Row[],
  model: (row: Row) => object,
) {
  const number = (name: string, fallback: number, max: number) =>
    Math.min(max, Math.max(1, Math.trunc(Number(exchange.query(name) ?? fallback)) || fallback));
  const page = number('page', 1, Number.MAX_SAFE_INTEGER);
  const limit = number('limit', 50, LIMIT_MAX);
  const shown = rows.slice((page - 1) * limit, page * limit);
  if (shown.length === 0) return exchange.send(204);
  const link = (to: number) => ({
    href: `https://${accountHost(account)}/api/v4/${path}?page=${to}&limit=${limit}`,
  });
  const name = path.split('/').at(-1) ?? path;
  hal(exchange, {
    _page: page,
    _page_count: Math.ceil(rows.length / limit),
    _total_items: rows.length,
    _links: { self: link(page), ...(rows.length > page * limit && { next: link(page + 1) }) },
    _embedded: { [name]: shown.map(model) },
  });
}
