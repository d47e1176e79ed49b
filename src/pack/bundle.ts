import { rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import webpack, { type MultiConfiguration, type MultiStats } from 'webpack';
import { PROJECT } from './project.ts';

/** Webpack refused the sources; the message is its own list of errors. */
export class BundleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BundleError';
  }
}

/** The result of one webpack run. */
export interface Bundle {
  /** Folder with the emitted files and nothing else. */
  folder: string;
  /** Absolute paths of the third-party modules in the minified files. */
  vendorModules: string[];
}

/** @throws BundleError */
export async function bundleWidget(outDir: string): Promise<Bundle> {
  const compiler = webpack(await configuration(outDir));
  const stats = await new Promise<MultiStats>((resolve, reject) => {
    compiler.run((error, result) => {
      compiler.close(() => (result ? resolve(result) : reject(error ?? new Error('no result'))));
    });
  });
  return readStats(stats, outDir);
}

/**
 * Builds now and after every change, until `close`.
 *
 * @param onBundle gets each result, or the error of a build that failed; watching continues either way
 */
export async function watchWidget(
  outDir: string,
  onBundle: (bundle: Bundle | Error) => void,
): Promise<{ close(): Promise<void> }> {
  const compiler = webpack(await configuration(outDir));
  const watching = compiler.watch({ aggregateTimeout: 50 }, (error, stats) => {
    if (!stats) return onBundle(error ?? new Error('webpack gave no result'));
    try {
      onBundle(readStats(stats, outDir));
    } catch (failure) {
      onBundle(failure instanceof Error ? failure : new Error(String(failure)));
    }
  });
  return { close: () => new Promise((resolve) => watching?.close(() => resolve())) };
}

async function configuration(outDir: string): Promise<MultiConfiguration> {
  // Emptied here, not by webpack, whose builds write to the same folder one after the other.
  rmSync(`${outDir}/webpack`, { recursive: true, force: true });
  const url = pathToFileURL(`${PROJECT}/webpack.config.js`).href;
  const { default: configure } = (await import(url)) as {
    default: (env: { outDir: string }) => MultiConfiguration;
  };
  return configure({ outDir });
}

function readStats(stats: MultiStats, outDir: string): Bundle {
  if (stats.hasErrors()) {
    throw new BundleError(stats.toString({ preset: 'errors-only', colors: false }));
  }
  const modules = stats.stats
    .filter((part) => part.compilation.name !== 'widget')
    .flatMap((part) => {
      const shown = { all: false, modules: true, nestedModules: true, modulesSpace: 10_000 };
      return (part.toJson(shown).modules ?? []).flatMap((module) => [
        module,
        ...(module.modules ?? []),
      ]);
    });
  const paths = modules.map((module) => module.nameForCondition).filter((name) => name != null);
  return { folder: `${outDir}/webpack`, vendorModules: [...new Set(paths)].sort() };
}
