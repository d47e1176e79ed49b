import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { attemptAnswer } from '../../contract/api.ts';
import { AppError } from '../app-error.ts';
import { Aftermath } from '../core/aftermath.ts';
import { viewAttempt } from '../core/attempt-view.ts';
import { finishOAuth } from '../core/finish-oauth.ts';
import { lookWithKey } from '../core/look-at-attempt.ts';
import { findRecipient, type Recipient, receiveEvent } from '../core/receive-event.ts';
import type { Parts } from '../parts.ts';
import { registerAttemptEvents } from './attempt-events.ts';
import { bearerOf } from './bearer.ts';
import { callbackTexts } from './callback-texts.ts';
import { sendPage } from './page.ts';
import type { ZodTypeProvider } from './zod-schemas.ts';

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
      const result = await finishOAuth(parts, request.params.connector, queryOf(request));
      const { attempt } = result;
      const page = { status: attempt ? 200 : 400, ...callbackTexts(result) };
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
