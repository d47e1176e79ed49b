import { CRM } from '../documents.ts';
import type { Pipeline, Status } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem, validationProblem } from '../problems.ts';
import { type Item, readBatch, readObject, requestIdOf } from './bodies.ts';
import { wanted } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { findPipeline, findStatus, statusModel, wireTime } from './pipeline-model.ts';
import { COLORS, checkStatus } from './status-rules.ts';

/** The stages of a pipeline. */
export function statusRoutes(): KommoRoute[] {
  const base = '/leads/pipelines/:id/statuses';
  const source = `${CRM}/leads_pipelines`;
  const reading = resource(base, source);
  const writing = resource(base, source, { needsAdmin: true });
  const note = '404 for an unknown id is an assumption';
  return [
    reading('GET', '', list, { note }),
    reading('GET', '/:status', show, { note }),
    writing('POST', '', create, { note: 'sort is kept as given; 422 beyond 100 is an assumption' }),
    writing('PATCH', '/:status', change, { note: 'system stages: 400, an assumption' }),
    writing('DELETE', '/:status', remove, { note: 'leads go to the first stage' }),
  ];
}

/** With the system ones. */
const STATUSES_MAX = 100;

function list(exchange: Exchange, { account }: Caller) {
  const pipeline = findPipeline(exchange, account);
  if (pipeline === undefined) return;
  const hasDescriptions = wanted(exchange).has('descriptions');
  const statuses = pipeline.statuses.map((one) =>
    statusModel(account, pipeline, one, { hasDescriptions }),
  );
  hal(exchange, { _total_items: statuses.length, _embedded: { statuses } });
}

/** The pipeline and status of the address; undefined if a refusal was sent. */
function find(exchange: Exchange, { account }: Caller) {
  const pipeline = findPipeline(exchange, account);
  const status = pipeline && findStatus(exchange, pipeline);
  return pipeline && status && { pipeline, status };
}

function show(exchange: Exchange, caller: Caller) {
  const found = find(exchange, caller);
  if (found === undefined) return;
  const hasDescriptions = wanted(exchange).has('descriptions');
  hal(exchange, statusModel(caller.account, found.pipeline, found.status, { hasDescriptions }));
}

function create(exchange: Exchange, caller: Caller) {
  const { account } = caller;
  const pipeline = findPipeline(exchange, account);
  if (pipeline === undefined) return;
  const batch = readBatch(exchange);
  if (batch === undefined) return;
  const faults = batch.flatMap((item, index) => {
    const errors = checkStatus(item, index, true);
    return errors.length > 0 ? [{ request_id: requestIdOf(item, index), errors }] : [];
  });
  if (faults.length > 0) return validationProblem(exchange, faults);
  if (pipeline.statuses.length + batch.length > STATUSES_MAX) {
    return problem(exchange, 422, `A pipeline has at most ${STATUSES_MAX} statuses`);
  }
  const statuses = batch.map((item, index) => {
    const status = newStatus(exchange, item);
    describe(exchange, caller, status, item.descriptions);
    pipeline.statuses.push(status);
    const options = { hasDescriptions: true, requestId: requestIdOf(item, index) };
    return statusModel(account, pipeline, status, options);
  });
  inOrder(pipeline);
  hal(exchange, { _total_items: statuses.length, _embedded: { statuses } });
}

/** A stage of one's own. */
export function newStatus({ world }: Exchange, item: Item): Status {
  return {
    id: world.nextId(),
    name: String(item.name),
    sort: Number(item.sort),
    is_editable: true,
    color: item.color === undefined ? COLORS[0] : String(item.color),
    type: 0,
  };
}

export function inOrder(pipeline: Pipeline): void {
  pipeline.statuses.sort((one, other) => one.sort - other.sort);
}

/** Writes the given descriptions: by level, the old one is replaced; without a text, it is deleted. */
function describe(exchange: Exchange, caller: Caller, status: Status, given: unknown): void {
  if (!Array.isArray(given)) return;
  const now = wireTime(exchange);
  // 0 stands for the API.
  const by = caller.clientId === '' ? caller.user.id : 0;
  for (const { level, description: text } of given as Item[]) {
    const all = status.descriptions ?? [];
    const known = all.find((one) => one.level === level);
    const others = all.filter((one) => one !== known);
    if (text === undefined) {
      status.descriptions = others;
      continue;
    }
    const description = String(text);
    const made = { id: exchange.world.nextId(), created_at: now, created_by: by };
    const entry =
      known === undefined
        ? { ...made, updated_at: now, updated_by: null, level: String(level), description }
        : { ...known, updated_at: now, updated_by: by, description };
    status.descriptions = [...others, entry];
  }
}

function change(exchange: Exchange, caller: Caller) {
  const found = find(exchange, caller);
  const given = found && readObject(exchange);
  if (found === undefined || given === undefined) return;
  const { pipeline, status } = found;
  const names = ['name', 'sort', 'color', 'descriptions'];
  if (!names.some((name) => given[name] !== undefined)) {
    return problem(exchange, 400, `At least one of ${names.join(', ')} is expected`);
  }
  const request_id = requestIdOf(given, 0);
  const errors = checkStatus(given, 0, false);
  if (errors.length > 0) return validationProblem(exchange, [{ request_id, errors }]);
  if (!status.is_editable) return problem(exchange, 400, 'A system status cannot be changed');
  if (given.name !== undefined) status.name = String(given.name);
  if (given.sort !== undefined) status.sort = Number(given.sort);
  if (given.color !== undefined) status.color = String(given.color);
  describe(exchange, caller, status, given.descriptions);
  inOrder(pipeline);
  const options = { hasDescriptions: true, requestId: request_id };
  hal(exchange, statusModel(caller.account, pipeline, status, options));
}

function remove(exchange: Exchange, caller: Caller) {
  const found = find(exchange, caller);
  if (found === undefined) return;
  const { pipeline, status } = found;
  if (!status.is_editable) return problem(exchange, 400, 'A system status cannot be deleted');
  pipeline.statuses = pipeline.statuses.filter((one) => one !== status);
  // With no other stage of its own, the incoming one is the first.
  const first = pipeline.statuses.find((one) => one.is_editable) ?? pipeline.statuses[0];
  const { state, clock } = exchange.world;
  for (const lead of state.leads) {
    if (lead.account_id !== caller.account.id || lead.status_id !== status.id) continue;
    Object.assign(lead, { status_id: first?.id ?? lead.status_id, updated_at: clock.seconds() });
  }
  exchange.send(204);
}
