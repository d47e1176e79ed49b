import { setTimeout as delay } from 'node:timers/promises';
import { signWithSecret } from '../../engine/jwt.ts';
import type { World } from '../../kommo/world.ts';
import { callOutside } from '../whatsapp/outside.ts';
import type { WhatsAppSession } from '../whatsapp.ts';
import { type DeliveryRecord, evolutionState, instanceOf, type WebhookRow } from './state.ts';

const TRIES = 10;
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 300;
const JITTER = 0.2;
/** A receiver that answers so has lost the event for good. */
const FINAL = [400, 401, 403, 404, 422];
/** How long an event waits for another one to overtake it. */
const OVERTAKEN_MS = 200;

/** What lives with the server's process: what it has yet to repeat is lost when it ends. */
class Process {
  readonly #end = new AbortController();
  /** Holds the next event back until another one went ahead. */
  held: (() => void) | undefined;

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  end(): void {
    this.#end.abort();
  }
}

const processes = new WeakMap<World, Process>();

function processOf(world: World): Process {
  const known = processes.get(world);
  if (known !== undefined) return known;
  const started = new Process();
  processes.set(world, started);
  return started;
}

/** The server starts anew: events that waited for another try are gone. */
export function restartServer(world: World): void {
  processes.get(world)?.end();
  processes.delete(world);
  for (const record of evolutionState(world).troubled) {
    if (record.state === 'waiting') record.state = 'lost';
  }
}

/**
 * Tells the instance's webhook of an event, if it wants such ones. Nothing waits for it, so that events overtake each other.
 *
 * @returns when the first try is over
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/api/integrations/event/webhook/webhook.controller.ts
 */
export async function emit(
  world: World,
  session: WhatsAppSession,
  event: string,
  data: unknown,
): Promise<void> {
  const instance = instanceOf(world, session.name);
  const { webhook } = instance;
  const name = event.replace(/[.-]/g, '_').toUpperCase();
  if (webhook === null || !webhook.enabled || !webhook.events.includes(name)) return;
  if (!/^https?:\/\//.test(webhook.url)) return;
  const { settings } = evolutionState(world);
  const body = JSON.stringify({
    event,
    instance: session.name,
    data,
    destination: webhook.url,
    date_time: new Date(world.clock.now()).toISOString(),
    sender: session.phone === null ? undefined : `${session.phone.number}@s.whatsapp.net`,
    server_url: `${world.url}/__services/evolution`,
    apikey: settings.expose_key ? instance.token : null,
  });
  const suffix = webhook.webhookByEvents ? `/${name.replaceAll('_', '-').toLowerCase()}` : '';
  const { life } = world;
  const url = webhook.url + suffix;
  const job = { world, life, webhook, url, body, instance: instance.name, event };
  await Promise.all(Array.from({ length: settings.repeats + 1 }, () => inSomeOrder(job)));
}

interface Job {
  world: World;
  /** The world's when the event happened: after a reset nobody knows of it any more. */
  life: AbortSignal;
  webhook: WebhookRow;
  url: string;
  body: string;
  instance: string;
  event: string;
}

async function inSomeOrder(job: Job): Promise<void> {
  const process = processOf(job.world);
  if (!evolutionState(job.world).settings.reorder) return deliver(job, process);
  if (process.held === undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    process.held = resolve;
    await Promise.race([promise, delay(OVERTAKEN_MS, undefined, { ref: false })]);
    if (process.held === resolve) process.held = undefined;
    return deliver(job, process);
  }
  const release = process.held;
  process.held = undefined;
  await deliver(job, process);
  release();
}

/** @returns after the first try; what follows goes on alone */
async function deliver(job: Job, process: Process): Promise<void> {
  const first = await attempt(job, process);
  if (first === undefined || process.ended.aborted || job.life.aborted) return;
  const record: DeliveryRecord = {
    instance: job.instance,
    event: job.event,
    tries: 1,
    state: first.isFinal ? 'refused' : 'waiting',
    last_error: first.error,
  };
  evolutionState(job.world).troubled.push(record);
  if (!first.isFinal) void repeat(job, process, record);
}

async function repeat(job: Job, process: Process, record: DeliveryRecord): Promise<void> {
  const signal = AbortSignal.any([process.ended, job.life]);
  while (record.tries < TRIES) {
    const { pause_factor: factor } = evolutionState(job.world).settings;
    const pause = pauseAfter(record.tries) * factor * 1000;
    try {
      await delay(pause, undefined, { signal, ref: false });
    } catch {
      return;
    }
    record.tries += 1;
    const fault = await attempt(job, process);
    if (signal.aborted) return;
    record.last_error = fault?.error ?? record.last_error;
    if (fault === undefined || fault.isFinal) {
      record.state = fault === undefined ? 'taken' : 'refused';
      return;
    }
  }
  record.state = 'given_up';
}

/** Seconds: 5, 10, 20 and so on, give or take a fifth, at least 5. */
function pauseAfter(tries: number): number {
  const pause = Math.min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE);
  const jitter = pause * JITTER * (Math.random() * 2 - 1);
  return Math.max(FIRST_PAUSE, pause + jitter);
}

async function attempt(
  { world, life, webhook, url, body }: Job,
  process: Process,
): Promise<{ error: string; isFinal: boolean } | undefined> {
  const timeout = AbortSignal.timeout(evolutionState(world).settings.timeout_ms);
  try {
    const answer = await callOutside(world, {
      method: 'POST',
      url,
      body,
      headers: headersOf(world, webhook),
      signal: AbortSignal.any([timeout, process.ended, life]),
    });
    answer.resume();
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status <= 299) return undefined;
    return { error: `status ${status}`, isFinal: FINAL.includes(status) };
  } catch (error) {
    const { code } = error as { code?: string };
    return { error: timeout.aborted ? 'timeout' : (code ?? 'no answer'), isFinal: false };
  }
}

/** The webhook's own headers; `jwt_key` among them becomes a token that it signs. */
function headersOf(world: World, { headers }: WebhookRow): Record<string, string> {
  const { jwt_key: key, ...own } = headers ?? {};
  const now = world.clock.seconds();
  const claims = { iat: now, exp: now + 600, app: 'evolution', action: 'webhook' };
  return {
    accept: 'application/json, text/plain, */*',
    'content-type': 'application/json',
    'user-agent': 'axios/1.7.9',
    ...own,
    ...(key !== undefined && { Authorization: `Bearer ${signWithSecret(claims, key)}` }),
  };
}
