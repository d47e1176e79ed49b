import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { AppError } from '../platform/app-error.ts';
import { sendPage } from '../platform/http/page.ts';
import { type PageKey, pageText } from '../platform/http/page-text.ts';
import { queryOf } from '../platform/http/query.ts';
import type { ZodTypeProvider } from '../platform/http/zod-schemas.ts';
import { browserOrigin } from './caller.ts';
import { type ConsentOutcome, finishConsent, refuseConsent } from './consent/consent.ts';
import { readKommoRedirect } from './consent/kommo-redirect.ts';
import { receiveInstallCall } from './install/install.ts';
import { receiveDisableHook } from './uninstall.ts';

/** An unreachable database must be answered within 10 seconds. */
const DEADLINE_MS = 9_000;

const accepted = z.object({ status: z.literal('accepted') });

/** For the API description only: the routes read the query themselves, including repeated parameters. */
const redirectQuery = z.object({
  code: z.string().optional(),
  referer: z.string().optional(),
  client_id: z.string().optional(),
  platform: z.string().optional(),
  from_widget: z.string().optional(),
  state: z.string().optional(),
  error: z.string().optional(),
});

const disableQuery = z.object({
  account_id: z.string(),
  client_uuid: z.string(),
  signature: z.string(),
});

const STATUS: Record<ConsentOutcome['kind'], number> = {
  connected: 200,
  finishing: 200,
  refused: 200,
  failed: 400,
  other_account: 400,
  other_user: 400,
  unknown_state: 400,
};

/** The two addresses registered in Kommo's integration card: redirect URI and disable hook. */
export function registerKommo(app: FastifyInstance, context: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/kommo/oauth/callback',
    {
      attachValidation: true,
      handlerTimeout: DEADLINE_MS,
      config: { hookKind: (request) => (isInstallCall(context, request) ? 'install' : undefined) },
      schema: {
        tags: ['kommo'],
        summary: 'Kommo’s install call, or the browser coming back from the consent page.',
        querystring: redirectQuery,
      },
    },
    async (request, reply) => {
      const redirect = readKommoRedirect(queryOf(request), context.config.kommo);
      switch (redirect.kind) {
        case 'install':
          await receiveInstallCall(context, redirect);
          return accepted.parse({ status: 'accepted' });
        case 'consent':
          return showOutcome(context, request, reply, () => finishConsent(context, redirect));
        case 'denied':
          return showOutcome(context, request, reply, () => refuseConsent(context, redirect.state));
        case 'invalid': {
          const { isBrowser, parameter, problem } = redirect;
          if (isBrowser) return showPage(context, request, reply, 'consent.bad_link');
          throw new AppError('bad_request', { fields: [{ path: parameter, code: problem }] });
        }
      }
    },
  );
  routes.get(
    '/kommo/disabled',
    {
      attachValidation: true,
      handlerTimeout: DEADLINE_MS,
      config: { hookKind: () => 'uninstall' },
      schema: {
        tags: ['kommo'],
        summary: 'Kommo’s disable hook; signed.',
        querystring: disableQuery,
        response: { 200: accepted },
      },
    },
    async (request) => {
      await receiveDisableHook(context, queryOf(request));
      return { status: 'accepted' as const };
    },
  );
}

/** Whether Kommo itself calls, or somebody who wants to look so, and no browser. */
function isInstallCall({ config }: Context, request: FastifyRequest): boolean {
  const redirect = readKommoRedirect(queryOf(request), config.kommo);
  return redirect.kind === 'install' || (redirect.kind === 'invalid' && !redirect.isBrowser);
}

async function showOutcome(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<ConsentOutcome>,
) {
  const outcome = await work();
  const key = `consent.${outcome.kind}` as const;
  if (outcome.kind === 'unknown_state') return showPage(context, request, reply, key);
  return sendPage(reply, {
    status: STATUS[outcome.kind],
    accent: context.config.brand.colours.accent,
    ...textFor(request, key),
    hint: {
      origin: browserOrigin(context.config, outcome.host),
      message: { type: 'chat-connector:authorized', version: 1, session: '' },
    },
  });
}

/** For links that lead nowhere: there is no opener to tell. */
function showPage({ config }: Context, request: FastifyRequest, reply: FastifyReply, key: PageKey) {
  const { accent } = config.brand.colours;
  return sendPage(reply, { status: 400, accent, ...textFor(request, key) });
}

/** In the browser's language: the account, and with it the account's language, may be unknown. */
function textFor(request: FastifyRequest, key: PageKey) {
  return pageText(request.headers['accept-language'] ?? '', key);
}
