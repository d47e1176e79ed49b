import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Script } from 'node:vm';

const HELP = `Starts a connector for one more chat service.

  npm run new:connector -- <id> --auth oauth|qr|api-key [--name "Acme Desk"] [--server-address]

  <id>              2 to 32 of a-z, 0-9 and -, e.g. acme-desk; stored with every channel and never changed
  --auth            how people prove to the service that the account is theirs
  --name            what people call the service; made from the id otherwise
  --server-address  with api-key: the admin also types the address of a server, which is then called
                    through the address guard
  --help            this text

It writes the connector, which signs in and carries texts and files both ways, its settings, its line in the
registry, its texts in every language, and a test that runs both common batteries against a small double of
the service. All of it works at once; then make both the connector and the double do what the service really
does: docs/connectors.md says how.

A provider that follows OpenID Connect needs no connector: describe it in the file OAUTH_PROVIDERS names.
`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REGISTRY = 'src/server/connectors/registry.ts';
const README = 'README.md';
const COMPOSE = 'compose.yaml';
const EXAMPLE = '.env.example';
const ID = /^(?=.{2,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What a person types, by kind. */
const FIELDS = { 'api-key': ['key'], 'server-address': ['url', 'key'], qr: ['phone'], oauth: [] };
type Kind = keyof typeof FIELDS;

/** English stands in for languages that are not here. */
const WORDS: Record<string, Record<string, string>> = {
  summary: {
    en: 'Messages from',
    es: 'Mensajes de',
    pt: 'Mensagens de',
    tr: 'Mesajların geldiği hizmet:',
    id: 'Pesan dari',
  },
  key: {
    en: 'API key',
    es: 'Clave de API',
    pt: 'Chave de API',
    tr: 'API anahtarı',
    id: 'Kunci API',
  },
  url: {
    en: 'Server address',
    es: 'Dirección del servidor',
    pt: 'Endereço do servidor',
    tr: 'Sunucu adresi',
    id: 'Alamat server',
  },
  phone: {
    en: 'Phone number',
    es: 'Número de teléfono',
    pt: 'Número de telefone',
    tr: 'Telefon numarası',
    id: 'Nomor telepon',
  },
};

interface Order {
  id: string;
  /** What people call the service. */
  title: string;
  kind: Kind;
}

/** Something the person typed, or the state of the project, that stops us. */
class Refusal extends Error {}

try {
  const order = readOrder(process.argv.slice(2));
  process.stdout.write(order === undefined ? HELP : create(order));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\nSee: npm run new:connector -- --help\n`);
  process.exitCode = 1;
}

/** `undefined`: only help was asked for. */
function readOrder(argv: string[]): Order | undefined {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) {
    throw new Refusal('Give exactly one id, e.g. acme-desk.');
  }
  if (!ID.test(id)) {
    throw new Refusal(
      `The id ${JSON.stringify(id)} must be 2 to 32 of a-z, 0-9 and -, beginning with a letter.`,
    );
  }
  const { auth } = values;
  if (auth !== 'oauth' && auth !== 'qr' && auth !== 'api-key') {
    throw new Refusal('Give --auth oauth, --auth qr or --auth api-key.');
  }
  const hasAddress = values['server-address'] === true;
  if (hasAddress && auth !== 'api-key') {
    throw new Refusal('--server-address goes with --auth api-key only.');
  }
  const title = values.name?.trim() ?? wordsOf(id).join(' ');
  // It becomes part of comments and test titles.
  if (!/^[\p{L}\p{N} .&+-]{1,60}$/u.test(title)) {
    throw new Refusal('The name may hold letters, digits, spaces and . & + - only.');
  }
  return { id, title, kind: hasAddress ? 'server-address' : auth };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        auth: { type: 'string' },
        name: { type: 'string' },
        'server-address': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error));
  }
}

/** Writes every file, or none; returns the report. */
function create(order: Order): string {
  const { id, title } = order;
  const code: Record<string, string> = {
    [`src/server/connectors/${id}.ts`]: fillTemplate(order, 'connector'),
    [`src/server/connectors/${id}/carrier.ts`]: fillTemplate(order, 'carrier'),
    [`tests/connectors/${id}.test.ts`]: fillTemplate(order, 'test'),
    [`tests/connectors/support/${id}-messages.ts`]: fillTemplate(order, 'double'),
  };
  const [connectorPath = '', carrierPath = '', testPath = ''] = Object.keys(code);
  const variables = [
    ...new Set(code[connectorPath]?.match(RegExp(`\\b${envOf(id)}_[A-Z_]+(?=:)`, 'g'))),
  ];
  refuseTaken(order, variables, [...Object.keys(code), dirname(carrierPath)]);
  code[REGISTRY] = addToRegistry(read(REGISTRY), id);
  for (const path of globSync('i18n/*.json', { cwd: ROOT })) {
    code[path] = addTexts(read(path), basename(path, '.json'), order);
  }
  const files = { ...code, ...tellOperators(variables, title) };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(`${ROOT}/${path}`), { recursive: true });
    writeFileSync(`${ROOT}/${path}`, text);
  }
  const biome = `${ROOT}/node_modules/@biomejs/biome/bin/biome`;
  execFileSync(process.execPath, [biome, 'check', '--write', ...Object.keys(code)], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return `${title} is there:
${Object.keys(files)
  .map((path) => `  ${path}`)
  .join('\n')}

Set ${variables.join(', ')} to offer it, and try it out:
  npm run test:unit -- ${testPath} --selectProjects unit

Then make ${connectorPath} and ${carrierPath} speak to the real service, the double
in the test answer as that service does, and the texts in i18n/ say what people need: docs/connectors.md.
`;
}

/** An id that would overwrite a file, or whose names mean something else already. */
function refuseTaken(order: Order, variables: string[], paths: string[]): void {
  const { id } = order;
  const taken = (what: string) => new Refusal(`The id ${id} is taken: ${what}.`);
  for (const path of paths) if (existsSync(`${ROOT}/${path}`)) throw taken(`${path} exists`);
  const sources = globSync(['src/server/config.ts', 'src/server/connectors/**/*.ts'], {
    cwd: ROOT,
  });
  const known = sources.map(read).join('\n');
  const variable = variables.find((name) => RegExp(`\\b${name}:`).test(known));
  if (variable !== undefined) throw taken(`${variable} means something else`);
  // Every variable beginning so must be one of Kommo's.
  if (/^kommo(-|$)/.test(id)) throw new Refusal('The id may not begin with kommo.');
  const name = camelOf(id);
  const code = template(order, 'connector') + read(REGISTRY);
  if (RegExp(`\\b${name}\\b`).test(code) || !isIdentifier(name)) {
    throw taken(`${name} is a word of the code`);
  }
}

function isIdentifier(name: string): boolean {
  try {
    return new Script(`'use strict'; const ${name} = 0;`) !== undefined;
  } catch {
    return false;
  }
}

/** What is made of a template: the connector, its messages, their double, and the test of both. */
type Part = 'connector' | 'carrier' | 'double' | 'test';

function template({ kind }: Order, part: Part): string {
  const folder = 'src/dev/connector-templates';
  if (part === 'carrier' || part === 'double') return read(`${folder}/${part}.txt`);
  const name = kind === 'server-address' ? 'api-key' : kind;
  const text = read(`${folder}/${name}.${part}.txt`);
  return text.replace('__MESSAGES__\n', read(`${folder}/messages.test.txt`));
}

/** A line that ends in `//[kind]`, or `//[kind kind]`, is for these kinds only. */
function fillTemplate(order: Order, part: Part): string {
  const { id, title, kind } = order;
  return template(order, part)
    .replaceAll(/^(.*) \/\/\[(.+)\]\n/gm, (_line, text, only) =>
      only.split(' ').includes(kind) ? `${text}\n` : '',
    )
    .replaceAll('__ID__', id)
    .replaceAll('__CAMEL__', camelOf(id))
    .replaceAll('__PASCAL__', wordsOf(id).join(''))
    .replaceAll('__ENV__', envOf(id))
    .replaceAll('__NAME__', title);
}

/** The variables, wherever an operator looks for them. */
function tellOperators(variables: string[], title: string): Record<string, string> {
  const names = variables.map((name) => `\`${name}\``).join(', ');
  const lines = variables.map((name) => `    ${name}: \${${name}:-}\n`);
  const examples = variables.map((name) => `# Offers ${title}.\n# ${name}=change-me\n`);
  return {
    [README]: insert(README, '| `OAUTH_PROVIDERS` |', `| ${names} | offers ${title} |\n`),
    [COMPOSE]: insert(COMPOSE, '    # A path in the container:', lines.join('')),
    [EXAMPLE]: insert(EXAMPLE, '# A file that describes further OAuth', examples.join('')),
  };
}

/** @returns the file with `text` above the line that begins so */
function insert(path: string, before: string, text: string): string {
  const now = read(path);
  const place = now.indexOf(`\n${before}`) + 1;
  if (place === 0) throw new Refusal(`${path} cannot be edited: there is no line "${before}".`);
  return now.slice(0, place) + text + now.slice(place);
}

/** Adds the import, which the formatter puts in its place, and the line that offers the connector. */
function addToRegistry(text: string, id: string): string {
  const name = camelOf(id);
  const marker = '  // `npm run new:connector` adds its line above this one.\n';
  if (!text.includes(marker)) {
    throw new Refusal('The registry cannot be edited: the line that says where is gone.');
  }
  const line = name === id ? `  ${name},\n` : `  '${id}': ${name},\n`;
  return `import { ${name} } from './${id}.ts';\n${text.replace(marker, line + marker)}`;
}

function addTexts(text: string, language: string, { id, title, kind }: Order): string {
  const texts = JSON.parse(text) as { connectors?: object };
  const say = (word: string) => WORDS[word]?.[language] ?? WORDS[word]?.en;
  const fields = FIELDS[kind].map((name) => [name, say(name)]);
  const own = {
    title,
    summary: `${say('summary')} ${title}.`,
    ...(fields.length > 0 && { fields: Object.fromEntries(fields) }),
  };
  texts.connectors = { ...texts.connectors, [id]: own };
  return `${JSON.stringify(texts, null, 2)}\n`;
}

/** `acme-desk` as `['Acme', 'Desk']`. */
function wordsOf(id: string): string[] {
  return id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
}

function camelOf(id: string): string {
  return id.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
}

function envOf(id: string): string {
  return id.replaceAll('-', '_').toUpperCase();
}

function read(path: string): string {
  return readFileSync(`${ROOT}/${path}`, 'utf8');
}
