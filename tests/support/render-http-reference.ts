import { ERROR_STATUS } from '../../src/contract/errors.ts';

/** What of a JSON schema the routes of the server use. */
interface Schema {
  type?: string;
  nullable?: boolean;
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number | boolean;
  minItems?: number;
  maxItems?: number;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  summary: string;
  tags?: readonly string[];
  security?: readonly Record<string, unknown>[];
  parameters?: readonly { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

/** The parts of the API in the order in which one meets them. A part without a line here fails the test. */
const PARTS: readonly [tag: string, title: string, about: string][] = [
  ['settings', 'Settings', 'What the widget reads when it opens, and what Save writes.'],
  ['templates', 'Templates', 'Chat templates of the Kommo account.'],
  ['channels', 'Channels', 'Connected chat accounts, and how they change.'],
  ['attempts', 'Attempts', 'Connecting an account: begin, submit a key, follow, cancel.'],
  [
    'messages',
    'Messages',
    'Events of both sides, whose bodies are the sender’s own; files; what was not carried.',
  ],
  ['kommo', 'Installing', 'What Kommo itself calls.'],
  ['help', 'Help', 'Pages for administrators.'],
  ['health', 'Health and metrics', 'For supervisors and Prometheus.'],
];

/** Shapes that come again and again, by the place where the description has them. */
const SHAPES: Readonly<
  Record<string, readonly [path: string, method: string, at: readonly string[]]>
> = {
  Settings: ['/messenger/settings', 'get', ['200']],
  Channel: ['/messenger/channels', 'get', ['200', '_embedded', 'channels', '[]']],
  Attempt: ['/messenger/channels', 'post', ['201', 'attempt']],
  Template: ['/messenger/templates', 'get', ['200', '_embedded', 'templates', '[]']],
  LinkedAccount: ['/messenger/channels', 'get', ['200', '_embedded', 'channels', '[]', 'account']],
  ChannelMessages: [
    '/messenger/channels',
    'get',
    ['200', '_embedded', 'channels', '[]', 'messages'],
  ],
  Sync: ['/messenger/settings', 'get', ['200', 'sync']],
  Preferences: ['/messenger/settings', 'get', ['200', 'preferences']],
  Connector: ['/messenger/settings', 'get', ['200', 'connectors', '[]']],
};

const PROOFS: Readonly<Record<string, string>> = {
  disposableToken: '`X-Auth-Token`, the disposable token that Kommo gives the widget',
  attemptKey: '`Authorization: Bearer`, the attempt’s own `attempt_key`',
  watchKey: '`Authorization: Bearer`, the watch’s own `watch_key`',
  metricsToken: '`Authorization: Bearer`, the `METRICS_TOKEN`',
};

/**
 * The server's description of itself as a page to read.
 *
 * @param texts what the widget says for each code, in English
 * @throws when a route has a tag that the page has no part for
 */
export function renderHttpReference(document: OpenApi, texts: Record<string, string>): string {
  const shapes = Object.entries(SHAPES).map(
    ([name, place]) => [name, shapeAt(document, place)] as const,
  );
  const known = new Map(shapes.map(([name, schema]) => [JSON.stringify(schema), name]));
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = new Set(operations.map(({ operation }) => operation.tags?.[0] ?? ''));
  const unplaced = [...tags].filter((tag) => !PARTS.some(([placed]) => placed === tag));
  if (unplaced.length > 0) throw new Error(`No part of the page has the tags ${unplaced.join()}.`);
  const parts = PARTS.map(([tag, title, about]) => {
    const routes = operations
      .filter(({ operation }) => operation.tags?.[0] === tag)
      .map(({ path, method, operation }) => describeRoute(path, method, operation, known));
    return `## ${title}\n\n${about}\n\n${routes.join('\n')}`;
  });
  const blocks = shapes.map(([name, schema]) => {
    const others = new Map([...known].filter(([, other]) => other !== name));
    return `### ${name}\n\n${block(typeOf(schema, others))}`;
  });
  return `${HEAD}
${parts.join('\n')}
## Shapes

${blocks.join('\n')}
## Codes

What \`error.code\` may be, its status, and what the widget says for it.

${table(['Code', 'Status', 'The widget says'], codeRows(texts))}
`;
}

const HEAD = `# HTTP reference

Generated from the description that the server itself gives at \`/openapi.json\`, which is made of the schemas its routes check
with; \`UPDATE_DOCS=1 npm run test:unit -- --testPathPatterns access/errors\` writes this page anew. Who gets which status:
[access](access.md).

- **Every answer** has \`Cache-Control: no-store\` but where it says otherwise, and an \`x-request-id\`.
- **POST and PUT** below \`/messenger\` demand \`Idempotency-Key\`, 1 to 255 characters: the same key with the same body gives the first
  answer again for a day. Submitting to an attempt and trying messages again may leave it out; a watch takes none.
- **Errors** have one body:
  \`{ "error": { "code", "fields"?: [{ "path", "code", "reason"? }], "channel_id"?, "request_id" }, "error_code"?: 1015, "refresh_token_url"? }\`.
  The last two are there where access must be given anew. \`Retry-After\` comes with 429 and most 503.
- **Browsers**: an \`Origin\` must be the account's own; others get no headers of CORS.
- In the [shapes](#shapes) \`?\` marks what may be missing, and what follows a type is its bounds.
`;

function describeRoute(
  path: string,
  method: string,
  { summary, security = [], parameters = [], requestBody, responses }: Operation,
  known: ReadonlyMap<string, string>,
): string {
  const proofs = security.flatMap((one) => Object.keys(one)).map((name) => PROOFS[name] ?? name);
  const lines = [`### ${method.toUpperCase()} ${path}`, '', summary, ''];
  if (proofs.length > 0) lines.push(`Proof: ${proofs.join(' or ')}.`, '');
  if (parameters.length > 0) {
    const rows = parameters.map(({ name, in: place, required, schema }) => [
      `\`${name}\``,
      required ? place : `${place}, may be missing`,
      `\`${typeOf(schema, known)}\``,
    ]);
    lines.push(table(['Parameter', 'In', 'Is'], rows), '');
  }
  const body = schemaOf(requestBody);
  if (body !== undefined) lines.push(shown('Body', typeOf(body, known)));
  for (const [status, answer] of Object.entries(responses)) {
    if (/^\dXX$/.test(status)) continue;
    const shape = schemaOf(answer);
    if (shape === undefined || status === '204')
      lines.push(`Answer ${status}, without a body.`, '');
    else lines.push(shown(`Answer ${status}`, typeOf(shape, known)));
  }
  return lines.join('\n');
}

function schemaOf(of: Content | undefined): Schema | undefined {
  return of?.content?.['application/json']?.schema;
}

/** @throws when the description has nothing there any more */
function shapeAt(
  { paths }: OpenApi,
  [path, method, [status = '', ...steps]]: (typeof SHAPES)[string],
): Schema {
  let schema = schemaOf(paths[path]?.[method]?.responses[status]);
  for (const step of steps) schema = step === '[]' ? schema?.items : schema?.properties?.[step];
  if (schema === undefined) throw new Error(`${method} ${path} has no ${steps.join('.')}.`);
  return schema;
}

/** As TypeScript would write it, with its bounds. */
function typeOf(schema: Schema, known: ReadonlyMap<string, string>): string {
  const { nullable, ...rest } = schema;
  const name = known.get(JSON.stringify(rest)) ?? known.get(JSON.stringify(schema));
  const plain = name ?? plainType(rest, known);
  return nullable === true ? `${plain} | null` : plain;
}

function plainType(schema: Schema, known: ReadonlyMap<string, string>): string {
  const { properties, additionalProperties, items, anyOf, oneOf, allOf, type } = schema;
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.map((one) => typeOf(one, known)).join(' | ');
  if (allOf !== undefined) return allOf.map((one) => typeOf(one, known)).join(' & ');
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (type === 'array') {
    const inner = typeOf(items ?? {}, known);
    const list = /[ |]/.test(inner) && !inner.startsWith('{') ? `(${inner})[]` : `${inner}[]`;
    return `${list}${bounds(schema.minItems, schema.maxItems)}`;
  }
  if (properties !== undefined) {
    const { required = [] } = schema;
    const members = Object.entries(properties).map(([name, member]) => {
      const mark = required.includes(name) ? '' : '?';
      return `${name}${mark}: ${typeOf(member, known)}`.replaceAll('\n', '\n  ');
    });
    return members.length === 0 ? '{}' : `{\n  ${members.join('\n  ')}\n}`;
  }
  if (typeof additionalProperties === 'object') {
    return `{ [name]: ${typeOf(additionalProperties, known)} }`;
  }
  if (type === 'string') return `string${bounds(schema.minLength, schema.maxLength)}`;
  if (type === 'integer' || type === 'number') {
    const isSafe = (value: number | undefined) =>
      value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
    const low = isSafe(schema.minimum);
    const isAbove = type === 'integer' && schema.exclusiveMinimum === true;
    return `${type}${bounds(low === undefined || !isAbove ? low : low + 1, isSafe(schema.maximum))}`;
  }
  return type ?? 'any';
}

function bounds(low: number | undefined, high: number | undefined): string {
  if (low === undefined && high === undefined) return '';
  return `(${low ?? ''}..${high ?? ''})`;
}

function shown(what: string, type: string): string {
  return type.includes('\n') ? `${what}:\n\n${block(type)}` : `${what}: \`${type}\`\n`;
}

function block(text: string): string {
  return `\`\`\`\n${text}\n\`\`\`\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  return [head, head.map(() => '---'), ...escaped]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function codeRows(texts: Record<string, string>): string[][] {
  return Object.entries(ERROR_STATUS).map(([code, status]) => [
    `\`${code}\``,
    String(status),
    texts[code] ?? '',
  ]);
}
