import { setTimeout as delay } from 'node:timers/promises';
import { hmacHex } from '../../engine/secrets.ts';
import type { Channel, Scope } from '../entities.ts';
import { callHook } from '../hooks/call-hook.ts';
import type { World } from '../world.ts';

/** How long Kommo waits for the channel's backend. It sends a hook once, and only 200 counts. */
const TIMEOUT_MS = 5000;

const ODDITIES = [
  'no newline',
  'numbers as strings',
  'bad signature',
  'duplicate',
  'reorder',
  'cut',
  'lost',
] as const;

/** How the hook of an act goes wrong. */
export interface HookFault {
  /**
   * - `no newline`: without the newline that Kommo puts after the body, and does not sign.
   * - `numbers as strings`. `bad signature`: one letter of it is wrong.
   * - `duplicate`: sent twice, one after the other.
   * - `reorder`: kept back until the next hook of this scope was sent.
   * - `cut`: the connection breaks in the middle of the body. `lost`: never sent.
   */
  oddity?: (typeof ODDITIES)[number];
  /** Sent so much later, in real time: Kommo's slow lane. */
  delay_ms?: number;
}

/** @throws TypeError naming what is wrong */
export function checkFault({ oddity, delay_ms: ms }: HookFault): void {
  if (oddity !== undefined && !ODDITIES.includes(oddity)) {
    throw new TypeError(`oddity: one of ${ODDITIES.join(', ')} is expected`);
  }
  if (ms !== undefined && (!Number.isInteger(ms) || ms < 0 || ms > 600_000)) {
    throw new TypeError('delay_ms: 0 to 600000 milliseconds are expected');
  }
}

/** Whose backend a hook goes to. */
export interface HookTarget {
  world: World;
  channel: Channel;
  scope: Scope;
}

type Sent = (status: number, ms: number) => void;

/** Hooks that are kept back, by scope; they go out after the next one. */
const kept = new WeakMap<AbortSignal, Map<string, (() => Promise<unknown>)[]>>();

/**
 * Sends a chat webhook to the channel's address, signed.
 *
 * @param sent called when it was answered, or was not
 * @returns the status answered, 0 for none, null for a hook that was kept back
 */
export async function sendHook(
  target: HookTarget,
  body: object,
  fault: HookFault,
  sent: Sent = () => undefined,
): Promise<{ status: number | null }> {
  const { world, scope } = target;
  const keptBack = kept.get(world.life) ?? new Map<string, (() => Promise<unknown>)[]>();
  kept.set(world.life, keptBack);
  if (fault.oddity === 'lost') {
    sent(0, 0);
    return { status: 0 };
  }
  const prepared = prepare(target, body, fault);
  if (fault.oddity === 'reorder') {
    const former = keptBack.get(scope.scope_id) ?? [];
    keptBack.set(scope.scope_id, [...former, () => post(target, prepared, fault, sent)]);
    return { status: null };
  }
  if (fault.delay_ms !== undefined && !(await hasPassed(fault.delay_ms, world.life))) {
    return { status: null };
  }
  const status = await post(target, prepared, fault, sent);
  const overdue = keptBack.get(scope.scope_id) ?? [];
  keptBack.delete(scope.scope_id);
  for (const late of overdue) await late();
  return { status };
}

/** @returns false if the emulator was reset in between */
function hasPassed(ms: number, life: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal: life, ref: false }).catch(() => false);
}

interface Prepared {
  text: string;
  signature: string;
}

/** Made when the act happens, so that a late hook carries the time of the act. */
function prepare({ channel }: HookTarget, body: object, { oddity }: HookFault): Prepared {
  const asTexts = (_: string, value: unknown) => (typeof value === 'number' ? `${value}` : value);
  const json = JSON.stringify(body, oddity === 'numbers as strings' ? asTexts : undefined);
  // A newline follows the JSON, and is not signed: seen in Kommo's own traffic.
  const signature = hmacHex('sha1', channel.secret, json);
  return {
    text: oddity === 'no newline' ? json : `${json}\n`,
    signature: oddity === 'bad signature' ? signature.replace(/^./, 'z') : signature,
  };
}

async function post(
  { world, channel, scope }: HookTarget,
  { text, signature }: Prepared,
  { oddity }: HookFault,
  sent: Sent,
): Promise<number> {
  const hook = {
    name: 'chat webhook',
    method: 'POST',
    url: channel.webhook_url.replaceAll(':scope_id', scope.scope_id),
    headers: { 'content-type': 'application/json', 'x-signature': signature },
    body: text,
    timeoutMs: TIMEOUT_MS,
    integration: world.integration(channel.client_id),
    isCut: oddity === 'cut',
  } as const;
  const began = performance.now();
  const status = await callHook(world, hook);
  sent(status, Math.round(performance.now() - began));
  if (oddity === 'duplicate') await callHook(world, hook);
  return status;
}
