import type { Account } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import { hal } from '../problems.ts';
import { accountHost } from '../world.ts';
import { readPage } from './filters.ts';

/** Most rows of a page where a list's own documentation names no other number. */
const LIMIT_MAX = 250;

export interface PageOptions {
  /** Name of the list in the answer; default the last part of the path. */
  name?: string;
  /** Most rows of one page. */
  max?: number;
  /** Rows of a page without `limit`. */
  usual?: number;
}

/**
 * Answers with one page of a list, by `page` and `limit`. An empty page is 204 without a body.
 * @param path below `/api/v4`
 */
export function sendPage<Row>(
  exchange: Exchange,
  account: Account,
  path: string,
  rows: Row[],
  model: (row: Row) => object,
  { name = path.split('/').at(-1) ?? path, max = LIMIT_MAX, usual }: PageOptions = {},
) {
  const { page, limit } = readPage(exchange, max, usual);
  const shown = rows.slice((page - 1) * limit, page * limit);
  if (shown.length === 0) return exchange.send(204);
  const link = (to: number) => ({
    href: pageAddress(exchange, account, path, { page: to, limit }),
  });
  hal(exchange, {
    _page: page,
    _page_count: Math.ceil(rows.length / limit),
    _total_items: rows.length,
    _links: {
      self: link(page),
      ...(rows.length > page * limit && { next: link(page + 1) }),
      ...(page > 1 && { first: link(1), prev: link(page - 1) }),
    },
    _embedded: { [name]: shown.map(model) },
  });
}

/** The same query for another page: clients follow these links, so that filters and `with` must stay in them. */
function pageAddress(
  { url }: Exchange,
  account: Account,
  path: string,
  numbers: { page: number; limit: number },
): string {
  const kept = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !/^(?:page|limit)(?:=|$)/.test(pair));
  const query = [...kept, `page=${numbers.page}`, `limit=${numbers.limit}`].join('&');
  return `https://${accountHost(account)}/api/v4/${path}?${query}`;
}
