import { randomUUID } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import type { WhatsAppSession } from '../whatsapp.ts';
import type { Call } from './guard.ts';
import { EVENTS, SETTINGS_SCHEMA, WEBHOOK_SCHEMA } from './instance-schemas.ts';
import { badRequest, unexpected } from './refusal.ts';
import { faultsOf } from './schema.ts';
import type { Fields, Instance, InstanceSettings } from './state.ts';

/**
 * `POST /webhook/set/{instance}`: everything inside `webhook`; the flat form of older pages is refused.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/api/integrations/event/webhook/webhook.schema.ts
 */
export function setWebhook({ exchange, session, instance }: Call): void {
  const body = exchange.fields();
  const faults = faultsOf(body, WEBHOOK_SCHEMA);
  if (faults.length > 0) throw badRequest(faults);
  keepWebhook(exchange.world, session, instance, body.webhook as Fields);
  exchange.sendJson(201, instance.webhook);
}

/** `GET /webhook/find/{instance}`: the row, or null. */
export function findWebhook({ exchange, instance }: Call): void {
  exchange.sendJson(200, instance.webhook);
}

/** Keeps what `webhook/set` and `instance/create` are given. @throws Refusal without a list of events */
export function keepWebhook(
  world: World,
  session: WhatsAppSession,
  instance: Instance,
  given: Fields,
): void {
  const isEnabled = given.enabled === true;
  const { events, url, headers } = given;
  if (isEnabled && !Array.isArray(events)) {
    throw unexpected("Cannot read properties of undefined (reading 'length')");
  }
  const named = Object.entries((headers ?? {}) as Fields);
  const own = Object.fromEntries(named.map(([name, value]) => [name, String(value)]));
  const now = new Date(world.clock.now()).toISOString();
  const known = instance.webhook;
  instance.webhook = {
    id: known?.id ?? randomUUID(),
    url: String(url),
    headers: headers === undefined ? null : own,
    enabled: isEnabled,
    events: isEnabled ? listed(events as string[]) : [],
    webhookByEvents: typeof given.byEvents === 'boolean' ? given.byEvents : null,
    webhookBase64: typeof given.base64 === 'boolean' ? given.base64 : null,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    instanceId: instance.id,
  };
  session.webhook = isEnabled ? { url: String(url), headers: own, hmacKey: null } : null;
}

/** None named means all. */
function listed(events: string[]): string[] {
  return events.length === 0 ? [...EVENTS] : events;
}

/** `POST /settings/set/{instance}`. */
export function setSettings({ exchange, instance }: Call): void {
  const body = exchange.fields();
  const faults = faultsOf(body, SETTINGS_SCHEMA);
  if (faults.length > 0) throw badRequest(faults);
  changeSettings(instance, body);
  exchange.sendJson(201, {
    settings: { instanceName: instance.name, settings: instance.settings },
  });
}

/** `GET /settings/find/{instance}`. */
export function findSettings({ exchange, instance }: Call): void {
  exchange.sendJson(200, instance.settings);
}

/** Takes over the settings among what `settings/set` and `instance/create` are given. */
export function changeSettings(instance: Instance, given: Fields): void {
  const named = Object.entries(instance.settings).map(([name, known]) => [
    name,
    typeof given[name] === typeof known ? given[name] : known,
  ]);
  Object.assign(instance.settings, Object.fromEntries(named) as InstanceSettings);
}
