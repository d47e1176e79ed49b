import { CRM } from '../documents.ts';
import type { Account, Source } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, itemProblem, problem, validationProblem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readFilter } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { checkSource, type SourceInput } from './source-rules.ts';
import { applyInput, removeSource, sourceModel, sourcesOf } from './source-store.ts';

export function sourceRoutes(): KommoRoute[] {
  const sources = resource('/sources', `${CRM}/sources-api`, {
    needsAdmin: true,
    unauthorised: (exchange) =>
      exchange.method === 'GET' ? Number(exchange.world.switch('getSourcesUnauthorised')) : 401,
  });
  return [
    sources('GET', '', list, { note: '204 for an empty list; switch getSourcesUnauthorised' }),
    sources('POST', '', create, {
      note: 'error codes of single fields are assumptions; switches sourcesMax, sourcesBatchMax, externalIdMax, deletedSourceIdReuse, requireLeadSources',
    }),
    sources('PATCH', '', updateMany),
    sources('DELETE', '', removeMany),
    sources('GET', '/:id', show, { note: '204 when missing' }),
    sources('PATCH', '/:id', updateOne),
    sources('DELETE', '/:id', removeOne, { note: 'two forms of 404 (switch deleteUnknownSource)' }),
  ];
}

function collection(account: Account, items: object[]): object {
  return {
    _total_items: items.length,
    _links: apiLink(account, '/sources'),
    _embedded: { sources: items },
  };
}

/** Refuses a caller that may not use sources at all. @returns whether it did */
function refuseCaller(exchange: Exchange, caller: Caller): boolean {
  const { world } = exchange;
  if (caller.clientId === '') {
    problem(exchange, 403, 'Sources belong to integrations');
    return true;
  }
  const { locations } = world.integration(caller.clientId);
  if (world.switch('requireLeadSources') === 'off' || locations.includes('lead_sources')) {
    return false;
  }
  problem(exchange, 403, 'The integration has no widget with the location lead_sources');
  return true;
}

function list(exchange: Exchange, caller: Caller) {
  const filter = readFilter(exchange, ['external_id']);
  const found = sourcesOf(exchange, caller).filter(({ external_id: id }) =>
    filter.takes('external_id', id),
  );
  if (found.length === 0) return exchange.send(204);
  const items = found.slice(0, 100).map((one) => sourceModel(caller.account, one));
  hal(exchange, collection(caller.account, items));
}

function show(exchange: Exchange, caller: Caller) {
  const source = sourcesOf(exchange, caller).find(({ id }) => String(id) === exchange.param('id'));
  if (source === undefined) return exchange.send(204);
  hal(exchange, sourceModel(caller.account, source));
}

/** The batch; undefined if a refusal was sent. */
function readBatch(exchange: Exchange): SourceInput[] | undefined {
  const value = exchange.json();
  const most = Number(exchange.world.switch('sourcesBatchMax'));
  const isBatch =
    Array.isArray(value) &&
    value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
  if (!isBatch || value.length === 0) {
    problem(exchange, 400, 'A non-empty array of objects is expected');
    return undefined;
  }
  if (value.length > most) {
    problem(exchange, 400, `At most ${most} items are accepted`);
    return undefined;
  }
  return value as SourceInput[];
}

function requestIdOf(item: SourceInput, index: number): string {
  return item.request_id === undefined ? String(index) : String(item.request_id);
}

