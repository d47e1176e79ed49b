import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../app-error.ts';

/**
 * For Prometheus. Figures tell how much business somebody does, so a token is needed.
 *
 * @param options.token undefined: there is no such route
 * @param options.scrape makes the answer
 */
export function registerMetrics(
  app: FastifyInstance,
  {
    token,
    scrape,
  }: { token: string | undefined; scrape: () => Promise<{ type: string; body: string }> },
): void {
  if (token === undefined) return;
  const expected = hash(`Bearer ${token}`);
  app.get(
    '/metrics',
    {
      onRequest: async ({ headers }) => {
        // Of equal length, so that the comparison takes the same time however much of a guess is right.
        if (!timingSafeEqual(hash(headers.authorization ?? ''), expected)) {
          throw new AppError('unauthorized');
        }
      },
      schema: {
        tags: ['health'],
        summary: 'Figures for Prometheus, as text; only where METRICS_TOKEN is set.',
        security: [{ metricsToken: [] }],
      },
    },
    async (_request, reply) => {
      const { type, body } = await scrape();
      return reply.type(type).send(body);
    },
  );
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
