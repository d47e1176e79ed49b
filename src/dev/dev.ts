import { mkdirSync, watch } from 'node:fs';
import { collectFiles, PackageRefused, writePackage } from '../pack/build-widget.ts';
import { type Bundle, BundleError, watchWidget } from '../pack/bundle.ts';
import { PROJECT } from '../pack/project.ts';
import type { StackAddresses } from './development-settings.ts';
import { runStack } from './stack.ts';

const HELP = `npm run dev - as npm start, and a saved file shows in the open settings: the widget is rebuilt and the page
reloads, the backend restarts. Its output is in dist/dev, dist/widget.zip stays as it is.
`;

/** Separate from the release build, so that no one uploads an unfinished state. */
const OUT_DIR = `${PROJECT}/dist/dev`;
/** Editors write a file in several steps, but one rebuild is enough. */
const SETTLE_MS = 80;

let emulatorPort: number | undefined;
let lastBundle: Bundle | undefined;

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  let stopWatching: (() => Promise<void>) | undefined;
  await runStack({
    build: async (say) => {
      say('widget     building, then watching');
      stopWatching = await startWatching();
      say('widget     built; watching src/widget, i18n, images and manifest.json');
    },
    widget: `${OUT_DIR}/widget`,
    backendOptions: ['--watch', '--watch-preserve-output'],
    onReady: (addresses: StackAddresses) => {
      emulatorPort = addresses.emulatorPort;
    },
  });
  await stopWatching?.();
  // Webpack's file watchers and ours would keep the process alive.
  process.exit();
}

/** Resolves after the first good build. */
async function startWatching(): Promise<() => Promise<void>> {
  mkdirSync(OUT_DIR, { recursive: true });
  const first = Promise.withResolvers<void>();
  const watching = await watchWidget(OUT_DIR, (result) => {
    if (result instanceof Error) return report(result);
    lastBundle = result;
    if (publish(result)) first.resolve();
  });
  watchShownFiles();
  await first.promise;
  return () => watching.close();
}

/** Watches what webpack does not read: texts, images and the manifest. */
function watchShownFiles(): void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (lastBundle !== undefined) publish(lastBundle);
    }, SETTLE_MS);
  };
  for (const path of ['i18n', 'images', 'manifest.json']) watch(`${PROJECT}/${path}`, changed);
}

function publish(bundle: Bundle): boolean {
  try {
    writePackage(collectFiles(bundle), OUT_DIR);
  } catch (error) {
    report(error);
    return false;
  }
  void reloadPages();
  return true;
}

/** Asks the emulator to reload its open pages with the new widget. */
async function reloadPages(): Promise<void> {
  if (emulatorPort === undefined) return;
  const address = `http://127.0.0.1:${emulatorPort}/__emulator/reload`;
  const answer = await fetch(address, { method: 'POST' }).catch((error: unknown) => error);
  const isDone = answer instanceof Response && answer.ok;
  process.stdout.write(isDone ? 'widget     rebuilt, pages reload\n' : 'widget     rebuilt\n');
}

/** Prints a mistake in the sources. The last good widget stays on the page. */
function report(error: unknown): void {
  if (error instanceof BundleError || error instanceof PackageRefused) {
    process.stderr.write(`${error.message}\n`);
  } else throw error;
}
