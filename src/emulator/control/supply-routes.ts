import type { Exchange, Route } from '../kommo/exchange.ts';
import { readAnswerBody } from '../kommo/supply-forms.ts';
import { UnknownThing } from '../kommo/world.ts';
import { routesUnder } from './controlled.ts';

/** Answers and modules that the developer supplies; see `--answer` and `--module`. */
export function supplyRoutes(): Route[] {
  const route = routesUnder('');
  return [
    route('GET', '/modules', ({ world }) => ({ modules: world.supplies.moduleNames })),
    route('GET', '/answers', ({ world }) => ({ answers: world.supplies.answers() })),
    route('POST', '/answers', ({ world }, body) => ({
      id: world.supplies.post(readAnswerBody(body)),
    })),
    route('DELETE', '/answers', forget),
  ];
}

/** Without an id: all that were posted. Those of the command line stay. */
function forget(exchange: Exchange): object {
  const id = exchange.query('id');
  const found = exchange.world.supplies.forget(id === undefined ? undefined : Number(id));
  if (id !== undefined && !found) throw new UnknownThing(`There is no posted answer ${id}.`);
  return { ok: true };
}
