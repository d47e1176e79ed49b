import { relative } from 'node:path';
import type { OpenBrand } from '../pack/brand/open-brand.ts';
import { PROJECT } from '../pack/project.ts';
import { watchSources } from './development-build.ts';
import { openServer } from './development-server.ts';
import { readLiveOrigin } from './live-origin.ts';
import { interruption } from './stack.ts';
import { UsageError } from './usage-error.ts';

const OUT_DIR = `${PROJECT}/dist/live`;
/** A tunnel that has just been opened may take a while to be found. */
const ANSWER_MS = 10_000;

/**
 * Serves the widget to a real Kommo account, until Ctrl-C.
 *
 * @param address where Kommo's page finds this machine's `port`
 * @param brand what the widget carries; its file is watched
 * @throws UsageError, NotReady
 */
export async function developLive(
  address: string,
  port: number,
  brand: OpenBrand,
  say: (line: string) => void,
): Promise<void> {
  const origin = readLiveOrigin('--live', address);
  const backend = readBackend();
  const signal = interruption();
  const server = await openServer(port);
  let packages = 0;
  say('building, then watching');
  const sources = await watchSources({
    brand,
    origin,
    outDir: OUT_DIR,
    server,
    say,
    onPackage: () => {
      packages += 1;
      if (packages > 1) say(`${zip()} has changed: upload it again to see that part in Kommo`);
    },
  });
  say('built; watching src/widget, i18n, images, the brand and manifest.json');
  say(`upload ${zip()} to a private integration of your account. It calls the backend ${backend}`);
  say(await whereItLeads(origin));
  if (!signal.aborted) {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
  }
  say('stopping');
  await sources.close();
  await server.close();
  // Webpack's file watchers and ours would keep the process alive.
  process.exit();
}

/** The backend is not started here: Kommo knows another one, and so does the browser. */
function readBackend(): string {
  const address = process.env.WIDGET_API_URL;
  if (address) return readLiveOrigin('WIDGET_API_URL', address);
  throw new UsageError(
    'Set WIDGET_API_URL to the backend of your integration: WIDGET_API_URL=https://connector.example.com npm run dev -- --live https://my-tunnel.example.com',
  );
}

/** Asks for itself at the given address. */
async function whereItLeads(origin: string): Promise<string> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(`${origin}/development/client.js`, { signal });
    const type = answer.headers.get('content-type') ?? '';
    await answer.body?.cancel();
    if (answer.ok && type.includes('javascript')) return `${origin} leads here`;
    return `${origin} does not lead here (it answers ${answer.status}, ${type}): see to the tunnel`;
  } catch (error) {
    const { cause, message } = error as Error;
    return `${origin} does not lead here yet (${cause instanceof Error ? cause.message : message}): see to the tunnel`;
  }
}

function zip(): string {
  return relative('', `${OUT_DIR}/widget.zip`);
}
