import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Attempt } from '../../contract/api.ts';
import { viewAttempt } from '../core/attempt-view.ts';
import { AttemptWatch, type Sighting } from '../core/attempt-watch.ts';
import { lookWithKey } from '../core/look-at-attempt.ts';
import { hashKey } from '../core/start-attempt.ts';
import type { Parts } from '../parts.ts';
import { bearerOf } from './bearer.ts';
import { StreamSlots } from './stream-slots.ts';
import type { ZodTypeProvider } from './zod-schemas.ts';

/** Shorter than the idle time after which proxies cut a silent connection. */
const HEARTBEAT_MS = 15_000;

/** How long a browser waits before it opens a cut stream again. */
const RETRY_MS = 2_000;

/** A modal has one; a few more are tabs, and streams that were cut without a word. */
const STREAMS_PER_KEY = 5;

/** Each holds some 30 KB. Widgets that get none ask again and again instead. */
const MOST_STREAMS = 2_000;

const ENDED = new Set<Attempt['state']>(['connected', 'failed', 'expired', 'cancelled']);

/**
 * An attempt's states as server-sent events, the same objects as `GET /connect/attempts/:id` answers. Read
 * with `fetch`: an `EventSource` cannot send the key, and a key in an address would be logged.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function registerAttemptEvents(app: FastifyInstance, parts: Parts): void {
  const watch = new AttemptWatch(parts);
  const streams = new Set<ServerResponse>();
  const slots = new StreamSlots({ perKey: STREAMS_PER_KEY, total: MOST_STREAMS });
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });
  app.withTypeProvider<ZodTypeProvider>().get(
    '/connect/attempts/:id/events',
    {
      schema: {
        tags: ['attempts'],
        summary: 'The states of an attempt as server-sent events, until it is over.',
        security: [{ attemptKey: [] }],
        params: z.object({ id: z.string() }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const key = bearerOf(request);
      // By its hash: what was refused leaves no trace of what it might have opened.
      reply.raw.once('close', slots.take(`${id} ${hashKey(key ?? '')}`));
      const attempt = await lookWithKey(parts, id, key);
      const first = await viewAttempt(parts, attempt);
      reply.headers({
        'content-type': 'text/event-stream; charset=utf-8',
        // nginx would hold the events back otherwise.
        'x-accel-buffering': 'no',
      });
      reply.hijack();
      const stream = reply.raw;
      // Whoever left meanwhile would never be noticed to leave.
      if (stream.destroyed) return;
      stream.writeHead(200, definedHeaders(reply.getHeaders()));
      follow(stream, attempt, first);
    },
  );

  function follow(stream: ServerResponse, attempt: Sighting, first: Attempt): void {
    stream.write(`retry: ${RETRY_MS}\n\n`);
    streams.add(stream);
    const heartbeat = setInterval(() => stream.write(': ping\n\n'), HEARTBEAT_MS);
    const show = (view: Attempt | undefined) => {
      if (view) stream.write(`data: ${JSON.stringify({ attempt: view })}\n\n`);
      if (view && !ENDED.has(view.state)) return;
      leave();
      stream.end();
    };
    const unwatch = watch.watch(attempt, show);
    const leave = () => {
      clearInterval(heartbeat);
      unwatch();
      streams.delete(stream);
    };
    stream.on('close', leave);
    show(first);
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
