import type {
  FastifySchemaCompiler,
  FastifySerializerCompiler,
  FastifyTypeProvider,
} from 'fastify';
import { z } from 'zod';

/** Types of body, query, parameters and answers, taken from a route's zod schemas. */
export interface ZodTypeProvider extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  serializer: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
}

/** What a caller sent does not fit the route's schema. */
export class SchemaMismatch extends Error {
  readonly issues: readonly z.core.$ZodIssue[];
  /** Which part it was; Fastify sets it. */
  validationContext?: string;

  constructor(issues: readonly z.core.$ZodIssue[]) {
    super('The request does not fit the schema of its route.');
    this.name = 'SchemaMismatch';
    this.issues = issues;
  }
}

/** Checks body, query and parameters, and hands the route what the schema made of them. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (data: unknown) => {
    const result = schema.safeParse(data);
    return result.success
      ? { value: result.data }
      : { error: new SchemaMismatch(result.error.issues) };
  };
};

/** Writes an answer: only what its schema names leaves the server. */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({
  schema,
  method,
  url,
}) => {
  return (data: unknown) => {
    const result = z.safeEncode(schema, data);
    if (result.success) return JSON.stringify(result.data);
    throw new Error(`The answer to ${method} ${url} does not fit its schema.`, {
      cause: result.error,
    });
  };
};
