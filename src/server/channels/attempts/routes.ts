import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  type Attempt,
  attemptAnswer,
  type StartedAttempt,
  type SubmittedAnswer,
  startedAttempt,
  startAttempt as startSchema,
  submitCredentials as submitSchema,
  submittedAnswer,
} from '../../../contract/api.ts';
import { requireAdmin } from '../../access/admin.ts';
import { callerOf, runOnce } from '../../access/routes.ts';
import { browserOrigin, type Caller } from '../../accounts/caller.ts';
import type { Context } from '../../context.ts';
import { hashKey } from '../../platform/bearer-key.ts';
import { bearerOf } from '../../platform/http/bearer.ts';
import { type EventStream, EventStreams } from '../../platform/http/event-streams.ts';
import { sendPage } from '../../platform/http/page.ts';
import { pageText } from '../../platform/http/page-text.ts';
import { queryOf } from '../../platform/http/query.ts';
import { StreamSlots } from '../../platform/http/stream-slots.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import { AttemptWatch, type SeenAttempt } from './attempt-watch.ts';
import { cancelAttempt } from './end-attempt.ts';
import { finishOAuth } from './finish-oauth.ts';
import { readWithKey, viewAttempt } from './read-attempt.ts';
import { startAttempt } from './start-attempt.ts';
import { submitCredentials } from './submit-credentials.ts';

const byId = z.object({ id: z.string() });
const byConnector = z.object({ connector: z.string() });
const nothing = z.null();

/** Beginning and carrying on an attempt. Behind the token, and for administrators only. */
export function registerAttempts(app: FastifyInstance, context: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    '/messenger/channels',
    {
      schema: {
        tags: ['channels'],
        summary: 'Begins to connect a channel, or, with channel_id, to sign one in again.',
        body: startSchema,
        response: { 201: startedAttempt },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      const origin = openerOrigin(context, caller, request.headers.origin);
      const answer = await runOnce(context, request, async () => ({
        status: 201,
        body: await startAttempt(context, caller, request.body, origin),
      }));
      return reply.code(201).send(answer.body as StartedAttempt);
    },
  );
  routes.post(
    '/messenger/attempts/:id/credentials',
    {
      schema: {
        tags: ['attempts'],
        summary: 'Submits an API key, a phone number for a pairing code, or the yes to an account.',
        params: byId,
        body: submitSchema,
        response: { 200: submittedAnswer },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      const { id } = request.params;
      const work = async () => ({
        status: 200,
        body: await submitCredentials(context, caller, id, request.body),
      });
      const answer = await runOnce(context, request, work, { required: false });
      return reply.code(200).send(answer.body as SubmittedAnswer);
    },
  );
  routes.delete(
    '/messenger/attempts/:id',
    {
      schema: {
        tags: ['attempts'],
        summary: 'Cancels an attempt.',
        params: byId,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      await cancelAttempt(context, caller, request.params.id);
      return reply.code(204).send(null);
    },
  );
}

/**
 * Where the callback page may post to: the page that asked, which `registerAuth` has proven to belong to the
 * token's account. A client without a browser gets the account's own address.
 */
function openerOrigin(context: Context, caller: Caller, origin: string | undefined): string {
  return origin ?? browserOrigin(context.config, caller.host);
}

/** Following an attempt, and coming back from a sign-in. Without a token: each route has its own proof. */
export function registerOpenAttempts(app: FastifyInstance, context: Context): void {
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
      const attempt = await readWithKey(context, request.params.id, bearerOf(request));
      return { attempt: await viewAttempt(context, attempt) };
    },
  );
  registerEvents(app, context);
  registerCallback(app, context);
}

function registerCallback(app: FastifyInstance, context: Context): void {
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
      const { attempt, outcome, language } = await finishOAuth(
        context,
        connector,
        queryOf(request),
      );
      const text = pageText(language, `sign_in.${outcome}`, { name: attempt?.accountName ?? '' });
      const { accent } = context.config.brand.colours;
      const page = { status: attempt ? 200 : 400, accent, ...text };
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

/** A modal has one; a few more may be other tabs, or streams that were cut silently. */
const STREAMS_PER_KEY = 5;

/** Each holds about 30 KB. Widgets that get none poll instead. */
const MOST_STREAMS = 2_000;

const ENDED = new Set<Attempt['state']>(['connected', 'failed', 'expired', 'cancelled']);

/**
 * An attempt's states as server-sent events, the same objects as `GET /connect/attempts/:id` answers. Read
 * with `fetch`: an `EventSource` cannot send the key, and a key in an address would be logged.
 */
function registerEvents(app: FastifyInstance, context: Context): void {
  const watch = new AttemptWatch(context);
  const streams = new EventStreams(app);
  const slots = new StreamSlots({ perKey: STREAMS_PER_KEY, total: MOST_STREAMS });
  app.withTypeProvider<ZodTypeProvider>().get(
    '/connect/attempts/:id/events',
    {
      schema: {
        tags: ['attempts'],
        summary: 'The states of an attempt as server-sent events, until it is over.',
        security: [{ attemptKey: [] }],
        params: byId,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const key = bearerOf(request);
      // By its hash: a refused key leaves no trace of what it might have opened.
      reply.raw.once('close', slots.take(`${id} ${hashKey(key ?? '')}`));
      const attempt = await readWithKey(context, id, key);
      const first = await viewAttempt(context, attempt);
      const stream = streams.open(reply);
      if (stream) follow(stream, attempt, first);
    },
  );

  function follow(stream: EventStream, attempt: SeenAttempt, first: Attempt): void {
    const show = (view: Attempt | undefined) => {
      if (view) stream.send({ attempt: view });
      if (!view || ENDED.has(view.state)) stream.end();
    };
    stream.onClose(watch.watch(attempt, show));
    show(first);
  }
}
