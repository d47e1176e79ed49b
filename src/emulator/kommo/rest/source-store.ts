import type { Account, Source } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import type { World } from '../world.ts';
import { apiLink } from './account-routes.ts';
import type { Caller } from './guard.ts';
import type { SourceInput } from './source-rules.ts';

/** The caller's visible sources; a page of the account sees those of every integration. */
export function sourcesOf(exchange: Exchange, { account, clientId }: Caller): Source[] {
  return exchange.world.state.sources.filter(
    (one) =>
      one.account_id === account.id &&
      !one.is_hidden &&
      (clientId === '' || one.client_id === clientId),
  );
}

export function sourceModel(account: Account, source: Source, requestId?: string): object {
  const { account_id, client_id, is_hidden, ...own } = source;
  return {
    ...own,
    ...(requestId !== undefined && { request_id: requestId }),
    _links: apiLink(account, `/sources/${source.id}`),
  };
}

/** Writes the given fields; a new default replaces the old one. */
export function applyInput(
  exchange: Exchange,
  caller: Caller,
  source: Source,
  item: SourceInput,
): void {
  if (item.name !== undefined) source.name = String(item.name);
  if (item.pipeline_id !== undefined) source.pipeline_id = Number(item.pipeline_id);
  if (item.origin_code !== undefined) source.origin_code = String(item.origin_code);
  if (Array.isArray(item.services)) source.services = item.services;
  if (item.default === undefined) return;
  if (item.default === true) {
    for (const other of sourcesOf(exchange, caller)) other.default = false;
  }
  source.default = item.default === true;
}

/** Deletes a source; no other becomes the default. */
export function removeSource(world: World, id: number): boolean {
  const source = world.state.sources.find((one) => one.id === id);
  if (source === undefined) return false;
  const key = `${source.account_id}|${source.client_id}|${source.external_id}`;
  world.state.deleted_source_ids[key] = id;
  world.state.sources = world.state.sources.filter((one) => one !== source);
  return true;
}
