import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call, callChats, clientMessage, installed } from '../support/emulator-client.ts';

// Fields and types as the tables of the documentation have them, typed from its pages and from nothing of ours:
// https://www.amocrm.ru/developers/content/crm_platform/<page>. `int?` may be null.
type Type =
  | 'int'
  | 'string'
  | 'bool'
  | 'array'
  | 'object'
  | 'int?'
  | 'string?'
  | 'bool?'
  | 'object?';
type Fields = Record<string, Type>;

const ACCOUNT: Fields = {
  id: 'int',
  name: 'string',
  subdomain: 'string',
  current_user_id: 'int',
  country: 'string',
  customers_mode: 'string',
  is_unsorted_on: 'bool',
  is_loss_reason_enabled: 'bool',
  is_helpbot_enabled: 'bool',
  is_technical_account: 'bool',
  contact_name_display_order: 'int',
};

const ACCOUNT_WITH: Fields = {
  ...ACCOUNT,
  amojo_id: 'string',
  version: 'int',
  drive_url: 'string',
  is_api_filter_enabled: 'bool',
  entity_names: 'object',
  'entity_names.leads.en.singular_form.default': 'string',
  'entity_names.leads.en.plural_form.default': 'string',
  'entity_names.leads.en.gender': 'string',
  invoices_settings: 'object',
  'invoices_settings.lang': 'string',
  'invoices_settings.invoices_catalog_id': 'int?',
  '_embedded.amojo_rights.can_direct': 'bool',
  '_embedded.amojo_rights.can_create_groups': 'bool',
  '_embedded.users_groups.0.id': 'int',
  '_embedded.users_groups.0.name': 'string',
  '_embedded.task_types.0.id': 'int',
  '_embedded.task_types.0.name': 'string',
  '_embedded.task_types.0.color': 'string?',
  '_embedded.task_types.0.icon_id': 'int?',
  '_embedded.task_types.0.code': 'string',
  '_embedded.datetime_settings.date_pattern': 'string',
  '_embedded.datetime_settings.short_date_pattern': 'string',
  '_embedded.datetime_settings.short_time_pattern': 'string',
  '_embedded.datetime_settings.time_format': 'string',
  '_embedded.datetime_settings.timezone': 'string',
  '_embedded.datetime_settings.timezone_offset': 'string',
  // The page spells it in the first way, the vendor's PHP client reads the second.
  '_embedded.datetime_settings.date_formant': 'string',
  '_embedded.datetime_settings.date_format': 'string',
};

const ENTITY_RIGHTS = ['view', 'edit', 'add', 'delete', 'export'];

const USER: Fields = {
  id: 'int',
  name: 'string',
  email: 'string',
  lang: 'string',
  rights: 'object',
  ...Object.fromEntries(
    ['leads', 'contacts', 'companies'].flatMap((kind) =>
      ENTITY_RIGHTS.map((right) => [`rights.${kind}.${right}`, 'string' as const]),
    ),
  ),
  'rights.tasks.edit': 'string',
  'rights.tasks.delete': 'string',
  'rights.mail_access': 'bool',
  'rights.catalog_access': 'bool',
  'rights.is_admin': 'bool',
  'rights.is_free': 'bool',
  'rights.is_active': 'bool',
  'rights.group_id': 'int?',
  'rights.role_id': 'int?',
  'rights.status_rights': 'array',
};

const USER_WITH: Fields = {
  ...USER,
  uuid: 'string',
  amojo_id: 'string?',
  user_rank: 'string',
  phone_number: 'string?',
  '_embedded.roles': 'array',
  '_embedded.groups.0.id': 'int',
  '_embedded.groups.0.name': 'string',
};

const STATUS: Fields = {
  id: 'int',
  name: 'string',
  sort: 'int',
  is_editable: 'bool',
  pipeline_id: 'int',
  color: 'string',
  type: 'int',
  account_id: 'int',
};

const STATUS_WITH: Fields = {
  ...STATUS,
  descriptions: 'array',
  'descriptions.0.id': 'int',
  'descriptions.0.account_id': 'int',
  'descriptions.0.created_at': 'string',
  'descriptions.0.updated_at': 'string',
  'descriptions.0.created_by': 'int',
  'descriptions.0.updated_by': 'int?',
  'descriptions.0.pipeline_id': 'int',
  'descriptions.0.status_id': 'int',
  'descriptions.0.level': 'string',
  'descriptions.0.description': 'string',
};

