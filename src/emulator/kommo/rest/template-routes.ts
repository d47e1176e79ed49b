import { CRM } from '../documents.ts';
import type { Template } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem, validationProblem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readFilter, wanted } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';
import { checkTemplate, type TemplateInput } from './template-rules.ts';

export function templateRoutes(): KommoRoute[] {
  const templates = resource('/chats/templates', `${CRM}/chat-templates-api`, { needsAdmin: true });
  return [
    templates('GET', '', list),
    templates('POST', '', create, {
      note: 'the limit that answers 422 is not documented; 1000 is assumed',
    }),
    templates('PATCH', '', updateMany),
    templates('DELETE', '', removeMany),
    templates('GET', '/:id', show),
    templates('PATCH', '/:id', updateOne),
    templates('DELETE', '/:id', removeOne),
  ];
}

/** Most templates of one integration in one account; more are answered with 422. The number is assumed. */
const TEMPLATES_MAX = 1000;
const PAGE_MAX = 50;

/** Templates the caller may see: an integration sees its own, a page of the account all. */
function templatesOf(exchange: Exchange, { account, clientId }: Caller): Template[] {
  return exchange.world.state.templates.filter(
    (one) => one.account_id === account.id && (clientId === '' || one.client_id === clientId),
  );
}

function templateModel(
  exchange: Exchange,
  { account }: Caller,
  template: Template,
  requestId?: string,
): object {
  const { client_id, reviews, waba_examples: examples, ...own } = template;
  const isWaba = template.type === 'waba';
  return {
    ...own,
    // PHP sends an empty object as an empty list.
    waba_examples: Object.keys(examples).length === 0 ? [] : examples,
    ...(isWaba && {
      review_status: reviews.at(-1)?.status ?? 'draft',
      is_on_review: reviews.some(({ status }) => status === 'review'),
    }),
    ...(requestId !== undefined && { request_id: requestId }),
    _links: apiLink(account, `/chats/templates/${template.id}`),
    ...(wanted(exchange).has('reviews') && { _embedded: { reviews } }),
  };
}

function list(exchange: Exchange, caller: Caller): void {
  const filter = readFilter(exchange, ['external_id']);
  const found = templatesOf(exchange, caller).filter(({ external_id: id }) =>
    filter.takes('external_id', id),
  );
  const model = (one: Template) => templateModel(exchange, caller, one);
  const options = { name: 'chat_templates', max: PAGE_MAX };
  sendPage(exchange, caller.account, 'chats/templates', found, model, options);
}

/** The template in the address; undefined if a refusal was sent. */
export function findTemplate(exchange: Exchange, caller: Caller): Template | undefined {
  const found = templatesOf(exchange, caller).find(({ id }) => String(id) === exchange.param('id'));
  if (found === undefined) problem(exchange, 404, 'Template not found');
  return found;
}

function show(exchange: Exchange, caller: Caller) {
  const template = findTemplate(exchange, caller);
  if (template !== undefined) hal(exchange, templateModel(exchange, caller, template));
}

/** The batch; undefined if a refusal was sent. */
function readBatch(exchange: Exchange): TemplateInput[] | undefined {
  const value = exchange.json();
  const isBatch = Array.isArray(value) && value.every((one) => typeof one === 'object' && one);
  if (!isBatch || value.length === 0) {
    problem(exchange, 400, 'A non-empty array of objects is expected');
    return undefined;
  }
  return value as TemplateInput[];
}

function requestIdOf(item: TemplateInput, index: number): string {
  return item.request_id === undefined ? String(index) : String(item.request_id);
}

