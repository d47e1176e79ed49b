import type { Exchange } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';

interface Entry {
  kind?: unknown;
  name?: unknown;
  detail?: unknown;
  at?: unknown;
}

/** Number of the entry that comes next from each page view: a batch that comes twice is taken once. */
const expected = new WeakMap<World, Map<string, number>>();
const PAGES_KEPT = 1000;

/** Entries after the one named by `?after=`; `dropped` tells how many of them are kept no longer. */
export function readLog({ world, url }: Exchange): object {
  const after = Number(url.searchParams.get('after') ?? 0);
  const dropped = world.log.droppedSince(after);
  return { entries: world.log.list(after), ...(dropped > 0 && { dropped }) };
}

/**
 * Takes one entry or an array, from the page that runs a widget. `?page=` names the page view and `?first=` the number of the
 * first entry in it, so that a page may send again what may not have arrived.
 *
 * @throws TypeError for an entry that is no object; nothing is taken then
 */
export function writeLog(exchange: Exchange): object {
  const value = exchange.json();
  const entries: Entry[] = Array.isArray(value) ? value : [value];
  if (entries.some((entry) => typeof entry !== 'object' || entry === null))
    throw new TypeError('entry: an object is expected');
  for (const { kind, name, detail, at } of entries.slice(alreadyHad(exchange, entries.length))) {
    exchange.world.log.add({
      kind: String(kind ?? 'page'),
      name: String(name ?? ''),
      detail,
      ...(typeof at === 'number' && { at }),
    });
  }
  return { ok: true };
}

/** How many of a batch's entries came before. */
function alreadyHad({ world, url }: Exchange, count: number): number {
  const page = url.searchParams.get('page');
  const first = Number(url.searchParams.get('first') ?? 0);
  if (page === null || !Number.isInteger(first)) return 0;
  const pages = expected.get(world) ?? new Map<string, number>();
  expected.set(world, pages);
  const next = pages.get(page) ?? 0;
  pages.set(page, Math.max(next, first + count));
  if (pages.size > PAGES_KEPT) pages.delete(pages.keys().next().value ?? '');
  return Math.max(0, next - first);
}
