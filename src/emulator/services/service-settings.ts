import type { Exchange, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';

interface ServiceSettings {
  /** `Cross-Origin-Opener-Policy` of the sign-in pages, or empty for none. */
  opener_policy: '' | 'same-origin' | 'same-origin-allow-popups';
}

const POLICIES = ['', 'same-origin', 'same-origin-allow-popups'] as const;

export function serviceSettingsRoutes(): Route[] {
  return [{ method: 'POST', host: 'any', path: '/__services/settings', handler: change }];
}

function settingsOf(world: World): ServiceSettings {
  return world.service<ServiceSettings>('settings', () => ({ opener_policy: '' }));
}

/** The header that separates a popup from its opener, if the emulated services send it. */
export function openerPolicy(world: World): Record<string, string> {
  const policy = settingsOf(world).opener_policy;
  return policy === '' ? {} : { 'cross-origin-opener-policy': policy };
}

function change(exchange: Exchange): void {
  const policy = POLICIES.find((one) => one === exchange.fields().opener_policy);
  if (policy === undefined) {
    return void exchange.sendJson(400, {
      error: `opener_policy must be one of ${JSON.stringify(POLICIES)}`,
    });
  }
  settingsOf(exchange.world).opener_policy = policy;
  exchange.sendJson(200, settingsOf(exchange.world));
}
