import { loadWidget } from '../../upload/widget-folder.ts';
import { disposableToken } from '../disposable-token.ts';
import type { Account, Integration, User } from '../entities.ts';
import type { World } from '../world.ts';
import { callHook } from './call-hook.ts';

/** Not documented. */
const TIMEOUT_MS = 5000;

/**
 * Kommo sends its own text messages (sign-in codes) through the widget's `sms.endpoint`.
 * https://www.amocrm.ru/developers/content/integrations/system_sms
 * @returns the status answered, 0 for none in time
 * @throws TypeError when the manifest names no address
 */
export async function sendSystemSms(
  world: World,
  account: Account,
  user: User,
  integration: Integration,
  message: { phone: string; text: string },
): Promise<number> {
  const widget = world.widgetPath === undefined ? undefined : await loadWidget(world.widgetPath);
  const { endpoint } = (widget?.manifest?.sms ?? {}) as { endpoint?: unknown };
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
    throw new TypeError('sms.endpoint: the manifest names no address');
  }
  const token = disposableToken(world, account, user, integration);
  return callHook(world, {
    name: 'system sms',
    method: 'POST',
    url: endpoint,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...message, token }).toString(),
    timeoutMs: TIMEOUT_MS,
    integration,
  });
}
