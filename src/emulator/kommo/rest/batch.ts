import { type Item, isItem } from '../crm/shape.ts';
import type { Account } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import { type FieldFault, hal, problem, validationProblem } from '../problems.ts';
import { apiLink } from './account-routes.ts';

/** What is wrong with an item; empty if nothing is. */
export type ItemCheck = (item: Item) => FieldFault[];

/** The body as a batch, each item checked. Undefined: refused already, and nothing may be written. */
export function readBatch(exchange: Exchange, check: ItemCheck): Item[] | undefined {
  const body = exchange.json();
  if (!Array.isArray(body) || body.length === 0 || !body.every(isItem)) {
    problem(exchange, 400, 'A list of objects is expected');
    return undefined;
  }
  const faulty = body
    .map((item: Item, index) => ({ request_id: requestId(item, index), errors: check(item) }))
    .filter(({ errors }) => errors.length > 0);
  if (faulty.length > 0) {
    validationProblem(exchange, faulty);
    return undefined;
  }
  return body;
}

/** The body as one object, checked. Undefined: refused already. */
export function readOne(exchange: Exchange, check: ItemCheck): Item | undefined {
  const body = exchange.json();
  if (!isItem(body)) {
    problem(exchange, 400, 'An object is expected');
    return undefined;
  }
  const errors = check(body);
  if (errors.length === 0) return body;
  validationProblem(exchange, [{ request_id: requestId(body, 0), errors }]);
  return undefined;
}

/** What came with the item, or its place in the batch. */
export function requestId({ request_id: given }: Item, index: number): string {
  return given === undefined ? String(index) : String(given);
}

/** Answers with what became of each item. @param path below `/api/v4` */
export function sendBatch(
  exchange: Exchange,
  account: Account,
  path: string,
  made: object[],
  name = path.split('/').at(-1) ?? path,
): void {
  hal(exchange, { _links: apiLink(account, `/${path}`), _embedded: { [name]: made } });
}
