import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ERROR_STATUS, type ErrorCode } from '../../../contract/errors.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** Left out of the description. */
    hide?: boolean;
    tags?: readonly string[];
    summary?: string;
    security?: readonly Record<string, string[]>[];
  }
}

type Json = Record<string, unknown>;

/** A route as it is described. */
interface Described {
  method: string;
  url: string;
  schema: {
    tags?: readonly string[];
    summary?: string;
    security?: readonly Json[];
    body?: unknown;
    params?: unknown;
    querystring?: unknown;
    response?: unknown;
  };
}

const CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];

/** The shape of `contract/errors.ts`, for the description. */
const errorSchema = z.object({
  error: z.object({
    code: z.enum(CODES),
    fields: z
      .array(z.object({ path: z.string(), code: z.string(), reason: z.string().optional() }))
      .optional(),
    channel_id: z.string().optional(),
    request_id: z.string(),
  }),
  error_code: z.literal(1015).optional(),
  refresh_token_url: z.string().optional(),
});

/** Describes every route at `/openapi.json`, from the schemas that the routes themselves check with. */
export function registerOpenApi(app: FastifyInstance, publicUrl: string): void {
  const routes: Described[] = [];
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (schema === undefined || schema.hide === true) return;
    for (const name of [method].flat()) {
      // HEAD is what HTTP makes of GET.
      if (name !== 'HEAD') routes.push({ method: name.toLowerCase(), url, schema });
    }
  });
  let document: Json | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, () => {
    document ??= describe(routes, publicUrl);
    return document;
  });
}

/** @see https://spec.openapis.org/oas/v3.0.3 */
function describe(routes: readonly Described[], publicUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: describeRoute(route) };
  }
  return {
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
        watchKey: { type: 'http', scheme: 'bearer' },
        metricsToken: { type: 'http', scheme: 'bearer' },
      },
    },
    paths,
  };
}

function describeRoute({ url, schema }: Described): Json {
  const parameters = [
    ...parametersOf(schema.querystring, 'query'),
    ...parametersOf(schema.params, 'path'),
  ];
  const failure = {
    description: 'The one error body.',
    content: contentOf(toJsonSchema(errorSchema, 'output')),
  };
  const security = url.startsWith('/messenger/') ? [{ disposableToken: [] }] : schema.security;
  return {
    summary: schema.summary,
    tags: schema.tags,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(schema.body instanceof z.ZodType
      ? { requestBody: { required: true, content: contentOf(toJsonSchema(schema.body, 'input')) } }
      : {}),
    ...(security ? { security } : {}),
    responses: { ...responsesOf(schema.response), '4XX': failure, '5XX': failure },
  };
}

function parametersOf(schema: unknown, place: 'query' | 'path'): Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || !member.safeParse(undefined).success,
    schema: toJsonSchema(member, 'input'),
  }));
}

function responsesOf(response: unknown): Json {
  return Object.fromEntries(
    Object.entries(response ?? {}).map(([status, schema]) => [
      status,
      {
        description: 'Default Response',
        ...(schema instanceof z.ZodType
          ? { content: contentOf(toJsonSchema(schema, 'output')) }
          : {}),
      },
    ]),
  );
}

function contentOf(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** @param io a sender may leave out a value with a default; an answer always holds it */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io,
    override: ({ zodSchema, jsonSchema }) => {
      // OpenAPI 3.0 knows neither the names of members nor a type of nothing, only values that may be null.
      delete jsonSchema.propertyNames;
      if (zodSchema instanceof z.ZodNullable) {
        const [inner] = (jsonSchema.anyOf ?? []).filter((part) => !isNothing(part));
        delete jsonSchema.anyOf;
        Object.assign(jsonSchema, inner, { nullable: true });
      }
    },
  });
  return json;
}

function isNothing(schema: { enum?: readonly unknown[] }): boolean {
  return schema.enum?.length === 1 && schema.enum[0] === null;
}
