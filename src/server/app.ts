import type { FastifyInstance } from 'fastify';
import { createErrorHandler, registerAccountLine, registerAuth } from './access/routes.ts';
import { hostOfBrowserOrigin } from './accounts/caller.ts';
import { registerKommo } from './accounts/routes.ts';
import { registerAttempts, registerOpenAttempts } from './channels/attempts/routes.ts';
import { registerPictures } from './channels/pictures/routes.ts';
import { registerChannels } from './channels/routes.ts';
import { registerWatch, registerWatchEvents } from './channels/watch/routes.ts';
import type { Context } from './context.ts';
import { registerHelp } from './help/routes.ts';
import type { HookWatch } from './messages/history/hook-watch.ts';
import { registerMedia } from './messages/media/routes.ts';
import { registerWebhooks } from './messages/receive/routes.ts';
import { registerTestMessage } from './messages/test-message/routes.ts';
import { registerUndelivered } from './messages/undelivered/routes.ts';
import { createServer } from './platform/http/create-server.ts';
import { registerHealth } from './platform/http/health.ts';
import { registerMetrics } from './platform/http/metrics.ts';
import { figuresReader } from './read-figures.ts';
import { registerSettings, registerTemplates } from './settings/routes.ts';

interface Options {
  /** `health` is what a worker without a web role serves. */
  scope: 'all' | 'health';
  hookWatch?: HookWatch;
  /** Whether balancers are told to look for another process. */
  isStopping?: () => boolean;
}

/** Every route, behind what guards it. */
export async function createApp(
  context: Context,
  { scope, hookWatch, isStopping = () => false }: Options = { scope: 'all' },
): Promise<FastifyInstance> {
  const { config, log, metrics } = context;
  const app = createServer({
    log,
    publicUrl: config.publicUrl,
    metrics,
    // Only Kommo's pages. `authenticate` checks whether the page is the account's own.
    isAllowedOrigin: (origin) => hostOfBrowserOrigin(config, origin) !== undefined,
    describe: ({ caller }) => ({ accountId: caller?.accountId }),
  });
  app.decorateRequest('caller', null);
  app.setErrorHandler(createErrorHandler(context));
  registerHealth(app, context.db, isStopping);
  const readFigures = figuresReader(context);
  registerMetrics(app, {
    token: config.metricsToken,
    scrape: async () => metrics.text(await readFigures()),
  });
  if (scope === 'health') return app;
  registerHelp(app, config.brand);
  registerKommo(app, context);
  await app.register(async (guarded) => {
    registerAuth(guarded, context);
    registerChannels(guarded, context);
    registerAttempts(guarded, context);
    registerWatch(guarded, context);
    registerUndelivered(guarded, context);
    registerTestMessage(guarded, context);
    // Sign-ins wait for chat services; these routes wait for Kommo, which all accounts share.
    await guarded.register(async (inLine) => {
      registerAccountLine(inLine);
      registerSettings(inLine, context);
      registerTemplates(inLine, context);
    });
  });
  await app.register(async (open) => registerOpenAttempts(open, context));
  await app.register(async (open) => registerWatchEvents(open, context));
  await app.register(async (open) => registerWebhooks(open, context, hookWatch));
  await app.register(async (open) => registerMedia(open, context));
  await app.register(async (open) => registerPictures(open, context));
  return app;
}
