import { parseArgs } from 'node:util';
import { BrandRefused, brandPath, type OpenBrand, openBrand } from '../pack/brand/open-brand.ts';
import { PackageRefused } from '../pack/package-refused.ts';
import { PROJECT } from '../pack/project.ts';
import { watchSources } from './development-build.ts';
import { openServer } from './development-server.ts';
import type { StackAddresses } from './development-settings.ts';
import { developLive } from './live.ts';
import { NotReady } from './readiness.ts';
import { readPort, runStack } from './stack.ts';
import { UsageError } from './usage-error.ts';

const HELP = `npm run dev - as npm start, and a saved file shows in the open settings, which stay where they are; what is wrong
with the sources shows in the page and here. The backend restarts. dist/widget.zip stays as it is.

  --live <address>   develops in a real Kommo account instead: makes dist/live/widget.zip, to be uploaded once to a
                     private integration, and serves it the widget at that https address, which must lead to DEV_PORT
                     of this machine. Backend and Kommo are yours: set WIDGET_API_URL. docs/development.md has each step

  --brand <file>     widget and backend with that brand instead of brand.json (BRAND_FILE says the same); saving it shows, too
  DEV_PORT           where this serves the widget to pages (9100)
  PORT, EMULATOR_PORT, DATA_DIR, DATABASE_URL   as with npm start
`;

/** Separate from the release build, so that no one uploads an unfinished state. */
const OUT_DIR = `${PROJECT}/dist/dev`;
/** What the backend reads at its start. */
const BACKEND = [
  'src/server',
  'src/contract',
  'src/brand',
  'i18n/pages',
  'i18n/messages',
  'docs/help',
];

try {
  const { help, live, brand } = readOptions();
  if (help) process.stdout.write(HELP);
  else await develop(live, brandPath(brand));
} catch (error) {
  if (!isExpected(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** A mistake on the command line or in the sources, which the message explains. */
function isExpected(error: unknown): error is Error {
  return [UsageError, NotReady, BrandRefused, PackageRefused].some((kind) => error instanceof kind);
}

/** @throws UsageError */
function readOptions(): { help?: boolean; live?: string; brand?: string } {
  const options = {
    help: { type: 'boolean' },
    live: { type: 'string' },
    brand: { type: 'string' },
  } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee npm run dev -- --help.`);
  }
}

async function develop(live: string | undefined, brandFile: string): Promise<void> {
  // Before anything is started: a brand that becomes faulty later leaves the last good one in use.
  const brand = openBrand(brandFile);
  // For the backend, which is a process of its own.
  process.env.BRAND_FILE = brandFile;
  if (live === undefined) await developHere(brand);
  else await developLive(live, readPort('DEV_PORT'), brand, say);
}

/** In the emulated Kommo, with a backend of its own. */
async function developHere(brand: OpenBrand): Promise<void> {
  const port = readPort('DEV_PORT');
  let emulatorPort: number | undefined;
  let stop = async (): Promise<void> => undefined;
  await runStack({
    build: async () => {
      say('building, then watching');
      const server = await openServer(port);
      const sources = await watchSources({
        brand,
        origin: `http://localhost:${server.port}`,
        outDir: OUT_DIR,
        server,
        say,
        // Manifest and pictures are the page's own: it has to load anew.
        onPackage: () => void reloadPages(emulatorPort),
      });
      stop = async () => {
        await sources.close();
        await server.close();
      };
      say('built; watching src/widget, i18n, images, the brand and manifest.json');
    },
    widget: `${OUT_DIR}/widget`,
    backendFolders: BACKEND.map((folder) => `${PROJECT}/${folder}`),
    onReady: (addresses: StackAddresses) => {
      emulatorPort = addresses.emulatorPort;
    },
  });
  await stop();
  // Webpack's file watchers and ours would keep the process alive.
  process.exit();
}

/** Asks the emulator to load its open pages anew. */
async function reloadPages(emulatorPort: number | undefined): Promise<void> {
  if (emulatorPort === undefined) return;
  const address = `http://127.0.0.1:${emulatorPort}/__emulator/reload`;
  await fetch(address, { method: 'POST' }).catch(() => undefined);
}

function say(line: string): void {
  process.stdout.write(`widget     ${line}\n`);
}
