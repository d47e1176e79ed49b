import { setTimeout as delay } from 'node:timers/promises';
import type { Exchange, Route } from '../kommo/exchange.ts';
import { judgeWaha } from '../services/waha/judge.ts';
import { clearRefusals, refuseAct, settingsAct } from '../services/waha/orders.ts';
import { wahaState } from '../services/waha/state.ts';
import { deliveriesSettled, openDeliveries } from '../services/waha/webhooks.ts';
import { type Json, routesUnder } from './controlled.ts';

/** How WAHA's double is set up and what it is to do wrong, and what it found, under `/__emulator/services/waha`. */
export function wahaControlRoutes(): Route[] {
  const route = routesUnder('/services/waha');
  return [
    route('POST', '/settings', ({ world }, body) => settingsAct(world, body)),
    route('GET', '/settings', ({ world }) => wahaState(world).settings),
    route('POST', '/refuse', ({ world }, body) => refuseAct(world, body)),
    route('GET', '/refuse', ({ world }) => ({ refusals: wahaState(world).refusals })),
    route('DELETE', '/refuse', (exchange) => {
      const id = exchange.query('id');
      clearRefusals(exchange.world, id === undefined ? undefined : Number(id));
      return { ok: true };
    }),
    route('POST', '/settle', settle),
    route('GET', '/judge', ({ world }) => judgeWaha(world)),
  ];
}

/** Waits until no webhook is on its way, `timeout_ms` (10000) at most. */
async function settle({ world }: Exchange, { timeout_ms = 10_000 }: Json): Promise<object> {
  const timeout = delay(Number(timeout_ms), undefined, { ref: false });
  await Promise.race([deliveriesSettled(world), timeout]);
  return { open_deliveries: openDeliveries(world) };
}
