import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../../kommo/world.ts';
import { callOutside } from '../whatsapp/outside.ts';
import type { Fields } from '../whatsapp/state.ts';
import { environmentOf } from './errors.ts';
import { meOf, type WahaSession } from './session.ts';
import { wahaState } from './state.ts';

/** The next event goes out when the one before is answered, or after this time. */
const STAGGER_MS = 250;

/** How long whoever waits for the first try of an event waits at most. */
const TRIED_MS = 5_000;

/** Tries after the first, of a webhook that names none. An assumption: the pages name no default. */
const RETRIES = { policy: 'constant', delaySeconds: 2, attempts: 15 };

interface Webhook {
  url: string;
  events: string[];
  hmacKey: string | undefined;
  headers: Record<string, string>;
  retries: { policy: string; delaySeconds: number; attempts: number };
}

/** What is on its way, for whoever waits until nothing is. */
class Deliveries {
  #open = 0;
  #chains = new Map<string, Promise<void>>();
  #idle: (() => void)[] = [];

  /**
   * Starts a delivery when the one before is answered or slow, and counts it until it ends.
   *
   * @param deliver calls what it is given when it has tried once
   * @returns when it has tried once
   */
  add(key: string, deliver: (tried: () => void) => Promise<void>): Promise<void> {
    this.#open += 1;
    const first = Promise.withResolvers<void>();
    const before = this.#chains.get(key) ?? Promise.resolve();
    const begun = before.then(() => {
      void deliver(first.resolve).finally(() => {
        first.resolve();
        this.#end();
      });
      return Promise.race([first.promise, delay(STAGGER_MS, undefined, { ref: false })]);
    });
    this.#chains.set(key, begun);
    void begun.then(() => {
      if (this.#chains.get(key) === begun) this.#chains.delete(key);
    });
    return first.promise;
  }

  #end(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    for (const idle of this.#idle.splice(0)) idle();
  }

  get open(): number {
    return this.#open;
  }

  async settled(): Promise<void> {
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}

const all = new WeakMap<World, Deliveries>();

function deliveriesOf(world: World): Deliveries {
  const known = all.get(world) ?? new Deliveries();
  all.set(world, known);
  return known;
}

/** How many events are on their way, tries included. */
export function openDeliveries(world: World): number {
  return deliveriesOf(world).open;
}

/** Resolves when no event is on its way. */
export function deliveriesSettled(world: World): Promise<void> {
  return deliveriesOf(world).settled();
}

/** The webhooks of the session's config, read as leniently as possible. */
export function webhooksOf({ config, webhook }: WahaSession): Webhook[] {
  // A session out of an older state file has one webhook and no config.
  const listed = Array.isArray(config?.webhooks) ? config.webhooks : [];
  if (config === undefined && webhook !== null) {
    const { url, hmacKey } = webhook;
    return [{ url, events: ['*'], hmacKey: hmacKey ?? undefined, headers: {}, retries: RETRIES }];
  }
  return listed.flatMap((one) => {
    const { url, events, hmac, customHeaders, retries } = (one ?? {}) as Fields;
    if (typeof url !== 'string' || !URL.canParse(url)) return [];
    const own = Array.isArray(customHeaders) ? (customHeaders as Fields[]) : [];
    const key = (hmac as Fields | null | undefined)?.key;
    const asked = (retries ?? {}) as Partial<typeof RETRIES>;
    return [
      {
        url,
        events: Array.isArray(events) ? events.map(String) : [],
        hmacKey: typeof key === 'string' ? key : undefined,
        headers: Object.fromEntries(own.map(({ name, value }) => [String(name), String(value)])),
        retries: { ...RETRIES, ...asked },
      },
    ];
  });
}

/** A lower-case ULID. @see https://github.com/ulid/spec */
function ulid(now: number): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  let time = '';
  for (let left = now, digit = 0; digit < 10; digit += 1, left = Math.floor(left / 32)) {
    time = `${alphabet[left % 32]}${time}`;
  }
  return time + [...randomBytes(16)].map((byte) => alphabet[byte % 32]).join('');
}

