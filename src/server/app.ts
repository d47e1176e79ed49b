import type { FastifyInstance } from 'fastify';
import { createErrorHandler, registerAccountLine, registerAuth } from './access/routes.ts';
import { hostOfBrowserOrigin } from './accounts/caller.ts';
import { registerKommo } from './accounts/routes.ts';
import { registerAttempts, registerOpenAttempts } from './channels/attempts/routes.ts';
import { registerChannels } from './channels/routes.ts';
import type { Context } from './context.ts';
import type { HookWatch } from './messages/history/hook-watch.ts';
import { registerMedia } from './messages/media/routes.ts';
import { registerWebhooks } from './messages/receive/routes.ts';
import { registerUndelivered } from './messages/undelivered/routes.ts';
import { createServer } from './platform/http/create-server.ts';
import { registerHealth } from './platform/http/health.ts';
import { registerSettings, registerTemplates } from './settings/routes.ts';

/** Every route, behind what guards it. `scope: 'health'` is what a worker without a web role serves. */
export async function createApp(
  context: Context,
  { scope, hookWatch }: { scope: 'all' | 'health'; hookWatch?: HookWatch } = { scope: 'all' },
): Promise<FastifyInstance> {
  const { config, log } = context;
  const app = createServer({
    log,
    publicUrl: config.publicUrl,
    // Only Kommo's pages. `authenticate` checks whether the page is the account's own.
    isAllowedOrigin: (origin) => hostOfBrowserOrigin(config, origin) !== undefined,
    describe: ({ caller }) => ({ accountId: caller?.accountId }),
  });
  app.decorateRequest('caller', null);
  app.setErrorHandler(createErrorHandler(context));
  registerHealth(app, context.db);
  if (scope === 'health') return app;
  registerKommo(app, context);
  await app.register(async (guarded) => {
    registerAuth(guarded, context);
    registerChannels(guarded, context);
    registerAttempts(guarded, context);
    registerUndelivered(guarded, context);
    // Sign-ins wait for chat services; these routes wait for Kommo, which all accounts share.
    await guarded.register(async (inLine) => {
      registerAccountLine(inLine);
      registerSettings(inLine, context);
      registerTemplates(inLine, context);
    });
  });
  await app.register(async (open) => registerOpenAttempts(open, context));
  await app.register(async (open) => registerWebhooks(open, context, hookWatch));
  await app.register(async (open) => registerMedia(open, context));
  return app;
}
