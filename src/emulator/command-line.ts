import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Seed } from './kommo/seed.ts';
import { openStateFile, type StateFile } from './kommo/state-file.ts';
import type { SuppliedAnswer, SuppliedModule } from './kommo/supplies.ts';
import { readAnswerForm, readModuleForm } from './kommo/supply-forms.ts';

/** In the repository the sources themselves run, and npm names them; the package has compiled files. */
const PROGRAM = import.meta.url.endsWith('.ts')
  ? 'npm run emulator -- [options]'
  : 'kommo-widget-emulator [options]';

export const HELP = `Opens any Kommo or amoCRM widget in an emulated Kommo on this machine.

  ${PROGRAM}

  --widget <folder|zip>  the widget to show
  --watch                reload open pages when a file of the widget changes
  --check                only say what Kommo would refuse in the widget; exit 1 if anything
  --port <number>        where to listen (9000; 0 for any free port)
  --backend <url>        the integration's backend (http://localhost:8080): its redirect URI is
                         <url>/kommo/oauth/callback, its disable hook <url>/kommo/disabled
  --seed <file.json>     accounts, users, pipelines, integrations, channels and switches to start from
  --state-file <file>    keep the state there over restarts
  --module <name=file>   an AMD or UMD module the page offers to widgets under that name, beside Kommo's
                         own modules or in place of one; may be repeated
  --answer <form>        what an address of Kommo answers, before the emulator's own answer; may be repeated:
                           "GET /ajax/v1/tags/list=tags.json"   the file, with its extension's content type
                           "POST /ajax/notes=201:note.json"     the file, with that status
                           "DELETE /api/v4/leads/:id=204"       the status alone
                         The method may be *, a part of the path :name, its end *. Queries do not count.
                         An answer to GET /tmpl/<name>.twig is also a template for render({ ref }).
  --help                 this text

Files of --widget, --module and --answer are read again when they change.

Once it runs: the account's integrations page is at http://demo.kommo.localhost:<port>/settings/widgets/ ,
the remote control at http://kommo.localhost:<port>/__emulator/state (requests, log, verdict, faults, switches …).
`;

const OPTIONS = {
  widget: { type: 'string' },
  watch: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  port: { type: 'string', default: '9000' },
  backend: { type: 'string' },
  seed: { type: 'string' },
  'state-file': { type: 'string' },
  module: { type: 'string', multiple: true },
  answer: { type: 'string', multiple: true },
  help: { type: 'boolean', default: false },
} as const;

/** A mistake on the command line, reported in one line. */
export class UsageError extends Error {}

/** @throws UsageError for an option that does not exist */
export function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee --help.`);
  }
}

/** @throws UsageError */
export function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError('--port: 0 to 65535 is expected.');
}

/** @throws UsageError */
export function openFile(path: string): StateFile {
  try {
    return openStateFile(path);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError */
export function readSeed(path: string): Seed {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Seed;
  } catch (error) {
    throw new UsageError(`--seed ${path}: ${(error as Error).message}`);
  }
}

/** @throws UsageError */
export function readBackend(url: string): string {
  const isOrigin = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isOrigin) throw new UsageError('--backend: an http or https address is expected.');
  return new URL(url).origin;
}

/** @throws UsageError for a wrong form, a missing file, or a name given twice */
export function readModules(forms: readonly string[] = []): SuppliedModule[] {
  const modules = forms.map((form) => usage('--module', () => readModuleForm(form)));
  for (const { name, file } of modules) needFile('--module', file, name);
  refuseTwice(
    '--module',
    modules.map(({ name }) => name),
  );
  return modules;
}

/** @throws UsageError for a wrong form, a missing file, or an address given twice */
export function readAnswers(forms: readonly string[] = []): SuppliedAnswer[] {
  const answers = forms.map((form) => usage('--answer', () => readAnswerForm(form)));
  for (const { method, path, file } of answers) {
    if (file !== undefined) needFile('--answer', file, `${method} ${path}`);
  }
  refuseTwice(
    '--answer',
    answers.map(({ method, path }) => `${method} ${path}`),
  );
  return answers;
}

function usage<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${option} ${(error as Error).message}`);
  }
}

function needFile(option: string, file: string, name: string): void {
  if (!existsSync(file)) throw new UsageError(`${option} ${name}: there is no file ${file}`);
}

function refuseTwice(option: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${option} ${twice}: it is given twice`);
}
