import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium } from '@playwright/test';
import type { Settings } from '../../src/contract/api.ts';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { isBuilt, LOCAL_API_URL } from '../../src/pack/build-stamp.ts';
import { PROJECT } from '../../src/pack/project.ts';
import { FIFTY, settingsOf } from '../gallery/channels.ts';
import { findBrowser } from '../support/browser.ts';
import { type Figure, median, type Row, type Yardstick } from './figures.ts';
import { generatorDemo, NO_DEMO } from './generator-demo.ts';

const RUNS = Number(process.env.SCREENS_RUNS ?? 7);
/** How much slower than this machine the admin's is. */
const SLOWER = 4;
/** On a busy machine an opening can take this long. */
const PATIENCE_MS = 120_000;
const MARKS = new URL('./screen-marks.js', import.meta.url).pathname;
const BACKEND = process.env.WIDGET_API_URL || LOCAL_API_URL;
const ACCOUNT = { id: 31_263_018, subdomain: 'demo' };
const CLIENT_ID = '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11';

/** A settings page that is opened again and again. */
interface Subject {
  name: 'empty' | 'fifty' | 'demo';
  emulator: Emulator;
  settings: Settings;
}

interface Opening {
  painted: number;
  usable: number;
  /** What the browser had fetched of the widget by then, compressed. */
  bytes: number;
}

/**
 * How the admin comes to the settings. `first`: from the page of integrations, with nothing in the browser's cache.
 * `second`: the same with all of it there. `direct`: by the widget's own address, where Kommo calls `settings` as soon
 * as it has the entry.
 */
type Visit = 'first' | 'second' | 'direct';

/**
 * From Kommo's call of `settings` to something seen and to a list that can be used, with no and with fifty channels,
 * on a processor four times slower. `GENERATOR_DEMO` names a built widget of the vendor's generator to compare with.
 */
export async function measureScreens(): Promise<Row[]> {
  if (!isBuilt()) execFileSync(process.execPath, [`${PROJECT}/src/pack/build.ts`]);
  const backend = new SettingsServer();
  await backend.start();
  try {
    const browser = await launchBrowser(backend.port);
    try {
      return await compareScreens(browser, backend);
    } finally {
      await browser.close();
    }
  } catch (error) {
    if (!(error instanceof NoBrowser)) throw error;
    return [{ name: 'all of screens', why: error.message }];
  } finally {
    await backend.stop();
  }
}

class NoBrowser extends Error {
  constructor(cause: unknown) {
    const [first = ''] = String(cause instanceof Error ? cause.message : cause).split('\n');
    super(`no browser could be started; BROWSER_PATH names one (${first})`, { cause });
    this.name = 'NoBrowser';
  }
}

/** @throws NoBrowser */
async function launchBrowser(backendPort: number): Promise<Browser> {
  try {
    return await chromium.launch({
      ...(await findBrowser()),
      args: [
        '--no-sandbox',
        '--disable-dev-shm-usage',
        `--host-resolver-rules=MAP ${new URL(BACKEND).host} 127.0.0.1:${backendPort}`,
      ],
    });
  } catch (error) {
    throw new NoBrowser(error);
  }
}

async function compareScreens(browser: Browser, backend: SettingsServer): Promise<Row[]> {
  const demo = generatorDemo();
  const ours = await startKommo(`${PROJECT}/dist/widget.zip`);
  const theirs = demo === undefined ? undefined : await startKommo(demo);
  const subjects: Subject[] = [
    { name: 'empty', emulator: ours, settings: settingsOf([]) },
    { name: 'fifty', emulator: ours, settings: settingsOf(FIFTY) },
    ...(theirs ? [{ name: 'demo' as const, emulator: theirs, settings: settingsOf([]) }] : []),
  ];
  try {
    return [
      ...rowsOf('second', await openAll(browser, backend, subjects, 'second')),
      ...rowsOf('first', await openAll(browser, backend, subjects, 'first')),
      ...rowsOf('direct', await openAll(browser, backend, subjects, 'direct')),
    ];
  } finally {
    await ours.close();
    await theirs?.close();
  }
}

async function startKommo(widget: string): Promise<Emulator> {
  const emulator = await createEmulator({
    widget,
    seed: {
      accounts: [
        {
          ...ACCOUNT,
          name: 'Demo Company',
          users: [{ id: 312_630_180, name: 'Ana Admin', is_admin: true }],
          pipelines: [{ id: 7001, name: 'Sales', is_main: true }],
        },
      ],
      installations: [
        {
          account_id: ACCOUNT.id,
          client_id: CLIENT_ID,
          is_active: true,
          is_configured: true,
          settings: { state: '{}' },
        },
      ],
    },
  });
  emulator.useBackend(BACKEND);
  return emulator;
}

