import type { World } from '../../kommo/world.ts';
import {
  LINKING_MS,
  newSession,
  type Phone,
  STARTING_MS,
  type WhatsAppSession,
} from '../whatsapp.ts';
import { catchUp } from './network-events.ts';
import { type Status, statusOf, type WahaSession } from './session.ts';
import { wahaState } from './state.ts';
import { postEvent } from './webhooks.ts';

/** How long after a change of the clock's own the next status is told. */
const AFTER_MS = 20;
const STATUSES_KEPT = 3;

/** Tells the session's status, with the ones before. @see https://waha.devlike.pro/docs/how-to/events/#sessionstatus */
function announce(
  world: World,
  session: WahaSession,
  status = statusOf(world, session),
): Promise<void> {
  const point = { status, timestamp: world.clock.now() };
  session.statuses = [...(session.statuses ?? []), point].slice(-STATUSES_KEPT);
  const { name, statuses } = session;
  return postEvent(world, session, 'session.status', { name, status, statuses, data: null });
}

/** Tells the status a little later in real time, unless the emulator was reset. */
function announceLater(world: World, session: WahaSession, after: number): void {
  const { life } = world;
  setTimeout(() => {
    if (life.aborted) return;
    void announce(world, session);
    catchUp(world, session);
  }, after + AFTER_MS).unref();
}

/** Plays the phone: scans, refuses, removes the device, loses its network. @returns when the webhooks were tried */
export function changeWahaSession(
  world: World,
  session: WhatsAppSession,
  change: 'scan' | 'refuse' | 'log_out' | 'go_offline' | 'go_online',
  phone: Phone,
): Promise<void> {
  const now = world.clock.now();
  if (change === 'scan') {
    session.phone = phone;
    session.scannedAt = now;
    announceLater(world, session, LINKING_MS);
    return announce(world, session);
  }
  if (change === 'go_offline' || change === 'go_online') {
    session.isPhoneOffline = change === 'go_offline';
    const state = session.isPhoneOffline ? 'TIMEOUT' : 'CONNECTED';
    const told = postEvent(world, session, 'state.change', state);
    catchUp(world, session);
    return told;
  }
  session.endedAt = now;
  session.endReason = change === 'refuse' ? 'refused' : 'logged_out';
  return announce(world, session);
}

/** Tells that a new session starts, and a little later what it shows. */
export function tellBeginning(world: World, session: WahaSession): void {
  void announce(world, session);
  if (session.is_stopped !== true) announceLater(world, session, STARTING_MS);
}

/** Stops what runs and starts it again; a linked number stays linked. */
export function restart(world: World, session: WahaSession): void {
  if (session.is_stopped !== true) void announce(world, session, 'STOPPED');
  start(world, session);
}

/** Starts a session; one that gave up begins with a first code. */
export function start(world: World, session: WahaSession): void {
  session.is_stopped = false;
  const { restart_ms } = wahaState(world).settings;
  if (session.scannedAt === null || session.endedAt !== null) forgetPhone(world, session);
  else session.restarting_until = world.clock.now() + restart_ms;
  const status: Status = 'STARTING';
  void announce(world, session, status);
  announceLater(world, session, restart_ms);
}

export function stop(world: World, session: WahaSession): void {
  if (session.is_stopped === true) return;
  session.is_stopped = true;
  void announce(world, session);
}

/** Forgets the linked number and keeps the config. */
export function logOut(world: World, session: WahaSession): void {
  forgetPhone(world, session);
  if (session.is_stopped !== true) start(world, session);
}

function forgetPhone(world: World, session: WahaSession): void {
  const { name, config, webhook, statuses, is_stopped } = session;
  Object.assign(session, newSession('waha', name, world.clock.now()), {
    config,
    webhook,
    statuses,
    is_stopped,
    restarting_until: 0,
    subscribed: [],
    missed: [],
  });
}