function create(exchange: Exchange, caller: Caller) {
  if (refuseCaller(exchange, caller)) return;
  const batch = readBatch(exchange);
  if (batch === undefined) return;
  const { world } = exchange;
  const { account, clientId } = caller;
  const own = sourcesOf(exchange, caller);
  const rules = { account, externalIdMax: Number(world.switch('externalIdMax')) };
  const taken = new Set(own.map(({ external_id }) => external_id));
  const faults = batch.flatMap((item, index) => {
    const errors = checkSource(item, index, { ...rules, taken, isNew: true });
    taken.add(String(item.external_id));
    return errors.length > 0 ? [{ request_id: requestIdOf(item, index), errors }] : [];
  });
  if (faults.length > 0) return validationProblem(exchange, faults);
  const most = Number(world.switch('sourcesMax'));
  if (own.length + batch.length > most) {
    return problem(exchange, 400, `At most ${most} sources are accepted`);
  }
  const created = batch.map((item, index) => {
    const externalId = String(item.external_id);
    const key = `${account.id}|${clientId}|${externalId}`;
    const formerId = world.state.deleted_source_ids[key];
    const isReused = formerId !== undefined && world.switch('deletedSourceIdReuse') === 'on';
    delete world.state.deleted_source_ids[key];
    const source: Source = {
      id: isReused ? formerId : world.nextId(),
      account_id: account.id,
      client_id: clientId,
      name: '',
      external_id: externalId,
      pipeline_id: account.pipelines.find(({ is_main }) => is_main)?.id ?? 0,
      default: false,
      origin_code: null,
      services: [],
      is_hidden: false,
    };
    world.state.sources.push(source);
    applyInput(exchange, caller, source, item);
    return { source, requestId: requestIdOf(item, index) };
  });
  const items = created.map(({ source, requestId }) => sourceModel(account, source, requestId));
  hal(exchange, collection(account, items));
}

function updateMany(exchange: Exchange, caller: Caller): void {
  if (refuseCaller(exchange, caller)) return;
  const batch = readBatch(exchange);
  if (batch === undefined) return;
  const updated = update(exchange, caller, batch);
  if (updated === undefined) return;
  const items = updated.map((source, index) =>
    sourceModel(caller.account, source, requestIdOf(batch[index] ?? {}, index)),
  );
  hal(exchange, collection(caller.account, items));
}

function updateOne(exchange: Exchange, caller: Caller): void {
  if (refuseCaller(exchange, caller)) return;
  const item = { ...exchange.fields(), id: Number(exchange.param('id')) };
  const source = update(exchange, caller, [item])?.[0];
  if (source !== undefined) hal(exchange, sourceModel(caller.account, source));
}

/** All or nothing; undefined if a refusal was sent. */
function update(exchange: Exchange, caller: Caller, batch: SourceInput[]): Source[] | undefined {
  const { world } = exchange;
  const own = sourcesOf(exchange, caller);
  const targets: Source[] = [];
  const faults = batch.flatMap((item, index) => {
    const request_id = requestIdOf(item, index);
    const source = own.find(({ id }) => id === item.id);
    if (source === undefined) return [{ request_id, errors: [notFound(item.id, `${index}.id`)] }];
    targets.push(source);
    const errors = checkSource(item, index, {
      account: caller.account,
      externalIdMax: Number(world.switch('externalIdMax')),
      taken: new Set(),
      isNew: false,
      current: source,
    });
    return errors.length > 0 ? [{ request_id, errors }] : [];
  });
  if (faults.length > 0) {
    validationProblem(exchange, faults);
    return undefined;
  }
  targets.forEach((source, index) => {
    applyInput(exchange, caller, source, batch[index] ?? {});
  });
  return targets;
}

function notFound(id: unknown, path: string) {
  return { code: 'EntityNotFound', path, detail: `source with id = ${id} not found` };
}

function removeMany(exchange: Exchange, caller: Caller) {
  if (refuseCaller(exchange, caller)) return;
  const batch = readBatch(exchange);
  if (batch === undefined) return;
  const own = sourcesOf(exchange, caller);
  const unknown = batch.flatMap((item, index) =>
    own.some(({ id }) => id === item.id)
      ? []
      : [{ request_id: requestIdOf(item, index), errors: notFound(item.id, 'id') }],
  );
  if (unknown.length > 0) return itemProblem(exchange, unknown);
  for (const { id } of batch) removeSource(exchange.world, Number(id));
  exchange.send(204);
}

function removeOne(exchange: Exchange, caller: Caller) {
  if (refuseCaller(exchange, caller)) return;
  const id = exchange.param('id');
  const source = sourcesOf(exchange, caller).find((one) => String(one.id) === id);
  if (source === undefined) {
    if (exchange.world.switch('deleteUnknownSource') === 'text') {
      return exchange.send(404, 'Not Found', { 'content-type': 'text/plain' });
    }
    return problem(exchange, 404, `source with id = ${id} not found`);
  }
  removeSource(exchange.world, source.id);
  exchange.send(204);
}