function create(exchange: Exchange, caller: Caller) {
  const { world } = exchange;
  const batch = readBatch(exchange);
  if (batch === undefined) return;
  const faults = batch.flatMap((item, index) => {
    const errors = checkTemplate(item, index, true);
    return errors.length > 0 ? [{ request_id: requestIdOf(item, index), errors }] : [];
  });
  if (faults.length > 0) return validationProblem(exchange, faults);
  if (templatesOf(exchange, caller).length + batch.length > TEMPLATES_MAX) {
    return problem(exchange, 422, 'The limit of templates is reached');
  }
  const now = world.clock.seconds();
  const items = batch.map((item, index) => {
    const template: Template = {
      id: world.nextId(),
      account_id: caller.account.id,
      client_id: caller.clientId,
      name: '',
      content: '',
      created_at: now,
      updated_at: now,
      is_editable: false,
      type: 'amocrm',
      external_id: null,
      buttons: [],
      attachment: null,
      waba_footer: null,
      waba_category: null,
      waba_language: null,
      waba_examples: {},
      waba_header: null,
      waba_header_type: null,
      reviews: [],
    };
    apply(template, item, now);
    world.state.templates.push(template);
    return templateModel(exchange, caller, template, requestIdOf(item, index));
  });
  hal(exchange, collection(items));
}

function collection(items: object[]): object {
  return { _total_items: items.length, _embedded: { chat_templates: items } };
}

const WRITABLE = [
  'name',
  'content',
  'is_editable',
  'type',
  'external_id',
  'buttons',
  'attachment',
  'waba_footer',
  'waba_category',
  'waba_language',
  'waba_header',
  'waba_header_type',
] as const;

function apply(template: Template, item: TemplateInput, now: number): void {
  const given = Object.fromEntries(
    WRITABLE.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]),
  );
  Object.assign(template, given);
  const { waba_examples: examples } = item;
  if (examples !== undefined) {
    template.waba_examples = Array.isArray(examples) ? {} : (examples as Record<string, string>);
  }
  template.updated_at = now;
}

function updateMany(exchange: Exchange, caller: Caller) {
  const batch = readBatch(exchange);
  if (batch === undefined) return;
  const updated = update(exchange, caller, batch);
  if (updated !== undefined) hal(exchange, collection(updated));
}

function updateOne(exchange: Exchange, caller: Caller) {
  if (findTemplate(exchange, caller) === undefined) return;
  const item = { ...exchange.fields(), id: Number(exchange.param('id')) };
  const updated = update(exchange, caller, [item]);
  if (updated !== undefined) hal(exchange, updated[0]);
}

/** All or nothing; undefined if a refusal was sent. */
function update(exchange: Exchange, caller: Caller, batch: TemplateInput[]): object[] | undefined {
  const own = templatesOf(exchange, caller);
  const targets = batch.map((item) => own.find(({ id }) => id === item.id));
  const faults = batch.flatMap((item, index) => {
    const target = targets[index];
    const errors = checkTemplate(item, index, false, target);
    return errors.length > 0 ? [{ request_id: requestIdOf(item, index), errors }] : [];
  });
  if (faults.length > 0) {
    validationProblem(exchange, faults);
    return undefined;
  }
  return batch.flatMap((item, index) => {
    const target = targets[index];
    if (target === undefined) return [];
    apply(target, item, exchange.world.clock.seconds());
    return [templateModel(exchange, caller, target, requestIdOf(item, index))];
  });
}

function removeMany(exchange: Exchange, caller: Caller) {
  const batch = readBatch(exchange);
  if (batch === undefined) return;
  const own = templatesOf(exchange, caller);
  const unknown = batch.find(({ id }) => !own.some((one) => one.id === id));
  if (unknown !== undefined) return problem(exchange, 400, `Template ${unknown.id} not found`);
  remove(
    exchange,
    batch.map(({ id }) => Number(id)),
  );
}

function removeOne(exchange: Exchange, caller: Caller) {
  const template = findTemplate(exchange, caller);
  if (template !== undefined) remove(exchange, [template.id]);
}

function remove(exchange: Exchange, ids: number[]): void {
  const { state } = exchange.world;
  state.templates = state.templates.filter(({ id }) => !ids.includes(id));
  exchange.send(204);
}
