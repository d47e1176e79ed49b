import type { FastifyInstance } from 'fastify';
import { createErrorHandler, registerAccountLine, registerAuth } from './access/routes.ts';
import { hostOfBrowserOrigin } from './accounts/caller.ts';
import { registerKommo } from './accounts/routes.ts';
import { registerAttempts, registerOpenAttempts } from './channels/attempts/routes.ts';
import { registerWebhooks } from './channels/health/routes.ts';
import { registerChannels } from './channels/routes.ts';
import type { Parts } from './context.ts';
import { createServer } from './platform/http/create-server.ts';
import { registerHealth } from './platform/http/health.ts';
import { registerSettings, registerTemplates } from './settings/routes.ts';

/** Every route, behind what guards it. `scope: 'health'` is what a worker without a web role serves. */
export async function createApp(
  parts: Parts,
  { scope }: { scope: 'all' | 'health' } = { scope: 'all' },
): Promise<FastifyInstance> {
  const { config, log } = parts;
  const app = createServer({
    log,
    publicUrl: config.publicUrl,
    // Pages of Kommo and no others. `authenticate` checks whether the page is the account's own.
    isAllowedOrigin: (origin) => hostOfBrowserOrigin(config, origin) !== undefined,
    describe: ({ caller }) => ({ accountId: caller?.accountId }),
  });
  app.decorateRequest('caller', null);
  app.setErrorHandler(createErrorHandler(parts));
  registerHealth(app, parts.db);
  if (scope === 'health') return app;
  registerKommo(app, parts);
  await app.register(async (guarded) => {
    registerAuth(guarded, parts);
    registerChannels(guarded, parts);
    registerAttempts(guarded, parts);
    // Sign-ins wait for chat services; what is in this line waits for Kommo, which all accounts share.
    await guarded.register(async (inLine) => {
      registerAccountLine(inLine);
      registerSettings(inLine, parts);
      registerTemplates(inLine, parts);
    });
  });
  await app.register(async (open) => registerOpenAttempts(open, parts));
  await app.register(async (open) => registerWebhooks(open, parts));
  return app;
}
