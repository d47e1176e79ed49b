import type { FieldError } from '../../contract/errors.ts';
import { AppError } from '../app-error.ts';

/** What the schema compiler reports about one value; see fastify-type-provider-zod. */
interface SchemaFault {
  /** zod's issue code. */
  keyword: string;
  /** `/channels/0/name`. */
  instancePath: string;
  params: { keys?: unknown };
}

interface SchemaError {
  validation: SchemaFault[];
  validationContext?: string;
}

/** Faults of the shape. Everything else is a value of the right type that cannot be accepted. */
const SHAPE_FAULTS = new Set([
  'invalid_type',
  'unrecognized_keys',
  'invalid_union',
  'invalid_key',
  'invalid_element',
]);

const MOST_FIELDS = 20;
const LONGEST_PATH = 120;

/**
 * A wrong shape is a client that does not know the contract (400); a wrong value is something a person can
 * mend (422). An id of the wrong form names nothing we have (404).
 */
export function fromValidation(error: SchemaError): AppError {
  if (error.validationContext === 'params') return new AppError('not_found');
  const shape = error.validation.filter((fault) => SHAPE_FAULTS.has(fault.keyword));
  const isShape = shape.length > 0 || error.validationContext !== 'body';
  const fields = (shape.length > 0 ? shape : error.validation).flatMap(toFields);
  return new AppError(isShape ? 'bad_request' : 'validation_failed', {
    fields: fields.slice(0, MOST_FIELDS),
  });
}

function toFields({ keyword, instancePath, params }: SchemaFault): FieldError[] {
  const path = instancePath.split('/').filter((part) => part !== '');
  const paths =
    keyword === 'unrecognized_keys' && Array.isArray(params.keys)
      ? params.keys.map((key) => [...path, String(key)])
      : [path];
  return paths.map((parts) => ({
    path: parts.join('.').slice(0, LONGEST_PATH),
    code: keyword,
  }));
}

/**
 * Texts the database cannot hold: a NUL character, or half of a surrogate pair. JSON allows both.
 *
 * @returns the dotted path of the first one
 */
export function findUnstorableText(value: unknown): string | undefined {
  const open: [path: string[], value: unknown][] = [[[], value]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, current] = next;
    if (typeof current === 'string') {
      if (current.includes('\0') || !current.isWellFormed()) return path.join('.');
    } else if (isPlain(current)) {
      for (const [key, inner] of Object.entries(current)) {
        if (key.includes('\0') || !key.isWellFormed()) return path.join('.');
        open.push([[...path, key], inner]);
      }
    }
  }
  return undefined;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}
