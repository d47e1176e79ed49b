import type { Account, CrmWebhook } from '../entities.ts';
import type { World } from '../world.ts';
import { callHook } from './call-hook.ts';
import { formEncode } from './form-encode.ts';

const TIMEOUT_MS = 2000;
const MINUTE = 60_000;

/** Pauses before each further try. */
const PAUSES = [5 * MINUTE, 15 * MINUTE, 15 * MINUTE, 60 * MINUTE];
/** A webhook with more bad answers than this within two hours is switched off. */
const BAD_MAX = 100;
const BAD_WINDOW_MS = 120 * MINUTE;

interface Delivery {
  webhook_id: number;
  body: string;
  tries: number;
  due_at: number;
}

interface Outbox {
  pending: Delivery[];
  /** Times of bad answers by webhook. */
  bad: Record<number, number[]>;
}

function outbox(world: World): Outbox {
  return world.service<Outbox>('crm_webhooks', () => ({ pending: [], bad: {} }));
}

/**
 * Sends an event to everyone who subscribed to it, form-encoded and unsigned.
 * https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
 */
export async function notifyCrmWebhooks(
  world: World,
  account: Account,
  event: string,
  change: object,
): Promise<void> {
  const body = formEncode({
    account: { id: account.id, subdomain: account.subdomain },
    ...change,
  });
  const concerned = world.state.webhooks.filter(
    (one) => one.account_id === account.id && !one.disabled && one.settings.includes(event),
  );
  for (const { id } of concerned) {
    const now = world.clock.now();
    outbox(world).pending.push({ webhook_id: id, body, tries: 0, due_at: now });
  }
  await deliverDue(world);
}

/** Sends what is due by the emulator's clock; called whenever that clock moves on. */
export async function deliverDue(world: World): Promise<void> {
  const box = outbox(world);
  const now = world.clock.now();
  const due = box.pending.filter(({ due_at }) => due_at <= now);
  box.pending = box.pending.filter(({ due_at }) => due_at > now);
  for (const delivery of due) {
    const webhook = world.state.webhooks.find(({ id }) => id === delivery.webhook_id);
    if (webhook === undefined || webhook.disabled) continue;
    const status = await callHook(world, {
      name: 'crm webhook',
      method: 'POST',
      url: webhook.destination,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: delivery.body,
      timeoutMs: TIMEOUT_MS,
    });
    settle(world, webhook, delivery, status);
  }
}

function settle(world: World, webhook: CrmWebhook, delivery: Delivery, status: number): void {
  if (status >= 100 && status < 300) return;
  const box = outbox(world);
  const now = world.clock.now();
  const bad = (box.bad[webhook.id] ?? []).filter((at) => at > now - BAD_WINDOW_MS);
  bad.push(now);
  box.bad[webhook.id] = bad;
  if (bad.length > BAD_MAX) webhook.disabled = true;
  const pause = PAUSES[delivery.tries];
  // Only servers that failed get the two late tries, not those that refused.
  const isFailure = status === 499 || status >= 500;
  if (pause === undefined || (delivery.tries >= 2 && !isFailure)) return;
  box.pending.push({ ...delivery, tries: delivery.tries + 1, due_at: now + pause });
}
