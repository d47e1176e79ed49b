import type { Exchange } from '../../kommo/exchange.ts';
import { wahaState } from './state.ts';

/** What the server says of itself; part of events and of errors. */
export function environmentOf(engine: string): object {
  return { version: '2026.7.1', engine, tier: 'CORE', browser: null, platform: 'linux/x64' };
}

const NAMES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  413: 'Payload Too Large',
  422: 'Unprocessable Entity',
};

/** A refusal as the server's framework words it. */
export function fail(exchange: Exchange, statusCode: number, message: string): void {
  exchange.sendJson(statusCode, {
    statusCode,
    message,
    error: NAMES[statusCode] ?? 'Internal Server Error',
  });
}

/**
 * What went wrong inside: 500, with the whole request beside it, a client's words included
 * (github.com/devlikeapro/waha, AllExceptionsFilter.ts).
 */
export function crash(exchange: Exchange, message: string, status = 500): void {
  const { engine } = wahaState(exchange.world).settings;
  exchange.sendJson(status, {
    statusCode: status,
    timestamp: new Date(exchange.world.clock.now()).toISOString(),
    exception: { message, name: 'Error' },
    request: {
      path: exchange.url.pathname,
      method: exchange.method,
      body: exchange.fields(),
      query: Object.fromEntries(exchange.url.searchParams),
    },
    version: environmentOf(engine),
  });
}

/** The server cannot do what was asked; becomes a `crash`. */
export class ServerError extends Error {}

/** The request is wrong; becomes 400. */
export class RequestError extends Error {}
