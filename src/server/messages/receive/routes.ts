import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import { FollowUpWork } from './follow-up-work.ts';
import { getRecipient, type Recipient, receiveEvent } from './receive-event.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on the webhooks of the chat services, null elsewhere. */
    recipient: Recipient | null;
  }
}

/** Chat services post whole messages; we read only small context of them. */
const WEBHOOK_BODY_BYTES = 1024 * 1024;

const byConnectorAndId = z.object({ connector: z.string(), id: z.string() });

/**
 * The chat services' webhooks. An event is proven over its bytes as received, so nothing may parse them first. The
 * address tells whose it is before the body is read.
 */
export function registerWebhooks(app: FastifyInstance, context: Context): void {
  const followUp = new FollowUpWork(context.log);
  app.addHook('onClose', () => followUp.drain());
  app.decorateRequest('recipient', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.withTypeProvider<ZodTypeProvider>().post(
    '/connect/webhooks/:connector/:id',
    {
      bodyLimit: WEBHOOK_BODY_BYTES,
      onRequest: async (request) => {
        const { connector, id } = request.params;
        request.recipient = await getRecipient(context, connector, id);
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
      await receiveEvent(context, followUp, request.recipient, event);
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
