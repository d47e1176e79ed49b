import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Barrier } from './engine/barriers.ts';
import type { FaultRule } from './engine/faults.ts';
import { createListener } from './engine/listener.ts';
import type { LogEntry } from './engine/log.ts';
import type { Match } from './engine/match.ts';
import type { RecordedRequest } from './engine/recorder.ts';
import { Router } from './engine/router.ts';
import { adoptWidget } from './kommo/adopt-widget.ts';
import { act } from './kommo/amojo/acts.ts';
import type { ActResult, Outgoing } from './kommo/amojo/outgoing.ts';
import { disposableToken, type TokenOverrides } from './kommo/disposable-token.ts';
import { accessTokenKey, revoke } from './kommo/oauth/grants.ts';
import { callDisableHook, disable, install } from './kommo/oauth/lifecycle.ts';
import { removeSource } from './kommo/rest/source-store.ts';
import type { Seed } from './kommo/seed.ts';
import { kommoSite } from './kommo/site.ts';
import type { State } from './kommo/state.ts';
import type { Switches } from './kommo/switches.ts';
import { World } from './kommo/world.ts';
import { refuseSwitches } from './page/host/refuse-switches.ts';
import { allRoutes } from './routes.ts';
import { resumeEvents } from './services/slack/delivery.ts';
import { resumeDeliveries } from './services/telegram/delivery.ts';
import { stopTelegram } from './services/telegram/runtime.ts';

export interface EmulatorOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default `127.0.0.1`. */
  host?: string;
  seed?: Seed;
  /** The emulator's clock in milliseconds; default the system's. */
  now?: () => number;
  /** Directory or zip of the widget shown on the account's pages. */
  widget?: string;
  /** State of an earlier run, instead of the seed. */
  state?: State;
  /** Called after each request, when the state may have changed. */
  onChange?: (state: State) => void;
}

/** A running emulator of Kommo. Everything here can be done over HTTP too, under `/__emulator/`. */
export interface Emulator {
  /** `http://127.0.0.1:<port>`; the Host header decides which of Kommo's machines answers. */
  readonly url: string;
  readonly port: number;
  /** Live and writable. Read it again after `reset`. */
  readonly state: State;
  readonly world: World;
  /** What clients sent, oldest first; control calls are not recorded. */
  requests(filter?: Match): RecordedRequest[];
  log(): LogEntry[];
  /** Back to the seed; keeps listening. */
  reset(): void;
  /**
   * Tells the emulated integration where its backend is: redirect URI, disable hook and chat webhook under
   * `publicUrl`, also after a reset.
   * `deliverTo`: where the calls really go if the public address does not resolve here.
   */
  useBackend(publicUrl: string, deliverTo?: string): void;
  /** Installs the widget as the account's page would. @returns the redirect URI's status, 0 for no answer in 3 s */
  install(subdomain: string, userId?: number, options?: { duplicate?: boolean }): Promise<number>;
  /** Disables it. @returns the disable hook's statuses */
  disable(subdomain: string): Promise<number[]>;
  /** Calls the disable hook with a genuine signature and disables nothing. */
  callDisableHook(subdomain: string): Promise<number>;
  /** Revokes the token pairs of an account (or of one user's grant) without disabling. @returns how many */
  revoke(subdomain: string, userId?: number): number;
  rename(subdomain: string, to: string): void;
  /** A token as `$authorizedAjax` would send it; `overrides` make it wrong in some way. */
  disposableToken(subdomain: string, userId?: number, overrides?: TokenOverrides): string;
  /** What a person or the bot does in Kommo's chat window: a signed webhook to the channel. */
  chat(subdomain: string, what: Outgoing): Promise<ActResult>;
  /** Deletes a source as a person would in Kommo's UI. */
  deleteSource(externalId: string): boolean;
  setSwitches(switches: Switches): void;
  /** @returns the rule's id */
  fault(rule: FaultRule): number;
  clearFaults(): void;
  /** Holds `count` matching requests; see Barrier. */
  barrier(match: Match, count: number, release?: 'auto' | 'manual'): Barrier;
  advance(milliseconds: number): void;
  close(): Promise<void>;
}

