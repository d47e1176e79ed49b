/**
 * As much of JSON Schema as Evolution's own schemas use, with the messages of the `jsonschema` package that it validates with.
 *
 * @see https://github.com/tdegrunt/jsonschema
 */
export interface Schema {
  type?: 'string' | 'boolean' | 'integer' | 'number' | 'object' | 'array';
  /** Replaces the message of whatever is wrong with this value. */
  description?: string;
  properties?: Readonly<Record<string, Schema>>;
  items?: Schema;
  enum?: readonly string[];
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  required?: readonly string[];
  /** Properties that may not be empty, provided that the object has no others. */
  filled?: readonly string[];
}

/** What is wrong, in the schema's order; empty when nothing is. */
export function faultsOf(value: unknown, schema: Schema, path = ''): string[] {
  if (value === undefined) return [];
  const own = [...ownFaults(value, schema)].map((message) => {
    const stack = path === '' ? `instance ${message}` : `${path} ${message}`;
    return schema.description ?? stack;
  });
  return [...own, ...partFaults(value, schema, path), ...missingFaults(value, schema, path)];
}

function* ownFaults(value: unknown, schema: Schema): Generator<string> {
  if (schema.type !== undefined && !isOf(value, schema.type)) {
    yield `is not of a type(s) ${schema.type}`;
  }
  if (schema.enum !== undefined && !schema.enum.includes(String(value))) {
    yield `is not one of enum values: ${schema.enum.join(',')}`;
  }
  if (typeof value === 'string') {
    if (value.length < (schema.minLength ?? 0)) {
      yield `does not meet minimum length of ${schema.minLength}`;
    }
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
      yield `does not match pattern ${JSON.stringify(schema.pattern)}`;
    }
  }
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? value)) {
      yield `must be greater than or equal to ${schema.minimum}`;
    }
    if (value > (schema.maximum ?? value)) yield `must be less than or equal to ${schema.maximum}`;
  }
  if (!Array.isArray(value)) return;
  if (value.length < (schema.minItems ?? 0)) {
    yield `does not meet minimum length of ${schema.minItems}`;
  }
  if (value.length > (schema.maxItems ?? value.length)) {
    yield `does not meet maximum length of ${schema.maxItems}`;
  }
  const texts = value.map((item) => JSON.stringify(item));
  if (schema.uniqueItems === true && new Set(texts).size < texts.length) {
    yield 'contains duplicate item';
  }
}

function partFaults(value: unknown, schema: Schema, path: string): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    return value.flatMap((item, index) => faultsOf(item, items, `${path}[${index}]`));
  }
  if (!isOf(value, 'object')) return [];
  const fields = value as Record<string, unknown>;
  const step = (name: string) => (path === '' ? name : `${path}.${name}`);
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) =>
    faultsOf(fields[name], part, step(name)),
  );
}

function missingFaults(value: unknown, schema: Schema, path: string): string[] {
  if (!isOf(value, 'object')) return [];
  const fields = value as Record<string, unknown>;
  const where = path === '' ? 'instance' : path;
  const missing = (schema.required ?? [])
    .filter((name) => fields[name] === undefined)
    .map((name) => schema.description ?? `${where} requires property ${JSON.stringify(name)}`);
  const { filled = [] } = schema;
  if (!Object.keys(fields).every((name) => filled.includes(name))) return missing;
  const empty = filled.filter((name) => fields[name] === '');
  return [...missing, ...empty.map((name) => `The "${name}" cannot be empty`)];
}

function isOf(value: unknown, type: NonNullable<Schema['type']>): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && value % 1 === 0;
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === type;
  }
}
