import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FollowUpWork } from '../../channels/health/follow-up-work.ts';
import { getRecipient, type Recipient, receiveEvent } from '../../channels/health/receive-event.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import type { HookWatch } from '../history/hook-watch.ts';
import { receiveChatHook } from './receive-chat-hook.ts';
import { receiveMessages } from './receive-messages.ts';
import { findSharing, receiveSharedEvent, type SharingConnector } from './receive-shared-event.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on the webhooks of the chat services, null elsewhere. */
    recipient: Recipient | null;
    /** The same where the event itself says whose it is. */
    sharing: SharingConnector | null;
  }
}

/** Messages without their files. Evolution API writes each byte of a quoted file's thumbnail as a number of its own. */
const WEBHOOK_BODY_BYTES = 4 * 1024 * 1024;

/** In place of an id: where a service posts the events of all its accounts. */
const SHARED = 'events';

const byConnectorAndId = z.object({
  connector: z.string(),
  id: z
    .string()
    .describe('A channel, or `events` where a service has one address for all its accounts.'),
});

/**
 * The webhooks of the chat services and of Kommo's chats. An event is proven over its bytes as received, so nothing may
 * parse them first. The address of a service's webhook tells whose it is before the body is read, or, where the service
 * has one for all accounts, which secret proves it.
 */
export function registerWebhooks(
  app: FastifyInstance,
  context: Context,
  hookWatch?: HookWatch,
): void {
  const followUp = new FollowUpWork(context.log);
  app.addHook('onClose', () => followUp.drain());
  app.decorateRequest('recipient', null);
  app.decorateRequest('sharing', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.withTypeProvider<ZodTypeProvider>().post(
    '/connect/webhooks/:connector/:id',
    {
      bodyLimit: WEBHOOK_BODY_BYTES,
      config: { hookKind: () => 'service' },
      onRequest: async (request) => {
        const { connector, id } = request.params;
        request.sharing = id === SHARED ? (findSharing(context, connector) ?? null) : null;
        if (request.sharing !== null) return;
        request.recipient = await getRecipient(context, connector, id);
      },
      schema: {
        tags: ['attempts'],
        summary:
          'An event of a chat service. Proven by its signature or secret; answered when it is stored.',
        params: byConnectorAndId,
        response: { 200: z.record(z.string(), z.string()), 204: z.null() },
      },
    },
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const event = {
        headers: headersOf(request),
        body,
        receivedAtMs: context.now().getTime(),
      };
      if (request.sharing !== null) {
        const answer = await receiveSharedEvent(context, followUp, request.sharing, event);
        return answer ? reply.send(answer) : reply.code(204).send(null);
      }
      if (request.recipient === null) throw new AppError('not_found');
      await receiveEvent(context, followUp, request.recipient, event);
      await receiveMessages(context, followUp, request.recipient, event);
      // Nothing in an answer: Telegram would execute it.
      return reply.code(204).send(null);
    },
  );
  app.withTypeProvider<ZodTypeProvider>().post(
    '/kommo/chats/:scope_id',
    {
      bodyLimit: WEBHOOK_BODY_BYTES,
      config: { hookKind: () => 'chat' },
      schema: {
        tags: ['kommo'],
        summary: "Kommo's chat webhook. Proven by X-Signature; answered when it is stored.",
        params: z.object({ scope_id: z.string() }),
        response: { 200: z.null() },
      },
    },
    async (request, reply) => {
      const { 'x-signature': signature } = request.headers;
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const scopeId = request.params.scope_id;
      const hook = { scopeId, body, signature: Array.isArray(signature) ? undefined : signature };
      try {
        await receiveChatHook(context, followUp, hook);
      } catch (error) {
        // Kommo sends it once: what was refused for want of storage is found in the history later.
        if (!(error instanceof AppError)) hookWatch?.refused();
        throw error;
      }
      context.wakeMessages('out');
      return reply.code(200).send(null);
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
