import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Brand } from '../../brand/brand.ts';
import { queryOf } from '../platform/http/query.ts';
import type { ZodTypeProvider } from '../platform/http/zod-schemas.ts';
import { type HelpPage, HelpPages } from './help-pages.ts';

const byTopic = z.object({ topic: z.string() });

/** For the API description only: an unknown language is no error, the next one that is wanted counts. */
const inLanguage = z.object({ lang: z.string().optional() });

/** Browsers keep a page for an hour; a new version of the backend may say something else. */
const CACHE_SECONDS = 3_600;

/** The help for administrators: public, the same for everybody, and without the database. */
export function registerHelp(app: FastifyInstance, brand: Brand): void {
  const help = new HelpPages(brand);
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/help',
    {
      exposeHeadRoute: true,
      attachValidation: true,
      schema: {
        tags: ['help'],
        summary: 'The topics of the help, as a page.',
        querystring: inLanguage,
      },
    },
    (request, reply) => send(reply, help, help.page(undefined, wanted(request))),
  );
  routes.get(
    '/help/:topic',
    {
      exposeHeadRoute: true,
      attachValidation: true,
      schema: {
        tags: ['help'],
        summary: 'A page of the help. Error codes and reasons are anchors of `troubleshooting`.',
        params: byTopic,
        querystring: inLanguage,
      },
    },
    (request, reply) => send(reply, help, help.page(request.params.topic, wanted(request))),
  );
}

/** Language tags in the order in which they are wanted. */
function wanted(request: FastifyRequest): string {
  const asked = queryOf(request).get('lang') ?? '';
  return `${asked},${request.headers['accept-language'] ?? ''}`;
}

function send(reply: FastifyReply, { policy }: HelpPages, { isFound, language, html }: HelpPage) {
  return reply
    .code(isFound ? 200 : 404)
    .headers({
      'cache-control': `public, max-age=${CACHE_SECONDS}`,
      'content-language': language,
      'content-security-policy': policy,
      'content-type': 'text/html; charset=utf-8',
      vary: 'Origin, Accept-Language',
    })
    .send(html);
}
