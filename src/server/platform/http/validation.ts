import type { FieldError } from '../../../contract/errors.ts';
import { AppError } from '../app-error.ts';
import type { SchemaMismatch } from './zod-schemas.ts';

type Issue = SchemaMismatch['issues'][number];

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
 * A wrong shape means a client that does not know the contract (400); a wrong value is something a person can
 * correct (422). An id of the wrong form names nothing we have (404).
 */
export function fromValidation({ issues, validationContext }: SchemaMismatch): AppError {
  if (validationContext === 'params') return new AppError('not_found');
  const shape = issues.filter(({ code }) => SHAPE_FAULTS.has(code));
  const isShape = shape.length > 0 || validationContext !== 'body';
  const fields = (shape.length > 0 ? shape : issues).flatMap(toFields);
  return new AppError(isShape ? 'bad_request' : 'validation_failed', {
    fields: fields.slice(0, MOST_FIELDS),
  });
}

function toFields(issue: Issue): FieldError[] {
  const path = issue.path.map(String);
  const paths =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  return paths.map((parts) => ({
    path: parts.join('.').slice(0, LONGEST_PATH),
    code: issue.code,
  }));
}

/** No body of the contract is deeper than four levels. */
const DEEPEST = 20;

/** The largest settings there are, 50 channels with 50 pipelines each, hold about 2,700. */
const MOST_VALUES = 5_000;

/** One value of a body, and where it stands. The path is put together only for an error. */
interface Place {
  value: unknown;
  key: string;
  parent: Place | undefined;
  depth: number;
}

/**
 * Finds what no route accepts in a body: nesting or width beyond all use, which would keep later checks busy, or texts
 * the database cannot hold, with a NUL character or half a surrogate pair. JSON allows all of it. Runs before anything
 * else reads the body, and its work grows only with the body's size.
 *
 * @returns undefined when the body is acceptable
 */
export function findUnacceptable(body: unknown): AppError | undefined {
  const open: Place[] = [{ value: body, key: '', parent: undefined, depth: 0 }];
  let count = 0;
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, depth } = place;
    if (typeof value === 'string' && !isStorable(value)) return invalidText(place);
    if (!isPlain(value)) continue;
    if (depth === DEEPEST) return badBody('too_deep');
    const members = Object.entries(value);
    count += members.length;
    if (count > MOST_VALUES) return badBody('too_many_values');
    for (const [key, inner] of members) {
      if (!isStorable(key)) return invalidText(place);
      open.push({ value: inner, key, parent: place, depth: depth + 1 });
    }
  }
  return undefined;
}

/** Whether the database can hold the text. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function badBody(code: string): AppError {
  return new AppError('bad_request', { fields: [{ path: '', code }] });
}

function invalidText(place: Place): AppError {
  const keys: string[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) keys.unshift(at.key);
  const path = keys.join('.').slice(0, LONGEST_PATH);
  return new AppError('validation_failed', { fields: [{ path, code: 'invalid_text' }] });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}
