import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import {
  backendEnvironment,
  backendOrigin,
  type StackAddresses,
  settingsAddress,
} from '../../../src/dev/development-settings.ts';
import { Part } from '../../../src/dev/part.ts';
import { waitUntilReady } from '../../../src/dev/readiness.ts';
import { createEmulator, type Emulator } from '../../../src/emulator/emulator.ts';
import type { Seed } from '../../../src/emulator/kommo/seed.ts';
import { isBuilt, LOCAL_API_URL } from '../../../src/pack/build-stamp.ts';
import { PROJECT } from '../../../src/pack/project.ts';
import { freePort } from '../../support/free-port.ts';

/** What costs seconds and is the same for every test of a worker. */
export interface Groundwork {
  /** Files of dist/widget.zip. */
  widget: Record<string, Uint8Array>;
  /** The backend's address in them. */
  bakedAddress: string;
  /** A data directory whose database is made and migrated. */
  dataDir: string;
}

export async function layGroundwork(): Promise<Groundwork> {
  if (!isBuilt()) execFileSync(process.execPath, [`${PROJECT}/src/pack/build.ts`]);
  const widget = unzipSync(readFileSync(`${PROJECT}/dist/widget.zip`));
  const dataDir = mkdtempSync(join(tmpdir(), 'chat-connector-'));
  const addresses = { backendPort: await freePort(), emulatorPort: await freePort(), dataDir };
  const backend = startBackend(addresses);
  await waitUntilReady(backend, healthOf(addresses));
  await backend.stop();
  return { widget, bakedAddress: process.env.WIDGET_API_URL || LOCAL_API_URL, dataDir };
}

/**
 * A backend of its own (in its own process, so that it can be killed) with an emulated Kommo and doubles of
 * the chat services, on free ports, with nothing stored.
 */
export class Stack {
  readonly emulator: Emulator;
  readonly #addresses: StackAddresses;
  readonly #folder: string;
  readonly #groundwork: Groundwork;
  #backend: Part;
  /** How much later it is for the backend and the emulator than for this machine. */
  #laterByMs = 0;

  private constructor(
    emulator: Emulator,
    addresses: StackAddresses,
    folder: string,
    groundwork: Groundwork,
    variables?: Record<string, string>,
  ) {
    this.emulator = emulator;
    this.#groundwork = groundwork;
    this.#addresses = addresses;
    this.#folder = folder;
    this.#backend = startBackend(addresses, 0, variables);
  }

  /** `variables` are laid over those of every test's backend. */
  static async start(
    groundwork: Groundwork,
    seed?: Seed,
    variables?: Record<string, string>,
  ): Promise<Stack> {
    const folder = mkdtempSync(join(tmpdir(), 'chat-connector-'));
    const dataDir = join(folder, 'data');
    cpSync(groundwork.dataDir, dataDir, { recursive: true });
    const backendPort = await freePort();
    const widget = join(folder, 'widget');
    unpackWidget(groundwork, widget, `http://localhost:${backendPort}`);
    const emulator = await createEmulator({ widget, seed });
    const addresses = { backendPort, emulatorPort: emulator.port, dataDir };
    emulator.useBackend(backendOrigin(addresses));
    const stack = new Stack(emulator, addresses, folder, groundwork, variables);
    await stack.#ready();
    return stack;
  }

  get backendUrl(): string {
    return backendOrigin(this.#addresses);
  }

  /** The account's page with the widget's settings open. */
  get settingsUrl(): string {
    return settingsAddress(this.#addresses);
  }

  /** What the backend printed last, for the report of a failed test. */
  get backendLog(): string {
    return this.#backend.lastLines;
  }

  /** Uploads another package in place of the widget, or the widget again. */
  upload(zip?: string): void {
    const widget = join(this.#folder, 'widget');
    rmSync(widget, { recursive: true });
    if (zip === undefined) unpackWidget(this.#groundwork, widget, this.backendUrl);
    else writeFiles(unzipSync(readFileSync(zip)), widget);
  }

  /** `kill -9`: no chance to finish anything. */
  killBackend(): Promise<void> {
    return this.#backend.kill();
  }

  /** `variables` are laid over those of every test's backend. */
  async startBackend(variables: Record<string, string> = {}): Promise<void> {
    this.#backend = startBackend(this.#addresses, this.#laterByMs, variables);
    await this.#ready();
  }

  /** Lets time pass while the backend is down, for itself and for the emulated Kommo and its services. */
  async startBackendLater(milliseconds: number): Promise<void> {
    await this.killBackend();
    this.#laterByMs += milliseconds;
    this.emulator.advance(milliseconds);
    await this.startBackend();
  }

  /** Sends to the emulator's remote control, such as `/__services/phone`; gives the JSON back. */
  async control(path: string, body?: Record<string, unknown>): Promise<unknown> {
    const answer = await fetch(`${this.emulator.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#backend.stop(), this.emulator.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ready(): Promise<void> {
    return waitUntilReady(this.#backend, healthOf(this.#addresses));
  }
}

function startBackend(
  addresses: StackAddresses,
  laterByMs = 0,
  variables: Record<string, string> = {},
): Part {
  const clock = laterByMs > 0 ? ['--import', `${PROJECT}/tests/e2e/support/later.ts`] : [];
  return new Part({
    name: 'backend',
    args: [...clock, `${PROJECT}/src/server/main.js`],
    env: {
      ...backendEnvironment(addresses),
      DATABASE_URL: undefined,
      LATER_BY_MS: String(laterByMs),
      // Tests ask again and again until something has happened.
      REQUESTS_PER_SECOND: '10000',
      ...variables,
    },
    logFile: `${addresses.dataDir}/logs/backend.log`,
  });
}

function healthOf({ backendPort }: StackAddresses): string {
  return `http://127.0.0.1:${backendPort}/health/ready`;
}

/** The zip as it was built, but for the backend's address: a test's backend has a port of its own. */
function unpackWidget({ widget, bakedAddress }: Groundwork, folder: string, address: string): void {
  const files = Object.entries(widget).map(([name, bytes]) => {
    const isOwn = name.endsWith('.js') && name !== 'vendor.js';
    const text = isOwn ? new TextDecoder().decode(bytes) : undefined;
    return [name, text?.replaceAll(bakedAddress, address) ?? bytes] as const;
  });
  writeFiles(Object.fromEntries(files), folder);
}

function writeFiles(files: Record<string, Uint8Array | string>, folder: string): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
