import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { queryOf } from '../../platform/http/query.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import { UNSEEN } from './picture-link.ts';
import { PictureSource } from './picture-source.ts';

const byId = z.object({ id: z.string() });

/** A link stays the same for a day, and names the picture it was made for. */
const KEEP = 'private, max-age=86400, immutable';

/** Of a picture that the link does not name: after another sign-in it may be somebody else's. */
const SHOW_ONCE = 'private, no-cache';

const LOOK_AGAIN = 'private, max-age=600';

/**
 * Pictures of signed-in accounts, by signed links that end: an `<img>` sends no token. Where there is none, the answer
 * is empty and no error: a page shows something else then, and its console stays quiet.
 */
export function registerPictures(app: FastifyInstance, context: Context): void {
  const source = new PictureSource(context);
  const routes = app.withTypeProvider<ZodTypeProvider>();
  for (const method of ['GET', 'HEAD'] as const) {
    routes.route({
      method,
      url: '/pictures/:id',
      schema: {
        tags: ['channels'],
        summary:
          'The picture of a signed-in account, or nothing. Proven by the signature in its link, which has an end.',
        params: byId,
      },
      handler: (request, reply) => serve(source, request, reply, request.params.id),
    });
  }
}

async function serve(
  source: PictureSource,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
): Promise<FastifyReply> {
  const query = queryOf(request);
  const [v, e, s] = ['v', 'e', 's'].map((name) => {
    const given = query.getAll(name);
    return given.length === 1 ? given[0] : undefined;
  });
  if (!v || !e || !s) throw new AppError('not_found');
  const picture = await source.open({ id, v, e, s });
  if (picture === undefined) return reply.code(204).header('cache-control', LOOK_AGAIN).send();
  reply.headers({
    'cache-control': v === UNSEEN ? SHOW_ONCE : KEEP,
    'content-type': picture.type,
    'content-length': picture.image.length,
    'content-security-policy': "sandbox; default-src 'none'",
  });
  return request.method === 'HEAD' ? reply.send() : reply.send(picture.image);
}
