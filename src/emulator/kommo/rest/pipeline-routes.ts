import { CRM } from '../documents.ts';
import type { Account, Pipeline } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { type FieldFault, hal, problem, validationProblem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { type Item, readBatch, readObject, requestIdOf } from './bodies.ts';
import { checkFields, fieldFault } from './field-rules.ts';
import { type Caller, resource } from './guard.ts';
import { findPipeline, pipelineModel, systemStatuses } from './pipeline-model.ts';
import { inOrder, newStatus } from './status-routes.ts';
import { checkStatus } from './status-rules.ts';

/** Pipelines of leads. */
export function pipelineRoutes(): KommoRoute[] {
  const source = `${CRM}/leads_pipelines`;
  const reading = resource('/leads/pipelines', source);
  const writing = resource('/leads/pipelines', source, { needsAdmin: true });
  return [
    reading('GET', '', list),
    reading('GET', '/:id', show, { note: '404 for an unknown id is an assumption' }),
    writing('POST', '', create, { note: '422 beyond 50 is an assumption' }),
    writing('PATCH', '/:id', change, {
      note: 'the main one cannot be made no longer main: assumed',
    }),
    writing('DELETE', '/:id', remove, { note: 'not the last one, nor one with leads' }),
  ];
}

const PIPELINES_MAX = 50;

function collection(account: Account, pipelines: object[]): object {
  return {
    _total_items: pipelines.length,
    _links: apiLink(account, '/leads/pipelines'),
    _embedded: { pipelines },
  };
}

function list(exchange: Exchange, { account }: Caller) {
  const all = account.pipelines.map((one) => pipelineModel(account, one));
  hal(exchange, collection(account, all));
}

function show(exchange: Exchange, { account }: Caller) {
  const pipeline = findPipeline(exchange, account);
  if (pipeline !== undefined) hal(exchange, pipelineModel(account, pipeline));
}

function checkPipeline(item: Item, index: number, isNew: boolean): FieldFault[] {
  const faults = checkFields(item, index, {
    name: { type: 'string', isRequired: isNew },
    sort: { type: 'int', isRequired: isNew },
    is_main: { type: 'bool', isRequired: isNew },
    is_unsorted_on: { type: 'bool', isRequired: isNew },
  });
  if (typeof item.name === 'string' && item.name.trim() === '') {
    faults.push(fieldFault('NotBlank', index, 'name', 'This value should not be blank.'));
  }
  for (const [position, status] of statusesIn(item).entries()) {
    // The closed stages of a new pipeline may be named in it.
    if (isClosed(status)) continue;
    for (const { path, ...fault } of checkStatus(status, position, true)) {
      faults.push({ ...fault, path: `${index}._embedded.statuses.${path}` });
    }
  }
  return faults;
}

function statusesIn(item: Item): Item[] {
  const { statuses } = (item._embedded ?? {}) as { statuses?: unknown };
  return Array.isArray(statuses) ? statuses.map((one: Item | null) => one ?? {}) : [];
}

function isClosed({ id }: Item): boolean {
  return id === 142 || id === 143;
}

function create(exchange: Exchange, { account }: Caller) {
  const batch = readBatch(exchange);
  if (batch === undefined) return;
  const faults = batch.flatMap((item, index) => {
    const errors = checkPipeline(item, index, true);
    return errors.length > 0 ? [{ request_id: requestIdOf(item, index), errors }] : [];
  });
  if (faults.length > 0) return validationProblem(exchange, faults);
  if (account.pipelines.length + batch.length > PIPELINES_MAX) {
    return problem(exchange, 422, `An account has at most ${PIPELINES_MAX} pipelines`);
  }
  const made = batch.map((item, index) => {
    const pipeline = newPipeline(exchange, item);
    account.pipelines.push(pipeline);
    apply(account, pipeline, item);
    return { pipeline, requestId: requestIdOf(item, index) };
  });
  const models = made.map(({ pipeline, requestId }) => pipelineModel(account, pipeline, requestId));
  hal(exchange, collection(account, models));
}

function newPipeline(exchange: Exchange, item: Item): Pipeline {
  const { world } = exchange;
  const pipeline: Pipeline = {
    id: world.nextId(),
    name: '',
    sort: 0,
    is_main: false,
    is_unsorted_on: true,
    is_archive: false,
    statuses: systemStatuses(world.nextId()),
  };
  for (const status of statusesIn(item)) {
    const closed = pipeline.statuses.find(({ id }) => isClosed(status) && id === status.id);
    if (closed === undefined) pipeline.statuses.push(newStatus(exchange, status));
    else if (typeof status.name === 'string') closed.name = status.name;
  }
  inOrder(pipeline);
  return pipeline;
}

/** Writes the given fields; a new main pipeline replaces the old one. */
function apply(account: Account, pipeline: Pipeline, item: Item): void {
  if (item.name !== undefined) pipeline.name = String(item.name);
  if (item.sort !== undefined) pipeline.sort = Number(item.sort);
  if (item.is_unsorted_on !== undefined) pipeline.is_unsorted_on = item.is_unsorted_on === true;
  if (item.is_main === true) {
    for (const one of account.pipelines) one.is_main = one === pipeline;
  }
}

function change(exchange: Exchange, { account }: Caller) {
  const pipeline = findPipeline(exchange, account);
  const given = pipeline && readObject(exchange);
  if (pipeline === undefined || given === undefined) return;
  const names = ['name', 'sort', 'is_main', 'is_unsorted_on'];
  if (!names.some((name) => given[name] !== undefined)) {
    return problem(exchange, 400, `At least one of ${names.join(', ')} is expected`);
  }
  const request_id = requestIdOf(given, 0);
  const errors = checkPipeline(given, 0, false);
  if (errors.length > 0) return validationProblem(exchange, [{ request_id, errors }]);
  if (pipeline.is_main && given.is_main === false) {
    return problem(exchange, 400, 'One pipeline is the main one: make another main');
  }
  apply(account, pipeline, given);
  hal(exchange, pipelineModel(account, pipeline, request_id));
}

function remove(exchange: Exchange, { account }: Caller) {
  const pipeline = findPipeline(exchange, account);
  if (pipeline === undefined) return;
  if (account.pipelines.length === 1) {
    return problem(exchange, 400, 'The last pipeline cannot be deleted');
  }
  const hasLeads = exchange.world.state.leads.some(
    (lead) => lead.account_id === account.id && lead.pipeline_id === pipeline.id,
  );
  if (hasLeads) return problem(exchange, 400, 'A pipeline with leads cannot be deleted');
  account.pipelines = account.pipelines.filter((one) => one !== pipeline);
  const [first] = account.pipelines;
  if (pipeline.is_main && first !== undefined) first.is_main = true;
  exchange.send(204);
}
