import type { Emulator } from '../../src/emulator/emulator.ts';
import type { waitFor } from './wait-for.ts';

export interface Call {
  /** `X-Auth-Token`; default: a fresh one of the demo account's administrator. Null: none. */
  token?: string | null;
  body?: unknown;
  /** `Idempotency-Key`. */
  key?: string;
  headers?: Record<string, string>;
}

/** An answer of the backend. `body` is parsed where it is JSON, else the text. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  body: ReturnType<typeof JSON.parse>;
}

export type Api = (method: string, path: string, call?: Call) => Promise<ApiAnswer>;

/** A backend as its callers see it, in this process or in another. */
export interface Client {
  emulator: Emulator;
  api: Api;
  waitFor: typeof waitFor;
}

/** Calls the backend at `url` as the widget would, over real HTTP. */
export function createApi(emulator: Emulator, url: string): Api {
  return async (method, path, call = {}) => {
    const token = call.token === undefined ? emulator.disposableToken('demo', 8001) : call.token;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { 'x-auth-token': token }),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
        ...call.headers,
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      redirect: 'manual',
    });
    const text = await answer.text();
    const isJson =
      text !== '' && answer.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  };
}
