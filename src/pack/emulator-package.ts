import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { PROJECT } from './project.ts';

const SOURCES = join(PROJECT, 'src', 'emulator');
/** For editors, of whoever installs the package. */
const SCHEMA = join(PROJECT, 'docs', 'manifest.schema.json');
const NAME = 'kommo-widget-emulator';
/** Folder of the compiled emulator inside its package. */
const CODE = 'lib';
/** Sources and what only the project's own tools read. */
const NOT_AN_ASSET = /\.ts$|(^|\/)tsconfig\.json$|(^|\/)README\.md$/;

/** What is read of the project's package.json. */
interface ProjectManifest {
  version: string;
  license: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/**
 * Writes the emulator as an npm package of its own: plain JavaScript that Node 22 runs, and the files it serves.
 *
 * @returns the names of the packages it needs
 * @throws when it needs one that the project does not have, or the folder holds something else
 */
export async function buildEmulatorPackage(outDir: string): Promise<string[]> {
  empty(outDir);
  const needed = new Set<string>();
  for (const file of globSync('**/*', { cwd: SOURCES, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const name = join(file.parentPath, file.name)
      .slice(SOURCES.length + 1)
      .replaceAll(sep, '/');
    const target = join(outDir, CODE, name);
    mkdirSync(dirname(target), { recursive: true });
    if (isCompiled(name)) {
      const script = compile(name);
      for (const found of packagesOf(script)) needed.add(found);
      writeFileSync(target.replace(/\.ts$/, '.js'), script);
    } else if (!NOT_AN_ASSET.test(name)) {
      cpSync(join(SOURCES, name), target);
    }
  }
  for (const served of await servedPackages(outDir)) needed.add(served);
  const names = [...needed].sort();
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(manifestOf(names), null, 2)}\n`);
  writeFileSync(join(outDir, 'README.md'), README);
  cpSync(join(PROJECT, 'LICENSE'), join(outDir, 'LICENSE'));
  cpSync(SCHEMA, join(outDir, basename(SCHEMA)));
  return names;
}

/** Removes an earlier package, and nothing else. */
function empty(outDir: string): void {
  if (!existsSync(outDir)) return;
  const manifest = join(outDir, 'package.json');
  const isOurs = existsSync(manifest) && readFileSync(manifest, 'utf8').includes(`"${NAME}"`);
  if (!isOurs && readdirSync(outDir).length > 0) {
    throw new Error(`${outDir} holds something else than an earlier package`);
  }
  rmSync(outDir, { recursive: true });
}

function isCompiled(name: string): boolean {
  return name.endsWith('.ts') && !name.endsWith('.d.ts');
}

/** Node runs the sources by leaving the types out; older ones, and files below node_modules, need that done before. */
function compile(name: string): string {
  const { outputText } = ts.transpileModule(readFileSync(join(SOURCES, name), 'utf8'), {
    fileName: name,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  return name === 'main.ts' ? `#!/usr/bin/env node\n${outputText}` : outputText;
}

/** Names of the npm packages that a script imports. */
function packagesOf(script: string): string[] {
  return ts
    .preProcessFile(script)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => !/^(\.|\/|node:)/.test(specifier))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
}

/** The libraries that the page gives to widgets as files. Only the emulator itself knows them. */
async function servedPackages(outDir: string): Promise<string[]> {
  const address = pathToFileURL(join(outDir, CODE, 'page', 'host', 'vendor-modules.js'));
  const { servedPackages: list } = (await import(address.href)) as {
    servedPackages: () => string[];
  };
  return list();
}

function manifestOf(needed: readonly string[]): object {
  const project = JSON.parse(
    readFileSync(join(PROJECT, 'package.json'), 'utf8'),
  ) as ProjectManifest;
  const versions = { ...project.devDependencies, ...project.dependencies };
  const unknown = needed.filter((name) => versions[name] === undefined);
  if (unknown.length > 0) {
    throw new Error(`The emulator needs ${unknown.join(', ')}, which package.json does not name`);
  }
  return {
    name: NAME,
    version: project.version,
    description: 'Opens any Kommo or amoCRM widget in an emulated Kommo on this machine',
    license: project.license,
    type: 'module',
    bin: { [NAME]: `${CODE}/main.js` },
    files: [CODE, basename(SCHEMA)],
    engines: { node: '>=22' },
    dependencies: Object.fromEntries(needed.map((name) => [name, versions[name]])),
  };
}

const README = `# kommo-widget-emulator

Opens any Kommo or amoCRM widget, unmodified, in an emulated Kommo on your machine: settings modal, cards, lists, pipeline,
salesbot designer, its own pages, and the APIs behind them. It tells what Kommo would refuse.

    npx kommo-widget-emulator --widget ./my-widget
    npx kommo-widget-emulator --widget ./my-widget --check
    npx kommo-widget-emulator --help

Then open http://demo.kommo.localhost:9000/settings/widgets/ . What it can do is in docs/emulator.md of the project it
is part of. Not made, endorsed or supported by Kommo.
`;