/**
 * Tells an event to every webhook of the session that wants it.
 *
 * @returns when each has been tried once, or has taken too long
 * @see https://waha.devlike.pro/docs/how-to/events/
 */
export async function postEvent(
  world: World,
  session: WahaSession,
  event: string,
  payload: unknown,
): Promise<void> {
  const { settings } = wahaState(world);
  if (settings.is_silent) return;
  const wanted = webhooksOf(session).filter(
    ({ events }) =>
      events.includes(event) ||
      events.includes('*') ||
      (settings.sends_message_too && event === 'message'),
  );
  if (wanted.length === 0) return;
  const now = world.clock.now();
  // What waits behind other events ends with the state it tells of.
  const { life } = world;
  const metadata = session.config?.metadata;
  const me = meOf(world, session);
  const body = JSON.stringify({
    id: `evt_${ulid(now)}`,
    timestamp: now,
    event,
    session: session.name,
    ...(metadata !== undefined && { metadata }),
    ...(me !== null && { me }),
    payload,
    engine: settings.engine,
    environment: environmentOf(settings.engine),
  });
  const deliveries = deliveriesOf(world);
  const copies = Array.from({ length: settings.copies_of_events });
  const tried = Promise.all(
    wanted.flatMap((webhook) =>
      copies.map(() =>
        deliveries.add(`${session.name} ${webhook.url}`, (isTried) =>
          deliver(world, webhook, { body, life }, isTried),
        ),
      ),
    ),
  );
  await Promise.race([tried, delay(TRIED_MS, undefined, { ref: false })]);
}

/** Tries until it is taken, or the tries are used up. */
async function deliver(
  world: World,
  webhook: Webhook,
  { body, life }: { body: string; life: AbortSignal },
  tried: () => void,
): Promise<void> {
  const { settings } = wahaState(world);
  const headers = headersOf(world, webhook, body);
  for (let tries = 0; !life.aborted; tries += 1) {
    const problem = await post(world, webhook.url, headers, body, life);
    tried();
    if (problem === undefined || life.aborted) return;
    if (tries >= webhook.retries.attempts) {
      world.log.add({ kind: 'warning', name: 'waha webhook', detail: problem });
      return;
    }
    const pause = pauseBefore(tries + 1, webhook.retries) * 1000 * settings.pause_factor;
    await delay(pause, undefined, { ref: false, signal: life }).catch(() => undefined);
  }
}

/** A request keeps its id and time over its tries: an assumption. */
function headersOf(world: World, webhook: Webhook, body: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'WAHA/2026.7.1',
    ...webhook.headers,
    'x-webhook-request-id': randomUUID(),
    'x-webhook-timestamp': String(world.clock.now()),
    ...(webhook.hmacKey !== undefined && {
      'x-webhook-hmac': createHmac('sha512', webhook.hmacKey).update(body).digest('hex'),
      'x-webhook-hmac-algorithm': 'sha512',
    }),
  };
}

/** Seconds before the given try. */
function pauseBefore(retry: number, { policy, delaySeconds }: Webhook['retries']): number {
  if (policy === 'linear') return delaySeconds * retry;
  if (policy === 'exponential') return delaySeconds * 2 ** (retry - 1) * (1 + Math.random() * 0.2);
  return delaySeconds;
}

/** @returns what went wrong; undefined after a 2xx */
async function post(
  world: World,
  url: string,
  headers: Record<string, string>,
  body: string,
  life: AbortSignal,
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(wahaState(world).settings.timeout_ms);
  const signal = AbortSignal.any([timeout, life]);
  try {
    const answer = await callOutside(world, { method: 'POST', url, headers, body, signal });
    answer.on('error', () => undefined);
    answer.resume();
    const { statusCode = 0 } = answer;
    return statusCode >= 200 && statusCode <= 299 ? undefined : `status ${statusCode}`;
  } catch (error) {
    const { code } = error as { code?: string };
    return timeout.aborted ? 'no answer in time' : (code ?? String(error));
  }
}
