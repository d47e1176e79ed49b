import type { World } from '../../kommo/world.ts';
import { isExecutable, methodOfAnswer } from './answer-method.ts';
import { type Runtime, runtimeOf } from './runtime.ts';
import { type Bot, type PendingUpdate, telegramState } from './state.ts';
import { callWebhook, type WebhookAnswer } from './webhook-call.ts';

const RETRY_AFTER_MAX = 3600;
const GONE_MAX = 23 * 3600;

interface Queue {
  key: string;
  /** Oldest first; the head blocks the others. */
  updates: PendingUpdate[];
  state: 'ready' | 'sending' | 'waiting';
  timer: NodeJS.Timeout | undefined;
  /** Seconds that the next failure waits; the first is repeated at once. */
  delay: number;
  lastError: string | undefined;
}

/** What a queue is doing, for the control API. */
export interface QueueSight {
  queue: string;
  state: Queue['state'];
  waiting: number;
  head: number;
  tries: number;
  last_error: string | undefined;
}

/** The delivery of one bot's updates (tdlib/telegram-bot-api, WebhookActor.cpp). */
class Delivery {
  readonly #world: World;
  readonly #bot: Bot;
  readonly #runtime: Runtime;
  readonly #queues = new Map<string, Queue>();
  #ready: Queue[] = [];
  #open = 0;

  constructor(world: World, bot: Bot, runtime: Runtime) {
    this.#world = world;
    this.#bot = bot;
    this.#runtime = runtime;
    for (const update of Object.values(bot.pending)) this.#enqueue(update);
  }

  add(update: PendingUpdate): void {
    this.#enqueue(update);
    this.pump();
  }

