import { ownRows } from '../crm/own-rows.ts';
import { checkShape, Faults, type Item, isItem, type Shape } from '../crm/shape.ts';
import { CARD_KINDS, type Card, type Task } from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { type FieldFault, hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readBatch, readOne, requestId, sendBatch } from './batch.ts';
import { readFilter, readOrder } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** What is to be done, by whom and until when. */
export function taskRoutes(): KommoRoute[] {
  const tasks = resource('/tasks', `${CRM}/tasks-api`);
  return [
    tasks('GET', '', list),
    tasks('GET', '/:id(\\d+)', show, { note: '404 for an unknown id is an assumption' }),
    tasks('POST', '', create),
    tasks('PATCH', '', changeAll),
    tasks('PATCH', '/:id(\\d+)', change),
  ];
}

const SHAPE: Shape = {
  ...{ text: 'text', task_type_id: 'id', responsible_user_id: 'id', complete_till: 'time' },
  ...{ entity_type: 'text?', entity_id: 'id?', is_completed: 'flag', duration: 'number' },
  ...{ created_by: 'number', updated_by: 'number', created_at: 'time', updated_at: 'time' },
};

const FILTERS = [
  ...['id', 'responsible_user_id', 'is_completed', 'task_type', 'entity_type', 'entity_id'],
  'updated_at',
];

function list(exchange: Exchange, { account }: Caller): void {
  const filter = readFilter(exchange, FILTERS);
  const order = readOrder(exchange, ['created_at', 'complete_till', 'id']);
  const { by, sign } = order ?? { by: 'id' as const, sign: 1 };
  // One time alone means "changed after it".
  const after = exchange.nested.text('filter', 'updated_at');
  const rows = ownRows(exchange.world.state.tasks, account).filter(
    (task) =>
      filter.takes('id', task.id) &&
      filter.takes('responsible_user_id', task.responsible_user_id) &&
      filter.takes('is_completed', task.is_completed) &&
      filter.takes('task_type', task.task_type_id) &&
      filter.takes('entity_type', task.entity_type) &&
      filter.takes('entity_id', task.entity_id) &&
      (after === undefined
        ? filter.spans('updated_at', task.updated_at)
        : task.updated_at > +after),
  );
  const sorted = rows.toSorted((one, other) => (one[by] - other[by]) * sign || one.id - other.id);
  sendPage(exchange, account, 'tasks', sorted, (task) => model(account, task));
}

function model(account: Account, task: Task): object {
  return {
    ...{ id: task.id, created_by: task.created_by, updated_by: task.updated_by },
    ...{ created_at: task.created_at, updated_at: task.updated_at },
    ...{ responsible_user_id: task.responsible_user_id, group_id: 0 },
    ...{ entity_id: task.entity_id, entity_type: task.entity_type, duration: task.duration },
    ...{ is_completed: task.is_completed, task_type_id: task.task_type_id, text: task.text },
    // PHP's empty array stands for "no result".
    result: task.result === null ? [] : { text: task.result },
    ...{ complete_till: task.complete_till, account_id: account.id },
    _links: apiLink(account, `/tasks/${task.id}`),
  };
}

function show(exchange: Exchange, { account }: Caller) {
  const task = find(exchange, account, Number(exchange.param('id')));
  if (task === undefined) return problem(exchange, 404, 'Task not found');
  hal(exchange, model(account, task));
}

function find({ world }: Exchange, account: Account, id: unknown): Task | undefined {
  return ownRows(world.state.tasks, account).find((task) => task.id === id);
}

function create(exchange: Exchange, { account, user }: Caller): void {
  const { world } = exchange;
  const items = readBatch(exchange, (item) => [
    ...required(item),
    ...faultsOf(exchange, account, item),
  ]);
  if (items === undefined) return;
  const now = world.clock.seconds();
  const made = items.map((item, index) => {
    const task: Task = {
      ...{ id: world.nextId(), account_id: account.id, text: '', task_type_id: 1 },
      ...{ responsible_user_id: user.id, entity_type: null, entity_id: null },
      ...{ is_completed: false, complete_till: now, duration: 0, result: null },
      ...{ created_by: user.id, updated_by: user.id, created_at: now, updated_at: now },
    };
    fill(task, { updated_at: now, ...item });
    world.state.tasks.push(task);
    const _links = apiLink(account, `/tasks/${task.id}`);
    return { id: task.id, request_id: requestId(item, index), _links };
  });
  sendBatch(exchange, account, 'tasks', made);
}

function changeAll(exchange: Exchange, { account, user }: Caller): void {
  const items = readBatch(exchange, (item) => {
    if (find(exchange, account, item.id) !== undefined) return faultsOf(exchange, account, item);
    return [{ code: 'NotFound', path: 'id', detail: 'There is no such element.' }];
  });
  if (items === undefined) return;
  const changed = items.flatMap((item, index) => {
    const task = find(exchange, account, item.id);
    if (task === undefined) return [];
    return [update(exchange, account, task, { updated_by: user.id, ...item }, index)];
  });
  sendBatch(exchange, account, 'tasks', changed);
}

function change(exchange: Exchange, { account, user }: Caller) {
  const task = find(exchange, account, Number(exchange.param('id')));
  if (task === undefined) return problem(exchange, 404, 'Task not found');
  const item = readOne(exchange, (given) => faultsOf(exchange, account, given));
  if (item === undefined) return;
  hal(exchange, update(exchange, account, task, { updated_by: user.id, ...item }, 0));
}

function update(
  { world }: Exchange,
  account: Account,
  task: Task,
  item: Item,
  index: number,
): object {
  fill(task, { updated_at: world.clock.seconds(), ...item });
  const _links = apiLink(account, `/tasks/${task.id}`);
  const { id, updated_at } = task;
  return { id, updated_at, request_id: requestId(item, index), _links };
}

function fill(task: Task, item: Item): void {
  for (const name of Object.keys(SHAPE)) {
    if (item[name] !== undefined) Object.assign(task, { [name]: item[name] });
  }
  if (isItem(item.result) && typeof item.result.text === 'string') task.result = item.result.text;
}

function required(item: Item): FieldFault[] {
  return ['text', 'complete_till']
    .filter((name) => item[name] === undefined)
    .map((path) => ({ code: 'FieldMissing', path, detail: 'This field is missing.' }));
}

function faultsOf({ world }: Exchange, account: Account, item: Item): FieldFault[] {
  const known = Object.fromEntries(Object.entries(item).filter(([name]) => name in SHAPE));
  const types = new Faults();
  checkShape('', known, SHAPE, types);
  const faults = types.lines.map((line): FieldFault => {
    const [path = '', ...detail] = line.replace(/^\./, '').split(': ');
    return { code: 'InvalidType', path, detail: detail.join(': ') };
  });
  const missing = (path: string) => {
    faults.push({ code: 'NotSupportedChoice', path, detail: 'There is no such element.' });
  };
  const { responsible_user_id: user, entity_type: type, entity_id: id } = item;
  if (user !== undefined && !account.users.some((one) => one.id === user)) {
    missing('responsible_user_id');
  }
  if (type === undefined || type === null) return faults;
  const kind = CARD_KINDS.find((one) => one === type);
  if (kind === undefined) missing('entity_type');
  else if (!ownRows<Card>(world.state[kind], account).some((one) => one.id === id)) {
    missing('entity_id');
  }
  return faults;
}