const PIPELINE: Fields = {
  id: 'int',
  name: 'string',
  sort: 'int',
  is_main: 'bool',
  is_unsorted_on: 'bool',
  is_archive: 'bool',
  account_id: 'int',
  ...under('_embedded.statuses.0', STATUS),
};

const SOURCE: Fields = {
  id: 'int',
  name: 'string',
  pipeline_id: 'int',
  external_id: 'string',
  default: 'bool',
  origin_code: 'string?',
  services: 'array',
  'services.0.type': 'string',
  'services.0.params.waba': 'bool',
  'services.0.params.is_supports_list_message': 'bool',
  'services.0.pages.0.name': 'string',
  'services.0.pages.0.id': 'string',
  'services.0.pages.0.link': 'string',
};

const TEMPLATE: Fields = {
  id: 'int',
  account_id: 'int',
  name: 'string',
  content: 'string',
  is_editable: 'bool',
  type: 'string',
  buttons: 'array',
  attachment: 'object?',
  created_at: 'int',
  updated_at: 'int',
  external_id: 'string',
  waba_footer: 'string',
  waba_category: 'string',
  waba_language: 'string',
  waba_header: 'string?',
  waba_header_type: 'string?',
};

const REVIEW: Fields = {
  id: 'int',
  source_id: 'int',
  reject_reason: 'string',
  status: 'string',
};

const TEMPLATE_WITH: Fields = {
  ...TEMPLATE,
  review_status: 'string?',
  is_on_review: 'bool?',
  ...under('_embedded.reviews.0', REVIEW),
};

const WIDGET: Fields = {
  id: 'int',
  code: 'string',
  version: 'string',
  rating: 'string',
  settings_template: 'array',
  'settings_template.0.key': 'string',
  'settings_template.0.name': 'string',
  'settings_template.0.type': 'string',
  'settings_template.0.is_required': 'bool',
  is_lead_source: 'bool',
  is_work_with_dp: 'bool',
  is_crm_template: 'bool',
  client_uuid: 'string?',
  is_active_in_account: 'bool',
  pipeline_id: 'int?',
};

const WEBHOOK: Fields = {
  id: 'int',
  account_id: 'int',
  created_by: 'int',
  created_at: 'int',
  updated_at: 'int',
  sort: 'int',
  disabled: 'bool',
  destination: 'string',
  settings: 'array',
  'settings.0': 'string',
};

const BUTTON: Fields = {
  account_id: 'int',
  source_id: 'int',
  button_id: 'int',
  is_duplication_control_enabled: 'bool',
  name: 'string',
  creation_status: 'string',
  pipeline_id: 'int?',
  script: 'string?',
};

const TALK: Fields = {
  talk_id: 'int',
  created_at: 'int',
  updated_at: 'int',
  rate: 'int',
  contact_id: 'int',
  chat_id: 'string',
  entity_id: 'int?',
  entity_type: 'string?',
  is_in_work: 'bool',
  is_read: 'bool',
  origin: 'string',
  missed_at: 'int?',
  account_id: 'int',
  '_embedded.contacts.0.id': 'int',
  '_embedded.leads.0.id': 'int',
  '_embedded.customers': 'array',
};

const UNSORTED_SHORT: Fields = {
  uid: 'string',
  category: 'string',
  pipeline_id: 'int',
  created_at: 'int',
  '_embedded.contacts.0.id': 'int',
  '_embedded.leads.0.id': 'int',
};

const UNSORTED: Fields = {
  ...UNSORTED_SHORT,
  source_uid: 'string',
  source_name: 'string',
  account_id: 'int',
  '_embedded.companies': 'array',
  'metadata.from': 'string',
  'metadata.to': 'string',
  'metadata.received_at': 'int',
  'metadata.service': 'string',
  'metadata.client.name': 'string',
  'metadata.client.avatar': 'string?',
  'metadata.origin.chat_id': 'string',
  'metadata.origin.ref': 'string?',
  'metadata.origin.visitor_uid': 'string?',
  'metadata.last_message_text': 'string?',
  'metadata.source_name': 'string',
};

const SUMMARY: Fields = {
  total: 'int',
  accepted: 'int',
  declined: 'int',
  average_sort_time: 'int',
  categories: 'object',
  'categories.sip.total': 'int',
  'categories.mail.total': 'int',
  'categories.forms.total': 'int',
  'categories.chats.total': 'int',
};

const CHAT_LINK: Fields = { id: 'int', contact_id: 'int', chat_id: 'string' };

