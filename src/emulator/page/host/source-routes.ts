import { OWN_ADDRESS } from '../../kommo/documents.ts';
import type { Exchange, KommoRoute } from '../../kommo/exchange.ts';
import type { Session } from '../../kommo/session.ts';
import { asUser } from './page-request-routes.ts';

/** What the emulated pipeline page asks when the user adds the widget as a lead source. */
export function sourceRoutes(): KommoRoute[] {
  const path = '/ajax/emulator/lead_source';
  return [{ method: 'POST', host: 'account', path, handler: asUser(addSource), ...OWN_ADDRESS }];
}

function addSource(exchange: Exchange, { account }: Session): void {
  const { world } = exchange;
  const id = Number(exchange.fields().pipeline_id);
  const installation = world.installation(account, world.integration());
  if (installation === undefined || !account.pipelines.some((one) => one.id === id)) {
    exchange.sendJson(404, { detail: 'There is no such pipeline' }, 'application/problem+json');
    return;
  }
  installation.source_pipeline_id = id;
  exchange.sendJson(200, { pipeline_id: id });
}
