import { CRM } from '../documents.ts';
import type { Account, Pipeline, User } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { accountHost } from '../world.ts';
import { wanted } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** Account, users and pipelines. */
export function accountRoutes(): KommoRoute[] {
  const account = resource('/account', `${CRM}/account-info`);
  const users = resource('/users', `${CRM}/users-api`, { needsAdmin: true });
  const pipelines = resource('/leads/pipelines', `${CRM}/leads_pipelines`);
  return [
    account('GET', '', showAccount),
    users('GET', '', listUsers, { note: 'administrators only' }),
    users('GET', '/:id', showUser),
    pipelines('GET', '', listPipelines),
    pipelines('GET', '/:id', showPipeline, { note: '404 for an unknown id is an assumption' }),
  ];
}

/** `https://demo.kommo.com/api/v4<path>`: links always use the real host. */
export function apiLink(account: Account, path: string): { self: { href: string } } {
  return { self: { href: `https://${accountHost(account)}/api/v4${path}` } };
}

function showAccount(exchange: Exchange, { account, user }: Caller): void {
  const parts = wanted(exchange);
  const extra = Object.fromEntries(
    Object.entries({
      amojo_id: account.amojo_id,
      uuid: account.uuid,
      version: 12,
      drive_url: `https://drive-c.${account.tld}`,
      is_api_filter_enabled: true,
      entity_names: { leads: { ru: {}, en: {} } },
      invoices_settings: { lang: account.language, currency: account.currency },
    }).filter(([name]) => parts.has(name)),
  );
  const embedded = Object.fromEntries(
    Object.entries({
      amojo_rights: { can_direct: true, can_create_groups: true },
      users_groups: [{ id: 0, name: 'Sales department', uuid: null }],
      task_types: [
        { id: 1, name: 'Follow-up', color: null, icon_id: null, code: 'FOLLOW_UP' },
        { id: 2, name: 'Meeting', color: null, icon_id: null, code: 'MEETING' },
      ],
      datetime_settings: datetimeSettings(account),
    }).filter(([name]) => parts.has(name)),
  );
  hal(exchange, {
    id: account.id,
    name: account.name,
    subdomain: account.subdomain,
    created_at: account.created_at,
    created_by: 0,
    updated_at: account.created_at,
    updated_by: 0,
    current_user_id: user.id,
    country: account.country,
    currency: account.currency,
    currency_symbol: account.currency_symbol,
    customers_mode: 'periodicity',
    is_unsorted_on: true,
    mobile_feature_version: 0,
    is_loss_reason_enabled: true,
    is_helpbot_enabled: false,
    is_technical_account: account.is_technical_account,
    contact_name_display_order: 1,
    language: account.language,
    ...extra,
    _links: {
      self: { href: `https://${accountHost(account)}/api/v4/account${exchange.url.search}` },
    },
    ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
  });
}

function datetimeSettings(account: Account): object {
  return {
    date_pattern: 'd.m.Y H:i',
    short_date_pattern: 'd.m.Y',
    short_time_pattern: 'H:i',
    // Kommo's own spelling.
    date_formant: 'd.m.Y',
    time_format: 'H:i:s',
    timezone: account.timezone,
    timezone_offset: offsetOf(account.timezone),
  };
}

function offsetOf(timezone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  const name = parts.formatToParts(new Date()).find(({ type }) => type === 'timeZoneName')?.value;
  return name === 'GMT' ? '+00:00' : (name ?? '').replace('GMT', '');
}

function userModel(exchange: Exchange, account: Account, user: User): object {
  const parts = wanted(exchange);
  const { id, name, email, lang, rights } = user;
  return {
    id,
    name,
    email,
    lang,
    rights,
    ...(parts.has('uuid') && { uuid: user.uuid }),
    ...(parts.has('amojo_id') && { amojo_id: user.amojo_id }),
    ...(parts.has('user_rank') && { user_rank: 'newbie' }),
    ...(parts.has('phone_number') && { phone_number: user.phone_number }),
    ...((parts.has('role') || parts.has('group')) && {
      _embedded: {
        ...(parts.has('role') && { roles: [] }),
        ...(parts.has('group') && { groups: [{ id: 0, name: 'Sales department', uuid: null }] }),
      },
    }),
    _links: apiLink(account, `/users/${id}`),
  };
}

function listUsers(exchange: Exchange, { account }: Caller): void {
  const model = (user: User) => userModel(exchange, account, user);
  sendPage(exchange, account, 'users', account.users, model);
}

function showUser(exchange: Exchange, { account }: Caller) {
  const user = account.users.find(({ id }) => String(id) === exchange.param('id'));
  if (user === undefined) return problem(exchange, 404, 'User not found');
  hal(exchange, userModel(exchange, account, user));
}

function pipelineModel(account: Account, pipeline: Pipeline): object {
  const { statuses, ...own } = pipeline;
  const self = `/leads/pipelines/${pipeline.id}`;
  return {
    ...own,
    account_id: account.id,
    _links: apiLink(account, self),
    _embedded: {
      statuses: statuses.map((status) => ({
        ...status,
        pipeline_id: pipeline.id,
        account_id: account.id,
        _links: apiLink(account, `${self}/statuses/${status.id}`),
      })),
    },
  };
}

function listPipelines(exchange: Exchange, { account }: Caller): void {
  hal(exchange, {
    _total_items: account.pipelines.length,
    _links: apiLink(account, '/leads/pipelines'),
    _embedded: { pipelines: account.pipelines.map((one) => pipelineModel(account, one)) },
  });
}

function showPipeline(exchange: Exchange, { account }: Caller) {
  const pipeline = account.pipelines.find(({ id }) => String(id) === exchange.param('id'));
  if (pipeline === undefined) return problem(exchange, 404, 'Pipeline not found');
  hal(exchange, pipelineModel(account, pipeline));
}
