import type { FastifyInstance } from 'fastify';
import { type Settings, saveSettings as saveSchema, settings } from '../../contract/api.ts';
import { requireAdmin } from '../core/admin.ts';
import { repeatSave, type SaveReceipt, saveSettings } from '../core/save-settings.ts';
import { readSettings } from '../core/settings.ts';
import type { Parts } from '../parts.ts';
import { callerOf } from './auth.ts';
import { runOnce } from './idempotency.ts';
import type { ZodTypeProvider } from './zod-schemas.ts';

/** What the settings screen reads and Kommo's Save button writes. */
export function registerSettings(app: FastifyInstance, parts: Parts): void {
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
    (request) => readSettings(parts, callerOf(request)),
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
      await requireAdmin(parts, caller);
      let saved: Settings | undefined;
      const { body } = await runOnce(parts, request, async ({ keep }) => {
        saved = await saveSettings(parts, caller, request.body, (trx, receipt) =>
          keep(trx, { status: 200, body: receipt }),
        );
        return { status: 200, body: { version: saved.version, sync: saved.sync } };
      });
      return reply.code(200).send(saved ?? (await repeatSave(parts, caller, body as SaveReceipt)));
    },
  );
}
