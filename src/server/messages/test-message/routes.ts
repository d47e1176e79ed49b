import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type TestAnswer, testAnswer } from '../../../contract/api.ts';
import { requireAdmin } from '../../access/admin.ts';
import { callerOf, runOnce } from '../../access/routes.ts';
import type { Context } from '../../context.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import { sendTestMessage } from './send-test-message.ts';

/** A test message of a channel, for administrators. */
export function registerTestMessage(app: FastifyInstance, context: Context): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/messenger/channels/:id/test',
    {
      schema: {
        tags: ['messages'],
        summary:
          'Sends a test message at once, where the channel says `test`; answered when the service took it.',
        params: z.object({ id: z.string() }),
        response: { 202: testAnswer },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      const answer = await runOnce(context, request, async () => ({
        status: 202,
        body: await sendTestMessage(context, caller, request.params.id),
      }));
      return reply.code(202).send(answer.body as TestAnswer);
    },
  );
}
