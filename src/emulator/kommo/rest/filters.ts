import type { Query, Range } from '../../engine/query.ts';
import type { Exchange } from '../exchange.ts';

/** The `filter` of a list, in every form a query can have. */
export interface Filter {
  /** Whether a row with this value passes `filter[name]`; without that filter every row does. */
  takes(name: string, value: string | number | boolean | null): boolean;
  /** The same for `filter[name][from]` and `filter[name][to]`, or one number. Null is in no range. */
  spans(name: string, value: number | null): boolean;
  /** Elements of `filter[name][0][…]`; undefined without that filter. */
  rows(name: string): Query[] | undefined;
  /** The values given; undefined without that filter. */
  values(name: string): string[] | undefined;
}

/**
 * Reads `filter[…]`. A name that the list does not have is ignored, as Kommo does, and told in the log: the answer
 * has rows that the developer meant to leave out.
 * @param known names that the list filters by
 */
export function readFilter(exchange: Exchange, known: readonly string[]): Filter {
  const { nested } = exchange;
  const unknown = nested.names('filter').filter((name) => !known.includes(name));
  if (nested.text('filter') !== undefined) unknown.push('(without a name)');
  if (unknown.length > 0) {
    // One line however many there are: the log has room for a certain number.
    const named = unknown.slice(0, 10).map((name) => `filter[${name}]`);
    warn(exchange, `not known here and ignored: ${named.join(', ')}`);
  }
  const sets = new Map<string, Set<string>>();
  const ranges = new Map<string, Range>();
  for (const name of known) {
    if (!nested.has('filter', name)) continue;
    sets.set(name, new Set(nested.list('filter', name)));
    ranges.set(name, nested.range('filter', name) ?? { from: Number.NaN, to: Number.NaN });
    warnOfRepeats(exchange, 'filter', name);
  }
  return {
    takes: (name, value) => {
      const set = sets.get(name);
      return set === undefined || set.has(wire(value));
    },
    spans: (name, value) => {
      const range = ranges.get(name);
      if (range === undefined) return true;
      return value !== null && value >= range.from && value <= range.to;
    },
    rows: (name) => (sets.has(name) ? nested.rows('filter', name) : undefined),
    values: (name) => (sets.has(name) ? nested.list('filter', name) : undefined),
  };
}

/** Names in the `with` parameter: `with=a,b`, or a list. */
export function wanted({ nested }: Exchange): Set<string> {
  return new Set(nested.commaList('with'));
}

/** `page` and `limit`, from 1. @param max the most rows that the list's page of the documentation allows */
export function readPage(exchange: Exchange, max: number, fallback = Math.min(50, max)) {
  const number = (name: string, otherwise: number) => {
    const given = Number(exchange.nested.text(name) ?? otherwise);
    return Number.isFinite(given) && given >= 1 ? Math.trunc(given) : otherwise;
  };
  const limit = number('limit', fallback);
  if (limit > max) warn(exchange, `limit: at most ${max} are shown, ${limit} were asked for`);
  return { page: number('page', 1), limit: Math.min(limit, max) };
}

/** `order[created_at]=desc`: one of the known names; undefined for anything else, which the log tells. */
export function readOrder<Name extends string>(
  exchange: Exchange,
  known: readonly Name[],
): { by: Name; sign: 1 | -1 } | undefined {
  const { nested } = exchange;
  for (const name of nested.names('order')) {
    const direction = nested.text('order', name)?.toLowerCase();
    const by = known.find((one) => one === name);
    if (by !== undefined && (direction === 'asc' || direction === 'desc')) {
      return { by, sign: direction === 'asc' ? 1 : -1 };
    }
    warn(exchange, `order[${name}] is not known here and was ignored`);
  }
  return undefined;
}

/** PHP would keep the last value alone. */
function warnOfRepeats(exchange: Exchange, ...path: string[]): void {
  const [first = '', ...rest] = path;
  const name = first + rest.map((part) => `[${part}]`).join('');
  const count = exchange.url.searchParams.getAll(name).length;
  if (count > 1) warn(exchange, `${name} was given ${count} times without []: send a list`);
}

function warn(exchange: Exchange, reason: string): void {
  const name = `${exchange.method} ${exchange.url.pathname}`;
  exchange.world.log.add({ kind: 'warning', name, detail: { reason } });
}

/** A row's value as a query writes it: PHP's clients send 1 and 0 for booleans. */
function wire(value: string | number | boolean | null): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return value === null ? '' : String(value);
}
