import type { Exchange } from '../exchange.ts';
import { problem } from '../problems.ts';

/** An object of a request, not yet checked. */
export type Item = Record<string, unknown>;

/**
 * The one object a method takes; undefined if a refusal was sent.
 * `mayBeEmpty`: the method needs no body. A form is read as an object of texts, since pages send some.
 */
export function readObject(
  exchange: Exchange,
  { mayBeEmpty = false }: { mayBeEmpty?: boolean } = {},
): Item | undefined {
  if (mayBeEmpty && exchange.text().trim() === '') return {};
  if (exchange.header('content-type').startsWith('application/x-www-form-urlencoded')) {
    return exchange.fields();
  }
  const value = exchange.json();
  if (isItem(value)) return { ...value };
  problem(exchange, 400, 'One JSON object is expected');
  return undefined;
}

/** The array of objects a method takes; undefined if a refusal was sent. @param most items accepted */
export function readBatch(exchange: Exchange, most = Number.POSITIVE_INFINITY): Item[] | undefined {
  const value = exchange.json();
  if (!Array.isArray(value) || value.length === 0 || !value.every(isItem)) {
    problem(exchange, 400, 'A non-empty array of objects is expected');
    return undefined;
  }
  if (value.length > most) {
    problem(exchange, 400, `At most ${most} items are accepted`);
    return undefined;
  }
  return value;
}

/** What the answer calls an item: its own `request_id`, else its place. */
export function requestIdOf(item: Item, index: number): string {
  return item.request_id === undefined ? String(index) : String(item.request_id);
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