  #enqueue(update: PendingUpdate): void {
    const known = this.#queues.get(update.queue);
    if (known !== undefined) return void known.updates.push(update);
    const queue: Queue = {
      key: update.queue,
      updates: [update],
      state: 'ready',
      timer: undefined,
      delay: 1,
      lastError: undefined,
    };
    this.#queues.set(queue.key, queue);
    this.#ready.push(queue);
  }

  /** Sends the heads of ready queues over as many connections as the bot allows. */
  pump(): void {
    if (this.#bot.webhook.url === '') return;
    while (this.#open < this.#bot.webhook.max_connections) {
      const queue = this.#ready.shift();
      if (queue === undefined) return;
      void this.#send(queue);
    }
  }

  async #send(queue: Queue): Promise<void> {
    this.#dropExpired(queue, 0);
    const head = queue.updates[0];
    if (head === undefined) return void this.#queues.delete(queue.key);
    queue.state = 'sending';
    this.#open += 1;
    const body = JSON.stringify({ update_id: head.update_id, [head.type]: head.body });
    const answer = await callWebhook(this.#world, this.#runtime, this.#bot.webhook, body);
    this.#open -= 1;
    if (this.#runtime.stopped.aborted || this.#queues.get(queue.key) !== queue) return this.pump();
    if (answer.error === undefined) this.#taken(queue, head, answer);
    else this.#refused(queue, head, answer);
    this.pump();
  }

  #taken(queue: Queue, head: PendingUpdate, answer: WebhookAnswer): void {
    delete this.#bot.webhook.gone_since;
    this.#forget(queue, head);
    const asked = methodOfAnswer(answer.contentType, answer.body);
    if (asked !== undefined && isExecutable(asked.method)) this.#execute(head, asked);
    queue.lastError = undefined;
    this.#next(queue);
  }

  /** Telegram does what the answer asks for; a product must never answer so. */
  #execute(head: PendingUpdate, asked: { method: string; values: Record<string, string> }): void {
    const { method, values } = asked;
    const record = { bot: this.#bot.username, update_id: head.update_id, method, status: 0 };
    this.#runtime.state.executed_methods.push(record);
    // By a request to this very server: what the bot may not do is refused there, and it is on record.
    const url = `${this.#world.url}/__services/telegram/bot${this.#bot.token}/${method}`;
    void fetch(url, { method: 'POST', body: new URLSearchParams(values) }).then(
      ({ status }) => {
        record.status = status;
      },
      () => undefined,
    );
  }

  #refused(queue: Queue, head: PendingUpdate, answer: WebhookAnswer): void {
    const { webhook } = this.#bot;
    const { pause_cap: cap, pause_factor: factor } = this.#runtime.state.settings;
    const now = this.#world.clock.seconds();
    webhook.last_error_date = now;
    webhook.last_error_message = answer.error ?? '';
    queue.lastError = answer.error;
    if (answer.status === 410) {
      webhook.gone_since ??= now;
      if (now > webhook.gone_since + GONE_MAX) webhook.url = '';
    } else delete webhook.gone_since;
    let pause = Math.min(Math.max(answer.retryAfter, 0), RETRY_AFTER_MAX);
    if (pause === 0 && head.tries > 0) {
      queue.delay = Math.min(cap, queue.delay * 2);
      pause = queue.delay;
    }
    head.tries += 1;
    this.#dropExpired(queue, pause);
    if (queue.updates[0] !== head) {
      this.#next(queue);
      return;
    }
    queue.state = 'waiting';
    queue.timer = setTimeout(() => this.#wake(queue), pause * 1000 * factor);
    queue.timer.unref();
  }

  #wake(queue: Queue): void {
    clearTimeout(queue.timer);
    if (this.#runtime.stopped.aborted || this.#queues.get(queue.key) !== queue) return;
    queue.state = 'ready';
    this.#ready.push(queue);
    this.pump();
  }

  /** Tries every waiting queue at once. */
  wakeAll(): void {
    for (const queue of [...this.#queues.values()])
      if (queue.state === 'waiting') this.#wake(queue);
    this.pump();
  }

  #next(queue: Queue): void {
    queue.delay = 1;
    if (queue.updates.length === 0) return void this.#queues.delete(queue.key);
    queue.state = 'ready';
    this.#ready.push(queue);
  }

  /** Drops heads whose day is over, or will be before the next try. */
  #dropExpired(queue: Queue, pause: number): void {
    const soonest = this.#world.clock.seconds() + pause;
    for (let head = queue.updates[0]; head !== undefined; head = queue.updates[0]) {
      if (head.expires_at >= soonest) return;
      this.#forget(queue, head);
    }
  }

  #forget(queue: Queue, head: PendingUpdate): void {
    queue.updates.shift();
    delete this.#bot.pending[head.update_id];
  }

  /** After the pending updates changed by other ways: dropped, or taken by `getUpdates`. */
  reload(): void {
    for (const queue of this.#queues.values()) clearTimeout(queue.timer);
    this.#queues.clear();
    this.#ready = [];
    for (const update of Object.values(this.#bot.pending)) this.#enqueue(update);
    this.pump();
  }

  sight(): QueueSight[] {
    return [...this.#queues.values()].map(({ key, state, updates, lastError }) => ({
      queue: key,
      state,
      waiting: updates.length,
      head: updates[0]?.update_id ?? 0,
      tries: updates[0]?.tries ?? 0,
      last_error: lastError,
    }));
  }
}

const deliveries = new WeakMap<Runtime, Map<number, Delivery>>();

function deliveryOf(world: World, bot: Bot): Delivery {
  const runtime = runtimeOf(world);
  const known = deliveries.get(runtime) ?? new Map<number, Delivery>();
  deliveries.set(runtime, known);
  const delivery = known.get(bot.id) ?? new Delivery(world, bot, runtime);
  known.set(bot.id, delivery);
  return delivery;
}

/** A new update is in the bot's state. */
export function wakeDelivery(world: World, bot: Bot, update: PendingUpdate): void {
  deliveryOf(world, bot).add(update);
}

/** The bot's pending updates or its webhook changed. */
export function reloadDelivery(world: World, bot: Bot): void {
  deliveryOf(world, bot).reload();
}

/** Repeats refused updates now, without waiting for their time. */
export function retryDelivery(world: World, bot: Bot): void {
  deliveryOf(world, bot).wakeAll();
}

/** Goes on with what a former process of the emulator left. */
export function resumeDeliveries(world: World): void {
  for (const bot of Object.values(telegramState(world).bots)) retryDelivery(world, bot);
}

export function queuesOf(world: World, bot: Bot): QueueSight[] {
  return deliveryOf(world, bot).sight();
}
