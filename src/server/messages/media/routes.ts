import { pipeline } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { onlyRange, readByteRange } from '../../platform/http/byte-range.ts';
import { downloadHeader } from '../../platform/http/download-header.ts';
import { queryOf } from '../../platform/http/query.ts';
import type { ZodTypeProvider } from '../../platform/http/zod-schemas.ts';
import { openLinkedFile } from './open-linked-file.ts';

const byId = z.object({ id: z.string() });

/** Files of messages, by signed links that end. For Kommo and for services that fetch files themselves. */
export function registerMedia(app: FastifyInstance, context: Context): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  for (const method of ['GET', 'HEAD'] as const) {
    routes.route({
      method,
      url: '/media/:id',
      schema: {
        tags: ['messages'],
        summary: 'A file of a message. Proven by the signature in its link, which has an end.',
        params: byId,
      },
      handler: (request, reply) => serve(context, request, reply, request.params.id),
    });
  }
}

async function serve(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
): Promise<FastifyReply> {
  const query = queryOf(request);
  const [e, s] = [query.getAll('e'), query.getAll('s')];
  if (e.length !== 1 || s.length !== 1) throw new AppError('not_found');
  const file = await openLinkedFile(context, { id, e: e[0] ?? '', s: s[0] ?? '' });
  const { body, bytes } = file;
  reply.headers({
    'content-type': file.type,
    'content-disposition': downloadHeader(file.fileName),
    'content-security-policy': "sandbox; default-src 'none'",
    'accept-ranges': bytes === undefined ? 'none' : 'bytes',
  });
  const range = bytes === undefined ? undefined : readByteRange(request.headers.range, bytes);
  if (range === 'unsatisfiable') {
    body.destroy();
    return reply.code(416).header('content-range', `bytes */${bytes}`).send();
  }
  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`);
  }
  const length = range === undefined ? bytes : range.end - range.start + 1;
  if (length !== undefined) reply.header('content-length', length);
  if (request.method === 'HEAD') {
    body.destroy();
    return reply.send();
  }
  if (range === undefined) return reply.send(body);
  // The rest of the file is not read.
  return reply.send(pipeline(body, onlyRange(range), () => body.destroy()));
}