/**
 * Starts an emulated Kommo on its own port.
 *
 * @throws Error naming the switches of the seed that are wrong
 *
 * @example
 * const emulator = await createEmulator({ seed: { switches: { isAdminClaim: 'absent' } } });
 * emulator.useBackend('http://127.0.0.1:8080');
 * const status = await emulator.install('demo');
 * await emulator.close();
 */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const faults = refuseSwitches(options.seed?.switches ?? {});
  if (faults.length > 0) throw new Error(`The seed's switches are wrong: ${faults.join('; ')}.`);
  const world = new World(options);
  await adoptWidget(world);
  // Started here, without waiting, so that the first token does not wait for it.
  void accessTokenKey();
  const parts = { instruments: world, router: new Router(allRoutes()), site: kommoSite(world) };
  const listener = createListener(parts, () => options.onChange?.(world.state));
  const server = createServer({ keepAliveTimeout: 30_000 }, listener);
  const port = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  world.url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  if (options.state !== undefined) {
    resumeDeliveries(world);
    resumeEvents(world);
  }
  return facade(world, server, port);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    resolve((server.address() as AddressInfo).port);
  });
  return promise;
}

function facade(world: World, server: Server, port: number): Emulator {
  return {
    url: world.url,
    port,
    world,
    get state() {
      return world.state;
    },
    requests: (filter) => world.recorder.list(filter),
    log: () => world.log.list(),
    reset: () => world.reset(),
    useBackend: (publicUrl, deliverTo) => {
      const base = publicUrl.replace(/\/$/, '');
      world.registerChatHook(`${base}/kommo/chats/:scope_id`);
      world.configure({
        redirect_uri: `${base}/kommo/oauth/callback`,
        disable_hook_url: `${base}/kommo/disabled`,
        deliver_to: deliverTo ?? null,
      });
    },
    install: (subdomain, userId, options) => {
      const account = world.account(subdomain);
      return install(world, account, world.user(account, userId), world.integration(), options);
    },
    disable: (subdomain) => disable(world, world.account(subdomain), world.integration()),
    callDisableHook: (subdomain) =>
      callDisableHook(world, world.account(subdomain), world.integration()),
    revoke: (subdomain, userId) => {
      const { id } = world.account(subdomain);
      return revoke(
        world,
        (one) => one.account_id === id && (userId === undefined || one.user_id === userId),
      );
    },
    rename: (subdomain, to) => world.rename(world.account(subdomain), to),
    disposableToken: (subdomain, userId, overrides) => {
      const account = world.account(subdomain);
      const user = world.user(account, userId);
      return disposableToken(world, account, user, world.integration(), overrides);
    },
    chat: (subdomain, what) => {
      const [channel] = world.state.channels;
      if (channel === undefined) throw new TypeError('There is no chat channel.');
      return act(world, world.account(subdomain), channel, what);
    },
    deleteSource: (externalId) => {
      const source = world.state.sources.find((one) => one.external_id === externalId);
      return source !== undefined && removeSource(world, source.id);
    },
    setSwitches: (switches) => {
      const faults = refuseSwitches(switches, world.state.switches);
      if (faults.length > 0) throw new TypeError(faults.join('; '));
      Object.assign(world.state.switches, switches);
    },
    fault: (rule) => world.faults.add(rule),
    clearFaults: () => world.faults.clear(),
    barrier: (match, count, release) => world.barriers.add(match, count, release),
    advance: (milliseconds) => world.clock.advance(milliseconds),
    close: () => close(world, server),
  };
}

function close(world: World, server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  world.close();
  stopTelegram(world);
  server.closeAllConnections();
  return promise;
}
