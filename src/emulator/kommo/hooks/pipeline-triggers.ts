import { loadWidget } from '../../upload/widget-folder.ts';
import type { Account, Integration } from '../entities.ts';
import type { World } from '../world.ts';
import { callHook } from './call-hook.ts';
import { formEncode } from './form-encode.ts';

/** Not documented; Kommo asks for a fast answer. */
const TIMEOUT_MS = 5000;

/** https://www.amocrm.ru/developers/content/digital_pipeline/integrations */
export const TRIGGER_EVENTS = {
  lead_added: 1,
  lead_status_changed: 14,
  lead_appeared_in_status: 15,
  mail_in: 16,
  call_in: 17,
  site_visit: 18,
  chat: 19,
  customer_added: 20,
  customer_period_changed: 21,
  customer_appeared_in_period: 22,
} as const;

export type TriggerEvent = keyof typeof TRIGGER_EVENTS;

/** An automatic action that a user put under a stage of a pipeline. */
export interface Trigger {
  id: number;
  account_id: number;
  client_id: string;
  pipeline_id: number;
  status_id: number;
  /** What the form of `dp.settings` held. */
  settings: Record<string, unknown>;
}

/** What happens to a lead or customer and sets off triggers. */
export interface TriggerCause {
  event?: TriggerEvent;
  /** Id of the lead or customer. */
  element_id?: number;
  direction?: 'went_to_trigger' | 'went_in_trigger' | 'went_from_trigger';
}

function shelf(world: World): { triggers: Trigger[] } {
  return world.service('pipeline_triggers', () => ({ triggers: [] }));
}

/** Triggers of an account in the order they were added. */
export function triggersOf(world: World, account: Account): Trigger[] {
  return shelf(world).triggers.filter(({ account_id }) => account_id === account.id);
}

/** @returns undefined when the account has no such stage */
export function addTrigger(
  world: World,
  account: Account,
  integration: Integration,
  statusId: number,
  settings: Record<string, unknown>,
): Trigger | undefined {
  const pipeline = account.pipelines.find(({ statuses }) =>
    statuses.some(({ id }) => id === statusId),
  );
  if (pipeline === undefined) return undefined;
  const trigger = {
    id: world.nextId(),
    account_id: account.id,
    client_id: integration.client_id,
    pipeline_id: pipeline.id,
    status_id: statusId,
    settings,
  };
  shelf(world).triggers.push(trigger);
  return trigger;
}

/** @returns undefined when the account has no such trigger */
export function changeTrigger(
  world: World,
  account: Account,
  id: number,
  settings: Record<string, unknown>,
): Trigger | undefined {
  const trigger = triggersOf(world, account).find((one) => one.id === id);
  if (trigger !== undefined) trigger.settings = settings;
  return trigger;
}

/** @returns whether the account had such a trigger */
export function removeTrigger(world: World, account: Account, id: number): boolean {
  const kept = shelf(world).triggers.filter(
    (one) => one.id !== id || one.account_id !== account.id,
  );
  const isFound = kept.length < shelf(world).triggers.length;
  shelf(world).triggers = kept;
  return isFound;
}

/**
 * Posts the event to the manifest's `dp.webhook_url`, unsigned, once.
 * @returns the status answered, 0 for none in time, undefined when the manifest names no address
 */
export async function setOff(
  world: World,
  account: Account,
  trigger: Trigger,
  cause: TriggerCause = {},
): Promise<number | undefined> {
  const url = await webhookUrl(world);
  if (url === undefined) return undefined;
  const { event = 'lead_appeared_in_status', element_id = 501 } = cause;
  const isLead = !event.startsWith('customer');
  const body = {
    event: {
      type: TRIGGER_EVENTS[event],
      type_code: event,
      data: {
        id: element_id,
        element_type: isLead ? 2 : 12,
        status_id: trigger.status_id,
        ...(isLead && {
          pipeline_id: trigger.pipeline_id,
          direction_of_movement: cause.direction ?? 'went_to_trigger',
        }),
      },
      time: world.clock.seconds(),
    },
    action: { settings: { widget: { settings: trigger.settings } } },
    subdomain: account.subdomain,
    account_id: account.id,
  };
  const isForm = world.switch('pipelineWebhookBody') === 'form';
  return callHook(world, {
    name: 'digital pipeline',
    method: 'POST',
    url,
    headers: { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' },
    body: isForm ? formEncode(body) : JSON.stringify(body),
    timeoutMs: TIMEOUT_MS,
    integration: world.integration(trigger.client_id),
  });
}

async function webhookUrl(world: World): Promise<string | undefined> {
  if (world.widgetPath === undefined) return undefined;
  const { manifest } = await loadWidget(world.widgetPath);
  const { webhook_url } = (manifest?.dp ?? {}) as { webhook_url?: unknown };
  return typeof webhook_url === 'string' && URL.canParse(webhook_url) ? webhook_url : undefined;
}
