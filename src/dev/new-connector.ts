import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  editRegistry,
  editSettings,
  editTexts,
  fillTemplate,
  type Kind,
  type Names,
  namesOf,
  variablesOf,
} from './connector-edits.ts';

const HELP = `Starts a connector for one more chat service.

  npm run new:connector -- <id> --auth oauth|qr|api-key [--name "Acme Desk"] [--server-address]

  <id>              2 to 32 of a-z, 0-9 and -, e.g. acme-desk; stored with every channel and never changed
  --auth            how people prove to the service that the account is theirs
  --name            what people call the service; made from the id otherwise
  --server-address  with api-key: admins also type the address of their own server, which is then
                    called through the address guard
  --help            this text

It writes the connector, its settings, its line in the registry, its texts in every language, and a test
that runs the common battery against a small double of the service. All of it works at once; then make
both the connector and the double do what the service really does.

A provider that follows OpenID Connect needs no connector: describe it in the file OAUTH_PROVIDERS names.
`;

const ROOT = new URL('../../', import.meta.url);
const ID = /^(?=.{2,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const KINDS: Record<string, Kind> = { oauth: 'oauth', qr: 'qr', 'api-key': 'api-key' };

interface Order {
  names: Names;
  kind: Kind;
}

/** A mistake in the arguments, or a state of the project, that prevents the edit. */
class Refusal extends Error {}

try {
  const order = readOrder(process.argv.slice(2));
  if (order === undefined) process.stdout.write(HELP);
  else process.stdout.write(report(order, write(plan(order))));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\nSee: npm run new:connector -- --help\n`);
  process.exitCode = 1;
}

/** @returns undefined when only the help was requested */
function readOrder(argv: string[]): Order | undefined {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0)
    throw new Refusal('Give exactly one id, e.g. acme-desk.');
  if (!ID.test(id)) {
    throw new Refusal(
      `The id ${JSON.stringify(id)} must be 2 to 32 of a-z, 0-9 and -, beginning with a letter.`,
    );
  }
  const auth = KINDS[values.auth ?? ''];
  if (auth === undefined) throw new Refusal('Give --auth oauth, --auth qr or --auth api-key.');
  if (values['server-address'] && auth !== 'api-key') {
    throw new Refusal('--server-address goes with --auth api-key only.');
  }
  const title = values.name?.trim();
  // The name becomes part of comments and test titles.
  if (title !== undefined && !/^[\p{L}\p{N} .&+-]{1,60}$/u.test(title)) {
    throw new Refusal('The name may hold letters, digits, spaces and . & + - only.');
  }
  const kind = values['server-address'] ? 'server-address' : auth;
  const order = { names: namesOf(id, title), kind };
  refuseTaken(order);
  return order;
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

/** Refuses an id that would overwrite a file, or whose variables already mean something else. */
function refuseTaken({ names, kind }: Order): void {
  const { id, env } = names;
  for (const path of [connectorPath(id), testPath(id)]) {
    if (existsSync(new URL(path, ROOT)))
      throw new Refusal(`The id ${id} is taken: ${path} exists.`);
  }
  const known = ['src/server/config.ts', 'src/server/connectors/connector-settings.ts']
    .map(read)
    .join('\n');
  const taken = variablesOf(names, kind).find((name) => known.includes(`'${name}'`));
  if (taken !== undefined)
    throw new Refusal(`The id ${id} is taken: ${taken} means something else.`);
  // Variables with this prefix are Kommo's.
  if (env.startsWith('KOMMO_') || env === 'KOMMO')
    throw new Refusal('The id may not begin with kommo.');
}

/** Every file to write, by path. Nothing is written yet. */
function plan({ names, kind }: Order): Map<string, string> {
  const template = (part: string) =>
    fillTemplate(read(`src/dev/connector-templates/${kind}.${part}.txt`), names);
  const files = new Map<string, string>();
  const edit = (path: string, change: (text: string) => string) => {
    try {
      files.set(path, change(read(path)));
    } catch (error) {
      throw new Refusal(
        `${path} cannot be edited: ${error instanceof Error ? error.message : error}`,
      );
    }
  };
  files.set(connectorPath(names.id), template('connector'));
  files.set(testPath(names.id), template('test'));
  edit('src/server/connectors/registry.ts', (text) => editRegistry(text, names));
  edit('src/server/connectors/connector-settings.ts', (text) => editSettings(text, names, kind));
  for (const file of readdirSync(new URL('i18n/', ROOT))) {
    if (!file.endsWith('.json')) continue;
    const language = file.slice(0, -'.json'.length);
    edit(`i18n/${file}`, (text) => editTexts(text, language, names, kind));
  }
  return files;
}

/** Writes the files in the project's format; returns their paths. */
function write(files: Map<string, string>): string[] {
  for (const [path, text] of files) writeFileSync(new URL(path, ROOT), text);
  const paths = [...files.keys()];
  const biome = fileURLToPath(new URL('node_modules/@biomejs/biome/bin/biome', ROOT));
  execFileSync(process.execPath, [biome, 'check', '--write', ...paths], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return paths;
}

function report({ names, kind }: Order, paths: string[]): string {
  return `${names.title} is there:
${paths.map((path) => `  ${path}`).join('\n')}

Set ${variablesOf(names, kind).join(', ')} to offer it, and try it out:
  npm run test:unit -- ${testPath(names.id)} --selectProjects unit

Then make ${connectorPath(names.id)} speak to the real service, the double in
${testPath(names.id)} answer as that service does, and the texts in i18n/ say what people need.
`;
}

function connectorPath(id: string): string {
  return `src/server/connectors/${id}.ts`;
}

function testPath(id: string): string {
  return `tests/connectors/${id}.test.ts`;
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}