/** Every subject in turn, so that a busy moment of the machine falls on all of them. */
async function openAll(
  browser: Browser,
  backend: SettingsServer,
  subjects: readonly Subject[],
  visit: Visit,
): Promise<Map<Subject['name'], Opening[]>> {
  const openings = new Map(subjects.map(({ name }) => [name, [] as Opening[]]));
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addInitScript({ path: MARKS });
  // The first round fills the caches and is not counted.
  for (let round = 0; round <= RUNS; round += 1)
    for (const subject of subjects) {
      backend.settings = subject.settings;
      const opening = await open(context, subject, visit);
      if (round > 0) openings.get(subject.name)?.push(opening);
    }
  await context.close();
  return openings;
}

async function open(
  context: BrowserContext,
  { emulator }: Subject,
  visit: Visit,
): Promise<Opening> {
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Network.setCacheDisabled', { cacheDisabled: visit === 'first' });
  await client.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  // With this mark Kommo's page keeps the modal closed.
  const mark = visit === 'direct' ? '' : '#/';
  await page.goto(
    `http://${ACCOUNT.subdomain}.kommo.localhost:${emulator.port}/settings/widgets/${mark}`,
    { timeout: PATIENCE_MS },
  );
  if (visit !== 'direct') {
    // An admin looks for the tile and presses it when the page has come to rest.
    await page.waitForLoadState('networkidle');
    await page.evaluate('new Promise((resolve) => requestIdleCallback(resolve))');
    await page.locator('.js-widget-card').click();
  }
  await page.waitForFunction('window.screenMarks.usable !== undefined', undefined, {
    timeout: PATIENCE_MS,
  });
  const opening = await page.evaluate<Opening>(`(async () => {
    const { called, painted, usable } = window.screenMarks;
    const files = performance.getEntriesByType('resource')
      .filter(({ name, startTime }) => /\\/widget\\/[^/]+\\.(js|css)/.test(name) && startTime < usable);
    const sizes = await Promise.all(files.map(async ({ name }) => {
      const { body } = await fetch(name);
      const small = new Response(body.pipeThrough(new CompressionStream('gzip')));
      return (await small.arrayBuffer()).byteLength;
    }));
    return {
      painted: painted - called,
      usable: usable - called,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
    };
  })()`);
  await page.close();
  return opening;
}

function rowsOf(visit: Visit, openings: Map<Subject['name'], Opening[]>): Row[] {
  const medians = (name: Subject['name'], what: keyof Opening) =>
    median((openings.get(name) ?? []).map((opening) => opening[what]));
  const figure = (
    subject: Subject['name'],
    what: 'painted' | 'usable',
    yardstick: Pick<Yardstick, 'name' | 'atMost'> & { subject: Subject['name'] },
  ): Figure => {
    const { subject: other, ...held } = yardstick;
    return {
      name: `${visit} visit, ${subject === 'fifty' ? 50 : 0} channels: ${what}`,
      value: medians(subject, what),
      unit: 'ms',
      yardstick: { ...held, value: medians(other, what) },
    };
  };
  // The other way is shown beside it, and promises nothing.
  const isHeld = visit !== 'direct';
  const hasDemo = openings.has('demo');
  const demo = { name: "generator's demo", subject: 'demo' as const };
  const none = { name: '0 channels', subject: 'empty' as const };
  return [
    ...(['painted', 'usable'] as const).flatMap((what) => [
      hasDemo
        ? figure('empty', what, { ...demo, ...(isHeld && { atMost: 1 }) })
        : {
            name: `${visit} visit, 0 channels: ${what}`,
            value: medians('empty', what),
            unit: 'ms',
          },
      figure('fifty', what, { ...none, ...(what === 'usable' && isHeld && { atMost: 1.6 }) }),
    ]),
    {
      name: `${visit} visit, 0 channels: files until usable (gzip)`,
      value: medians('empty', 'bytes') / 1024,
      unit: 'KB',
      ...(hasDemo && {
        yardstick: { name: demo.name, value: medians('demo', 'bytes') / 1024 },
      }),
    },
    ...(hasDemo ? [] : [{ name: `${visit} visit, beside the generator's demo`, why: NO_DEMO }]),
  ];
}

/** A backend at the socket, because routing in the browser would switch off its caches. */
class SettingsServer {
  settings: Settings = settingsOf([]);
  readonly #server: Server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-methods', '*');
    response.setHeader('access-control-max-age', '600');
    response.setHeader(
      'access-control-allow-headers',
      'authorization, content-type, x-auth-token, idempotency-key',
    );
    const path = request.url?.split('?')[0] ?? '';
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    // Nothing happens on the event stream while it is measured.
    if (path.endsWith('/events'))
      return response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const body = path.endsWith('/watch')
      ? { watch_key: 'bench-watch-key', expires_at: new Date(Date.now() + 600_000).toISOString() }
      : this.settings;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
