import type { FastifyInstance } from 'fastify';
import { createTemplate, type Template, template, templateCollection } from '../../contract/api.ts';
import { requireAdmin } from '../core/admin.ts';
import { addTemplate, listTemplates } from '../core/templates.ts';
import type { Parts } from '../parts.ts';
import { callerOf } from './auth.ts';
import { runOnce } from './idempotency.ts';
import type { ZodTypeProvider } from './zod-schemas.ts';

/** The account's chat templates, as far as this integration made them. */
export function registerTemplates(app: FastifyInstance, parts: Parts): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/messenger/templates',
    {
      schema: {
        tags: ['templates'],
        summary: 'The chat templates this integration made.',
        response: { 200: templateCollection },
      },
    },
    (request) => listTemplates(parts, callerOf(request)),
  );
  routes.post(
    '/messenger/templates',
    {
      schema: {
        tags: ['templates'],
        summary: 'Adds a chat template to the account.',
        body: createTemplate,
        response: { 201: template },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(parts, caller);
      const answer = await runOnce(parts, request, async (once) => ({
        status: 201,
        body: await addTemplate(parts, caller, request.body, once),
      }));
      return reply.code(201).send(answer.body as Template);
    },
  );
}
