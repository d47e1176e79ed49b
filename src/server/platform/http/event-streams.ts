import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Shorter than the idle time after which proxies cut a silent connection. */
const HEARTBEAT_MS = 15_000;

/** How long a browser waits before it opens a cut stream again. */
const RETRY_MS = 2_000;

/** What a client may leave unread before its stream is cut. It opens another, and is told how things stand then. */
const MOST_UNREAD_BYTES = 128 * 1024;

export interface EventStream {
  send(data: unknown): void;
  /** Ends the stream, and calls what waits for its close. */
  end(): void;
  /** Calls `listener` once, when either side closes the stream. */
  onClose(listener: () => void): void;
}

/**
 * Answers with server-sent events. Those still open when the server stops are ended.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStreams {
  readonly #open = new Set<ServerResponse>();

  constructor(app: FastifyInstance) {
    app.addHook('preClose', async () => {
      for (const response of this.#open) response.end();
    });
  }

  /** Takes the answer over. Undefined when the client has already left and nobody would see its `close`. */
  open(reply: FastifyReply): EventStream | undefined {
    reply.headers({
      'content-type': 'text/event-stream; charset=utf-8',
      // nginx would hold the events back otherwise.
      'x-accel-buffering': 'no',
    });
    reply.hijack();
    const response = reply.raw;
    if (response.destroyed) return undefined;
    response.writeHead(200, definedHeaders(reply.getHeaders()));
    const write = (lines: string) => {
      if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
      else response.write(`${lines}\n\n`);
    };
    write(`retry: ${RETRY_MS}`);
    this.#open.add(response);
    const heartbeat = setInterval(() => write(': ping'), HEARTBEAT_MS);
    const closed = new AbortController();
    const close = () => {
      clearInterval(heartbeat);
      this.#open.delete(response);
      closed.abort();
    };
    response.on('close', close);
    return {
      send: (data) => write(`data: ${JSON.stringify(data)}`),
      end: () => {
        close();
        response.end();
      },
      onClose: (listener) => closed.signal.addEventListener('abort', listener, { once: true }),
    };
  }
}

function definedHeaders(
  headers: Record<string, number | string | string[] | undefined>,
): Record<string, number | string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
