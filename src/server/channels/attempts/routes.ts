import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Attempt } from '../../../contract/api.ts';
import { attemptAnswer } from '../../../contract/api.ts';
import type { Parts } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { bearerOf } from '../../platform/http/bearer.ts';
import { sendPage } from '../../platform/http/page.ts';
import { pageText } from '../../platform/http/page-text.ts';
import { StreamSlots } from '../../platform/http/stream-slots.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import { Aftermath } from '../aftermath.ts';
import { findRecipient, type Recipient, receiveEvent } from '../health/receive-event.ts';
import { viewAttempt } from './attempt-view.ts';
import { AttemptWatch, type Sighting } from './attempt-watch.ts';
import { finishOAuth } from './finish-oauth.ts';
import { lookWithKey } from './look-at-attempt.ts';
import { hashKey } from './start-attempt.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on the webhooks of the chat services, null elsewhere. */
    recipient: Recipient | null;
  }
}

/** Chat services post whole messages; only small parts of them are read. */
const WEBHOOK_BODY_BYTES = 1024 * 1024;

const byId = z.object({ id: z.string() });
const byConnector = z.object({ connector: z.string() });
const byConnectorAndId = z.object({ connector: z.string(), id: z.string() });

/** What is reached without a disposable token; each route has its own proof. */
export function registerConnections(app: FastifyInstance, parts: Parts): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/connect/attempts/:id',
    {
      schema: {
        tags: ['attempts'],
        summary: 'How an attempt stands. Proven by the key its start was answered with.',
        security: [{ attemptKey: [] }],
        params: byId,
        response: { 200: attemptAnswer },
      },
    },
    async (request) => {
      const attempt = await lookWithKey(parts, request.params.id, bearerOf(request));
      return { attempt: await viewAttempt(parts, attempt) };
    },
  );
  registerAttemptEvents(app, parts);
  registerCallback(app, parts);
  void app.register(async (scope) => registerWebhooks(scope, parts));
}

function registerCallback(app: FastifyInstance, parts: Parts): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/connect/callback/:connector',
    {
      schema: {
        tags: ['attempts'],
        summary: 'The browser coming back from a chat service. Proven by the single-use state.',
        params: byConnector,
      },
    },
    async (request, reply) => {
      const { connector } = request.params;
      const { attempt, outcome, language } = await finishOAuth(parts, connector, queryOf(request));
      const text = pageText(language, `sign_in.${outcome}`, { name: attempt?.accountName ?? '' });
      const page = { status: attempt ? 200 : 400, ...text };
      if (!attempt) return sendPage(reply, page);
      return sendPage(reply, {
        ...page,
        hint: {
          origin: attempt.openerOrigin,
          message: { type: 'chat-connector:attempt', version: 1, session: attempt.id },
        },
      });
    },
  );
}

/**
 * Events are proven over the bytes as they came, so nothing may parse them before. Whose address it is is
 * known before the body is read.
 */
function registerWebhooks(app: FastifyInstance, parts: Parts): void {
  const aftermath = new Aftermath(parts.log);
  app.addHook('onClose', () => aftermath.drain());
  app.decorateRequest('recipient', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.withTypeProvider<ZodTypeProvider>().post(
    '/connect/webhooks/:connector/:id',
    {
      bodyLimit: WEBHOOK_BODY_BYTES,
      onRequest: async (request) => {
        const { connector, id } = request.params;
        request.recipient = await findRecipient(parts, connector, id);
      },
      schema: {
        tags: ['attempts'],
        summary: 'An event of a chat service. Proven by its signature or secret.',
        params: byConnectorAndId,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      if (request.recipient === null) throw new AppError('not_found');
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const event = { headers: headersOf(request), body };
      await receiveEvent(parts, aftermath, request.recipient, event);
      return reply.code(204).send(null);
    },
  );
}

function headersOf(request: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

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