function under(path: string, fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [`${path}.${name}`, type]),
  );
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], value);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'int';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** The fields that are absent or of another type than the table says. */
function differences(value: unknown, fields: Fields): string[] {
  return Object.entries(fields).flatMap(([path, type]) => {
    const found = typeOf(at(value, path));
    const isRight = found === type.replace('?', '') || (type.endsWith('?') && found === 'null');
    return isRight ? [] : [`${path}: ${found} instead of ${type}`];
  });
}

const SERVICES = [
  {
    type: 'whatsapp',
    params: { waba: true, is_supports_list_message: true },
    pages: [{ id: '1', name: 'Sales', link: '+12025550100' }],
  },
];
const WITH_ACCOUNT =
  'amojo_id,amojo_rights,users_groups,task_types,version,entity_names,datetime_settings,drive_url,is_api_filter_enabled,invoices_settings';
const WITH_USER = 'role,group,uuid,amojo_id,user_rank,phone_number';

describe('answers have every documented field, with its type', () => {
  let emulator: Emulator;
  let token: string;
  /** Ids of the prepared things, by their names in the addresses below. */
  const ids: Record<string, string | number> = {};

  const ask = (method: string, path: string, json?: unknown) =>
    call(emulator, `/api/v4${path}`, { method, token, json });

  beforeAll(async () => {
    const setting = { key: 'login', name: 'login', type: 'text', is_required: false };
    emulator = await createEmulator({ seed: { switches: { rateLimit: 0 } } });
    emulator.useBackend('http://127.0.0.1:1');
    emulator.world.integration().settings_template = [setting];
    token = (await installed(emulator)).access_token;
    await prepare();
  });
  afterAll(() => emulator.close());

  async function prepare() {
    const made = async (path: string, json: unknown) => {
      const reply = await ask('POST', path, json);
      expect(reply.status).toBeLessThan(300);
      return reply.json;
    };
    const source = await made('/sources', [{ name: 'A', external_id: 'a', services: SERVICES }]);
    ids.source = at(source, '_embedded.sources.0.id') as number;
    const template = await made('/chats/templates', [
      { name: 'T', content: 'C', external_id: 't', type: 'waba' },
    ]);
    ids.template = at(template, '_embedded.chat_templates.0.id') as number;
    const reviews = await made(`/chats/templates/${ids.template}/review`, {});
    ids.review = at(reviews, '_embedded.reviews.0.id') as number;
    await made('/webhooks', { destination: 'https://a.example/x', settings: ['add_lead'] });
    const button = await made('/website_buttons', {
      pipeline_id: 7001,
      trusted_websites: ['a.example'],
    });
    ids.button = at(button, 'source_id') as number;
    const descriptions = [{ level: 'newbie', description: 'Call them' }];
    const stage = await made('/leads/pipelines/7001/statuses', [
      { name: 'Stage', sort: 1, descriptions },
    ]);
    ids.stage = at(stage, '_embedded.statuses.0.id') as number;
    const channel = emulator.state.channels[0]?.id ?? '';
    const account_id = emulator.world.account('demo').amojo_id;
    await callChats(emulator, `/v2/origin/custom/${channel}/connect`, {
      json: { account_id, title: 'Chats', hook_api_version: 'v2' },
    });
    const scope = `/v2/origin/custom/${channel}_${account_id}`;
    for (const name of ['first', 'second', 'third']) {
      await callChats(emulator, scope, {
        json: clientMessage({
          msgid: name,
          conversation_id: name,
          sender: {
            id: name,
            name,
            profile: { phone: `+1202555${name.length}${name.charCodeAt(0)}` },
          },
          source: { external_id: 'a' },
        }),
      });
    }
    const [one, two, three] = emulator.state.unsorted;
    Object.assign(ids, { uid: one?.uid, accepted: two?.uid, declined: three?.uid });
    ids.chat = emulator.state.chats[0]?.id ?? '';
    await made('/contacts/chats', [{ contact_id: 601, chat_id: ids.chat }]);
  }

  test.each<[string, string, Fields, { in?: string; body?: unknown }?]>([
    ['GET', '/account', ACCOUNT],
    ['GET', `/account?with=${WITH_ACCOUNT}`, ACCOUNT_WITH],
    ['GET', '/users', USER, { in: '_embedded.users.0' }],
    ['GET', `/users?with=${WITH_USER}`, USER_WITH, { in: '_embedded.users.0' }],
    ['GET', `/users/8001?with=${WITH_USER}`, USER_WITH],
    ['GET', '/leads/pipelines', PIPELINE, { in: '_embedded.pipelines.0' }],
    ['GET', '/leads/pipelines/7001', PIPELINE],
    ['GET', '/leads/pipelines/7001/statuses', STATUS, { in: '_embedded.statuses.0' }],
    ['GET', '/leads/pipelines/7001/statuses/:stage', STATUS],
    ['GET', '/leads/pipelines/7001/statuses/:stage?with=descriptions', STATUS_WITH],
    ['PATCH', '/leads/pipelines/7001/statuses/:stage', STATUS_WITH, { body: { name: 'Later' } }],
    ['PATCH', '/leads/pipelines/7001', PIPELINE, { body: { sort: 3 } }],
    ['GET', '/sources', SOURCE, { in: '_embedded.sources.0' }],
    ['GET', '/sources/:source', SOURCE],
    ['PATCH', '/sources/:source', SOURCE, { body: { name: 'B' } }],
    ['GET', '/chats/templates', TEMPLATE, { in: '_embedded.chat_templates.0' }],
    ['GET', '/chats/templates?with=reviews', TEMPLATE_WITH, { in: '_embedded.chat_templates.0' }],
    ['GET', '/chats/templates/:template', TEMPLATE],
    ['GET', '/chats/templates/:template?with=reviews', TEMPLATE_WITH],
    ['POST', '/chats/templates/:template/review/:review', REVIEW, { body: { status: 'rejected' } }],
    ['GET', '/widgets', WIDGET, { in: '_embedded.widgets.0' }],
    ['GET', '/widgets/chat_connector', { ...WIDGET, settings: 'object' }],
    ['GET', '/webhooks', WEBHOOK, { in: '_embedded.webhooks.0' }],
    [
      'POST',
      '/webhooks',
      WEBHOOK,
      { body: { destination: 'https://b.example/x', settings: ['add_lead'], sort: 10 } },
    ],
    ['GET', '/website_buttons', BUTTON, { in: '_embedded.website_buttons.0' }],
    ['GET', '/website_buttons/:button', BUTTON],
    ['GET', '/website_buttons/:button?with=scripts', { ...BUTTON, script: 'string' }],
    [
      'PATCH',
      '/website_buttons/:button',
      { ...BUTTON, script: 'string' },
      { body: { trusted_websites: { add: ['b.example'] } } },
    ],
    ['GET', '/talks/1', TALK],
    ['GET', '/leads/unsorted', UNSORTED, { in: '_embedded.unsorted.0' }],
    ['GET', '/leads/unsorted/:uid', UNSORTED],
    ['GET', '/leads/unsorted/summary', SUMMARY],
    ['POST', '/leads/unsorted/:accepted/accept', UNSORTED_SHORT],
    ['DELETE', '/leads/unsorted/:declined/decline', UNSORTED_SHORT],
    ['GET', '/contacts/chats?contact_id=601', CHAT_LINK, { in: '_embedded.chats.0' }],
  ])('%s %s', async (method, path, fields, { in: place, body } = {}) => {
    const address = path.replace(/:(\w+)/g, (_, name: string) => String(ids[name]));
    const { json } = await ask(method, address, body);
    expect(differences(place === undefined ? json : at(json, place), fields)).toEqual([]);
  });

  test.each([
    ['/users', '_embedded.users'],
    ['/chats/templates', '_embedded.chat_templates'],
    ['/widgets', '_embedded.widgets'],
    ['/website_buttons', '_embedded.website_buttons'],
    ['/leads/unsorted', '_embedded.unsorted'],
  ])('%s comes in pages, with links to them', async (path, list) => {
    const { json } = await ask('GET', `${path}?limit=1&page=1`);
    expect(at(json, list)).toHaveLength(1);
    expect(differences(json, { _page: 'int', '_links.self.href': 'string' })).toEqual([]);
  });

  test('what needs the parameter with does not come without it', async () => {
    const account = (await ask('GET', '/account')).json as object;
    for (const name of WITH_ACCOUNT.split(',')) expect(account).not.toHaveProperty(name);
    expect(account).not.toHaveProperty('_embedded');
    const template = (await ask('GET', `/chats/templates/${ids.template}`)).json;
    for (const name of ['review_status', 'is_on_review', '_embedded']) {
      expect(template).not.toHaveProperty(name);
    }
    const stage = (await ask('GET', `/leads/pipelines/7001/statuses/${ids.stage}`)).json;
    expect(stage).not.toHaveProperty('descriptions');
  });
});
