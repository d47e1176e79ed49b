import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ERROR_STATUS, type ErrorCode } from '../../contract/errors.ts';

const CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];

/** The shape of `contract/errors.ts`, for the description. */
const errorSchema = z.object({
  error: z.object({
    code: z.enum(CODES),
    fields: z
      .array(z.object({ path: z.string(), code: z.string(), reason: z.string().optional() }))
      .optional(),
    request_id: z.string(),
  }),
  error_code: z.literal(1015).optional(),
  refresh_token_url: z.string().optional(),
});

/** Describes every route at `/openapi.json`, from the schemas that the routes themselves check with. */
export async function registerOpenApi(app: FastifyInstance, publicUrl: string): Promise<void> {
  const { $schema: _dialect, ...error } = z.toJSONSchema(errorSchema, { target: 'openapi-3.0' });
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'Chat Connector for Kommo',
        description:
          'What the widget, Kommo and the chat services call. Errors carry a code from a closed list and no prose.',
        version: '1',
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          disposableToken: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
          attemptKey: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document);
      if (schema?.hide === true) return { schema, url };
      const failure = { description: 'The one error body.', ...error };
      return {
        schema: {
          ...schema,
          ...(url.startsWith('/messenger/') ? { security: [{ disposableToken: [] }] } : {}),
          response: { ...(schema?.response ?? {}), '4xx': failure, '5xx': failure },
        },
        url,
      };
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
