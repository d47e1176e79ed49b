import type { Account } from '../kommo/entities.ts';
import type { Exchange, Handler, Route } from '../kommo/exchange.ts';
import { UnknownThing } from '../kommo/world.ts';
import { readControlBody } from './control-body.ts';

export type Json = Record<string, unknown>;

export type Act = (exchange: Exchange, body: Json) => unknown;

interface Options {
  /** The act takes something else than an object, and reads it itself. */
  readsBody?: boolean;
  /** For an answer whose status says something; 200 without it. */
  statusOf?: (answer: unknown) => number;
}

/** The control API refuses with 400, or 404, and one line that names what is wrong. */
export function controlled(act: Act, { readsBody = false, statusOf }: Options = {}): Handler {
  return async (exchange) => {
    try {
      if (isForeign(exchange)) throw new TypeError('origin: not a page of this emulator');
      const body = readsBody ? {} : readControlBody(exchange);
      const answer = await act(exchange, body);
      exchange.sendJson(statusOf?.(answer) ?? 200, answer);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof UnknownThing)) throw error;
      const status = error instanceof UnknownThing ? 404 : 400;
      exchange.sendJson(status, { error: error.message });
    }
  };
}

/** Makes routes of the control API below a path, on every host: `const route = routesUnder('/services/slack')`. */
export function routesUnder(folder: string) {
  return (method: 'GET' | 'POST' | 'DELETE', path: string, act: Act, options?: Options): Route => ({
    method,
    host: 'any',
    path: `/__emulator${folder}${path}`,
    handler: controlled(act, options),
  });
}

/** Whether a page from the internet asks: the browser on this machine may have one open. */
function isForeign(exchange: Exchange): boolean {
  const origin = exchange.header('origin');
  if (origin === '' || !URL.canParse(origin)) return origin !== '';
  const { hostname } = new URL(origin);
  return !/(^|\.)localhost$|^127\.0\.0\.1$|^\[::1\]$|\.(kommo\.com|amocrm\.(com|ru))$/.test(
    hostname,
  );
}

/** @throws TypeError when the body has no such text */
export function text(body: Json, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new TypeError(`${name}: a text is expected`);
  return value;
}

/** The account the body names, or the host's. @throws TypeError, UnknownThing */
export function accountOf({ world, account }: Exchange, body: Json): Account {
  const key = body.account ?? body.subdomain;
  if (key === undefined && account !== undefined) return account;
  if (typeof key !== 'string' && typeof key !== 'number') {
    throw new TypeError('account: a subdomain or an id is expected');
  }
  return world.account(key);
}
