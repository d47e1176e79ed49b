import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import webpack, { type MultiConfiguration, type MultiStats, type Stats } from 'webpack';
import { offeredServices } from '../brand/brand.ts';
import type { SourceFault } from '../contract/development.ts';
import { BrandRefused, type OpenBrand, openBrand } from './brand/open-brand.ts';
import { type BuildError, readBuildErrors } from './build-errors.ts';
import { DEVELOPMENT_MARK } from './development-mark.ts';
import { OWN_SCRIPTS } from './own-files.ts';
import { PackageRefused } from './package-refused.ts';
import { PROJECT } from './project.ts';
import { describeFault } from './source-fault.ts';

/** Webpack refused the sources, for these faults. */
export class BundleError extends Error {
  readonly faults: readonly SourceFault[];

  constructor(faults: readonly SourceFault[]) {
    super(faults.map(describeFault).join('\n'));
    this.name = 'BundleError';
    this.faults = faults;
  }
}

/** What only a development build has; none of it is in the package of a release. */
const DEVELOPMENT_SCRIPTS = ['entry', 'client'];

/** The result of one webpack run. */
export interface Bundle {
  /** Folder with the emitted files and nothing else. */
  folder: string;
  /** Of a development build: folder with what is uploaded in place of `script.js`, and what that one fetches. */
  developmentFolder: string;
  /** Absolute paths of the third-party modules in the minified files. */
  vendorModules: string[];
}

/** What `webpack.config.js` is told. */
interface Environment {
  outDir: string;
  /** The services that the widget offers, and the file they stand in. */
  services: { file: string; read: () => string[] | null };
  /** What the scripts of a development build know besides. */
  development?: Record<string, string>;
}

/** @throws BundleError */
export async function bundleWidget(outDir: string, open: OpenBrand): Promise<Bundle> {
  const compiler = webpack(await configuration(outDir, open));
  const stats = await new Promise<MultiStats>((resolve, reject) => {
    compiler.run((error, result) => {
      compiler.close(() => (result ? resolve(result) : reject(error ?? new Error('no result'))));
    });
  });
  return joinParts(stats.stats.map(readPart), outDir);
}

/**
 * Makes a development build now and after every change, until `close`.
 *
 * @param open its file is watched, too
 * @param origin where the uploaded script fetches everything else from
 * @param onBundle gets each result, or the error of a build that failed; watching continues either way
 */
export async function watchWidget(
  outDir: string,
  open: OpenBrand,
  origin: string,
  onBundle: (bundle: Bundle | Error) => void,
): Promise<{ close(): Promise<void> }> {
  const development = { DEVELOPMENT_ORIGIN: origin, DEVELOPMENT_MARK };
  const compiler = webpack(await configuration(outDir, open, development));
  // Webpack reports the parts that it has built anew; what was wrong with the others still is.
  const parts = new Map<string, BuiltPart>();
  const watching = compiler.watch({ aggregateTimeout: 50 }, (error, stats) => {
    if (!stats) return onBundle(error ?? new Error('webpack gave no result'));
    for (const part of stats.stats.map(readPart)) parts.set(part.name, part);
    try {
      onBundle(joinParts([...parts.values()], outDir));
    } catch (failure) {
      onBundle(failure instanceof Error ? failure : new Error(String(failure)));
    }
  });
  return { close: () => new Promise((resolve) => watching?.close(() => resolve())) };
}

async function configuration(
  outDir: string,
  { brand, path }: OpenBrand,
  development?: Record<string, string>,
): Promise<MultiConfiguration> {
  // Emptied here, not by webpack, whose builds write to the same folder one after the other.
  for (const folder of ['webpack', 'development']) {
    rmSync(`${outDir}/${folder}`, { recursive: true, force: true });
  }
  const url = pathToFileURL(`${PROJECT}/webpack.config.js`).href;
  const { default: configure } = (await import(url)) as {
    default: (env: Environment) => MultiConfiguration;
  };
  let services = offeredServices(brand) ?? null;
  const read = () => {
    try {
      services = offeredServices(openBrand(path).brand) ?? null;
    } catch (error) {
      // Whoever collects the files tells of a brand that became faulty; until it is mended the last good one counts.
      if (!(error instanceof BrandRefused || error instanceof PackageRefused)) throw error;
    }
    return services;
  };
  return configure({ outDir, services: { file: path, read }, development });
}

/** What one of webpack's builds has come to. */
export interface BuiltPart {
  name: string;
  errors: readonly BuildError[];
  /** Absolute paths of what it has packed. */
  modules: ReadonlySet<string>;
}

function readPart(stats: Stats): BuiltPart {
  const { errors = [] } = stats.toJson({ all: false, errors: true }) as { errors?: BuildError[] };
  return { name: stats.compilation.name ?? '', errors, modules: modulesOf(stats) };
}

/** @throws BundleError when something is wrong with one of the parts, or with them together */
export function joinParts(parts: readonly BuiltPart[], outDir: string): Bundle {
  const errors = parts.flatMap((part) => part.errors);
  if (errors.length > 0) throw new BundleError(readBuildErrors(errors));
  const own = new Map<string, string>();
  const others = new Set<string>();
  const doubled: SourceFault[] = [];
  for (const { name, modules } of parts) {
    if (DEVELOPMENT_SCRIPTS.includes(name)) continue;
    for (const path of modules) {
      if (!OWN_SCRIPTS.includes(`${name}.js`)) others.add(path);
      else if (own.has(path)) doubled.push(shippedTwice(path, own.get(path), name));
      else own.set(path, name);
    }
  }
  if (doubled.length > 0) throw new BundleError(doubled);
  return {
    folder: `${outDir}/webpack`,
    developmentFolder: `${outDir}/development`,
    vendorModules: [...others].sort(),
  };
}

/** Absolute paths of what one of webpack's builds has packed. */
function modulesOf(part: Stats): Set<string> {
  const shown = { all: false, modules: true, nestedModules: true, modulesSpace: 10_000 };
  const modules = (part.toJson(shown).modules ?? []).flatMap((module) => [
    module,
    ...(module.modules ?? []),
  ]);
  return new Set(modules.map((module) => module.nameForCondition).filter((name) => name != null));
}

function shippedTwice(path: string, first: string | undefined, second: string): SourceFault {
  const file = relative(`${PROJECT}/src/widget`, path);
  const message =
    `would be shipped twice, in ${first}.js and in ${second}.js. ` +
    `Let one part lend it: add "export * from '../${file}';" to src/widget/parts/app.ts.`;
  return { kind: 'build', file: relative(PROJECT, path), message };
}
