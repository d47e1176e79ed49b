import type { FastifyInstance } from 'fastify';
import {
  createTemplate,
  type Settings,
  saveSettings as saveSchema,
  settings,
  type Template,
  template,
  templateCollection,
} from '../../contract/api.ts';
import { requireAdmin } from '../access/admin.ts';
import { callerOf, runOnce } from '../access/routes.ts';
import type { Context } from '../context.ts';
import type { ZodTypeProvider } from '../platform/http/zod-schemas.ts';
import { readSettings } from './read-settings.ts';
import { repeatSave, type SaveReceipt, saveSettings } from './save-settings.ts';
import { addTemplate, listTemplates } from './templates.ts';

/** What the settings screen reads and Kommo's Save button writes. */
export function registerSettings(app: FastifyInstance, context: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/messenger/settings',
    {
      schema: {
        tags: ['settings'],
        summary: 'Everything the settings screen shows.',
        response: { 200: settings },
      },
    },
    (request) => readSettings(context, callerOf(request)),
  );
  routes.put(
    '/messenger/settings',
    {
      schema: {
        tags: ['settings'],
        summary:
          'Saves the settings, connects the chat channel and asks for a sync of the sources.',
        body: saveSchema,
        response: { 200: settings },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await requireAdmin(context, caller);
      let saved: Settings | undefined;
      const { body } = await runOnce(context, request, async ({ keep }) => {
        saved = await saveSettings(context, caller, request.body, (trx, receipt) =>
          keep(trx, { status: 200, body: receipt }),
        );
        return { status: 200, body: { version: saved.version, sync: saved.sync } };
      });
      return reply
        .code(200)
        .send(saved ?? (await repeatSave(context, caller, body as SaveReceipt)));
    },
  );
}

/** The chat templates this integration made in the account. */
export function registerTemplates(app: FastifyInstance, context: Context): void {
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
    (request) => listTemplates(context, callerOf(request)),
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
      await requireAdmin(context, caller);
      const answer = await runOnce(context, request, async (once) => ({
        status: 201,
        body: await addTemplate(context, caller, request.body, once),
      }));
      return reply.code(201).send(answer.body as Template);
    },
  );
}
