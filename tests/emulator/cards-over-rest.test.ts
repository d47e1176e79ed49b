import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call } from '../support/emulator-client.ts';

const AT = Date.parse('2026-11-01T00:00:00Z');
const DAY = 86_400;
const NOW = AT / 1000;

let emulator: Emulator;

beforeAll(async () => {
  emulator = await createEmulator({
    now: () => AT,
    seed: {
      switches: { rateLimit: '0' },
      custom_fields: [
        { id: 31, entity_type: 'leads', name: 'Area', type: 'numeric' },
        {
          ...{ id: 32, entity_type: 'leads', name: 'Material', type: 'select' },
          enums: [
            { id: 321, value: 'Slate' },
            { id: 322, value: 'Clay' },
          ],
        },
        { id: 33, entity_type: 'leads', name: 'Urgent', type: 'checkbox' },
        { id: 34, entity_type: 'leads', name: 'Due', type: 'date' },
      ],
      leads: [
        {
          ...{ id: 1, name: 'North roof', price: 100, status_id: 700102, contact_ids: [601, 602] },
          ...{ company_id: 701, created_at: NOW - 3 * DAY, updated_at: NOW - DAY },
          ...{ responsible_user_id: 8001, tags: ['vip'], created_by: 8001 },
          custom_fields_values: [
            { field_id: 31, values: [{ value: 12 }] },
            { field_id: 32, values: [{ value: 'Slate' }] },
            { field_id: 34, values: [{ value: '2026-12-01T00:00:00Z' }] },
          ],
        },
        {
          ...{ id: 2, name: 'South roof', price: 200, status_id: 700202 },
          ...{ created_at: NOW - 2 * DAY, updated_at: NOW - 2 * DAY, responsible_user_id: 8002 },
          custom_fields_values: [
            { field_id: 31, values: [{ value: 40 }] },
            { field_id: 33, values: [{ value: true }] },
          ],
        },
        {
          ...{ id: 3, name: 'West roof', price: 300, status_id: 142, closed_at: NOW - DAY },
          ...{ created_at: NOW - DAY, updated_at: NOW - 3 * DAY, responsible_user_id: 8002 },
          custom_fields_values: [{ field_id: 32, values: [{ enum_id: 322 }] }],
        },
      ],
      tasks: [
        {
          ...{ id: 11, text: 'Call', complete_till: NOW + DAY, entity_type: 'leads', entity_id: 1 },
          responsible_user_id: 8001,
        },
        { id: 12, text: 'Meet', complete_till: NOW, task_type_id: 2, is_completed: true },
        {
          ...{ id: 13, text: 'Write', complete_till: NOW + 2 * DAY, responsible_user_id: 8002 },
          ...{ entity_type: 'leads', entity_id: 1, updated_at: NOW + 5 },
        },
      ],
    },
  });
});

afterEach(() => emulator.reset());

afterAll(() => emulator.close());

const headers = { cookie: 'emulator_user=8001' };

async function ask(path: string, json?: unknown, method?: string) {
  const options = { headers, ...(json !== undefined && { json }), ...(method && { method }) };
  return call(emulator, `/api/v4${path}`, { host: 'demo.kommo.localhost', ...options });
}

/** Ids in a list; none for an empty 204. */
async function idsOf(path: string): Promise<number[]> {
  const { status, json } = await ask(path);
  if (status === 204) return [];
  expect([path, status]).toEqual([path, 200]);
  const { _embedded } = json as { _embedded: Record<string, { id: number }[]> };
  return Object.values(_embedded).flatMap((rows) => rows.map(({ id }) => id));
}

async function read(path: string) {
  return (await ask(path)).json as Record<string, unknown> & {
    _embedded: Record<string, unknown[]>;
  };
}

describe('Lists of cards', () => {
  test.each<[string, number[]]>([
    ['', [1, 2, 3]],
    ['?filter[id]=2', [2]],
    ['?filter[id][]=1&filter[id][]=3', [1, 3]],
    ['?filter[id][0]=3&filter[id][1]=2', [2, 3]],
    ['?filter[name]=South%20roof', [2]],
    ['?filter[price][from]=150&filter[price][to]=250', [2]],
    ['?filter[price][from]=300', [3]],
    ['?filter[statuses][0][pipeline_id]=7002&filter[statuses][0][status_id]=700202', [2]],
    ['?filter[statuses][0][pipeline_id]=7001&filter[statuses][0][status_id]=700202', []],
    ['?filter[pipeline_id][0]=7001', [1, 3]],
    ['?filter[responsible_user_id]=8002', [2, 3]],
    ['?filter[created_by]=8001', [1]],
    [`?filter[created_at][from]=${NOW - 2 * DAY}`, [2, 3]],
    [`?filter[updated_at][to]=${NOW - 2 * DAY}`, [2, 3]],
    [`?filter[closed_at][from]=${NOW - 2 * DAY}`, [3]],
    [`?filter[closest_task_at][from]=${NOW}&filter[closest_task_at][to]=${NOW + DAY}`, [1]],
    ['?filter[custom_fields_values][31][]=12&filter[custom_fields_values][31][]=40', [1, 2]],
    ['?filter[custom_fields_values][31][from]=20', [2]],
    ['?filter[custom_fields_values][32][]=321', [1]],
    ['?filter[custom_fields_values][33]=1', [2]],
    [`?filter[custom_fields_values][34][from]=${NOW}`, [1]],
    ['?query=WEST', [3]],
    ['?query=slate', [1]],
    ['?query=nothing', []],
    ['?order[created_at]=desc', [3, 2, 1]],
    ['?order[updated_at]=asc', [3, 2, 1]],
    ['?order[id]=desc', [3, 2, 1]],
    ['?limit=2&page=2', [3]],
    ['?page=3', []],
    ['?with=only_deleted', []],
  ])('leads%s', async (query, ids) => {
    expect(await idsOf(`/leads${query}`)).toEqual(ids);
  });

  test.each<[string, number[]]>([
    ['/contacts?query=2025550102', [602]],
    ['/contacts?query=%2B1%20202%20555-01-03', [603]],
    ['/contacts?query=carla@example.com', [601]],
    ['/contacts?order[id]=desc', [603, 602, 601]],
    ['/companies?filter[name][]=Novak%20Ltd', [702]],
    ['/customers?filter[status_id]=7801', [801]],
    ['/customers?filter[next_price][from]=251', []],
    ['/tasks', [11, 12, 13]],
    ['/tasks?filter[is_completed]=1', [12]],
    ['/tasks?filter[is_completed][]=0', [11, 13]],
    ['/tasks?filter[task_type][]=2', [12]],
    ['/tasks?filter[entity_type]=leads&filter[entity_id]=1', [11, 13]],
    ['/tasks?filter[responsible_user_id][0]=8002', [13]],
    [`/tasks?filter[updated_at]=${NOW}`, [13]],
    [`/tasks?filter[updated_at][to]=${NOW}`, [11, 12]],
    ['/tasks?order[complete_till]=desc', [13, 11, 12]],
    ['/leads/custom_fields', [31, 32, 33, 34]],
    ['/leads/custom_fields?filter[type][0]=select', [32]],
    ['/leads/custom_fields?order[id]=desc&limit=1', [34]],
    ['/catalogs', [4001, 4002]],
    ['/catalogs/4001/elements', [40011, 40012]],
    ['/catalogs/4001/elements?filter[id]=40012', [40012]],
    ['/catalogs/4001/elements?query=desk', [40011]],
    ['/customers/statuses', [7801, 7802, 7803, 7804, 7805]],
    ['/leads/notes', []],
  ])('%s', async (path, ids) => {
    expect(await idsOf(path)).toEqual(ids);
  });
});

describe('A card', () => {
  test('has the members of the documentation; linked cards come when asked for', async () => {
    const lead = await read('/leads/1');
    expect(lead).toMatchObject({
      ...{ id: 1, name: 'North roof', price: 100, responsible_user_id: 8001, group_id: 0 },
      ...{ status_id: 700102, pipeline_id: 7001, loss_reason_id: null, created_by: 8001 },
      ...{ closed_at: null, closest_task_at: NOW + DAY, is_deleted: false, score: null },
      account_id: 31263018,
      custom_fields_values: [
        { field_id: 31, field_name: 'Area', field_code: null, field_type: 'numeric' },
        { field_id: 32, values: [{ value: 'Slate', enum_id: 321, enum_code: null }] },
        { field_id: 34, values: [{ value: Date.parse('2026-12-01T00:00:00Z') / 1000 }] },
      ],
      _links: { self: { href: 'https://demo.kommo.com/api/v4/leads/1' } },
      _embedded: { tags: [{ name: 'vip', color: null }], companies: [{ id: 701 }] },
    });
    expect(Object.keys(lead._embedded)).toEqual(['tags', 'companies']);
    expect(await read('/leads/1?with=contacts,catalog_elements')).toMatchObject({
      _embedded: {
        contacts: [
          { id: 601, is_main: true },
          { id: 602, is_main: false },
        ],
        catalog_elements: [],
      },
    });
  });

  test('has null where no field is filled, and phones as a field with its kind', async () => {
    expect((await read('/contacts/603')).custom_fields_values).toMatchObject([
      { field_code: 'PHONE', values: [{ value: '+12025550103', enum_code: 'WORK' }] },
      { field_code: 'EMAIL', values: [{ value: 'eva@example.com' }] },
    ]);
    await ask('/leads', [{ name: 'Bare' }]);
    const [bare] = (await read('/leads?query=bare'))._embedded.leads ?? [];
    expect(bare).toMatchObject({ name: 'Bare', custom_fields_values: null });
  });

  test('tells what hangs on it', async () => {
    expect(await read('/contacts/601?with=leads,customers')).toMatchObject({
      ...{ first_name: 'Carla', last_name: 'Reyes' },
      _embedded: { companies: [{ id: 701 }], leads: [{ id: 1 }], customers: [] },
    });
    expect(await read('/companies/701?with=contacts,leads')).toMatchObject({
      _embedded: { contacts: [{ id: 601 }], leads: [{ id: 1 }] },
    });
    expect(await read('/customers/801?with=contacts')).toMatchObject({
      ...{ next_price: 250, ltv: 900, purchases_count: 3, average_check: 300 },
      _embedded: { segments: [], contacts: [{ id: 603, is_main: true }] },
    });
    expect(await read('/catalogs/4001/elements/40011')).toMatchObject({
      ...{ name: 'Desk lamp', catalog_id: 4001, is_deleted: null, custom_fields_values: null },
    });
    expect(await read('/tasks/11')).toMatchObject({ entity_id: 1, result: [], text: 'Call' });
  });

  test.each([
    ['/leads/99', 204],
    ['/contacts/99', 204],
    ['/companies/99', 204],
    ['/customers/99', 204],
    ['/tasks/99', 404],
    ['/catalogs/99', 404],
    ['/catalogs/99/elements', 404],
    ['/catalogs/4001/elements/99', 404],
    ['/leads/custom_fields/99', 404],
    ['/customers/statuses/99', 404],
  ])('%s is not there: %i', async (path, status) => {
    expect((await ask(path)).status).toBe(status);
  });

  test('belongs to its account alone', async () => {
    const other = { host: 'other.kommo.localhost', headers: { cookie: 'emulator_user=9001' } };
    expect((await call(emulator, '/api/v4/leads/1', other)).status).toBe(204);
    expect((await call(emulator, '/api/v4/leads/501', other)).status).toBe(200);
  });
});

describe('Writing', () => {
  test('a new lead stands where it was put, with what is tied to it', async () => {
    const { json } = await ask('/leads', [
      {
        ...{ name: 'New', price: 5, pipeline_id: 7002, request_id: 'mine' },
        custom_fields_values: [{ field_id: 32, values: [{ enum_id: 322 }] }],
        _embedded: {
          tags: [{ name: 'new' }],
          contacts: [{ id: 601 }, { id: 602, is_main: true }],
          companies: [{ id: 702 }],
        },
      },
      {},
    ]);
    const { _embedded } = json as { _embedded: { leads: { id: number; request_id: string }[] } };
    expect(_embedded.leads.map((one) => one.request_id)).toEqual(['mine', '1']);
    const [first, second] = _embedded.leads;
    expect(await read(`/leads/${first?.id}?with=contacts`)).toMatchObject({
      ...{ name: 'New', price: 5, status_id: 700202, pipeline_id: 7002, created_by: 8001 },
      custom_fields_values: [{ values: [{ value: 'Clay' }] }],
      _embedded: {
        tags: [{ name: 'new' }],
        contacts: [{ id: 602, is_main: true }, { id: 601 }],
        companies: [{ id: 702 }],
      },
    });
    expect(await read(`/leads/${second?.id}`)).toMatchObject({
      ...{ name: `Lead #${second?.id}`, pipeline_id: 7001, status_id: 700102 },
    });
  });

  test('a change keeps what it does not name, and closes and opens a lead', async () => {
    const change = { id: 1, status_id: 143, tags_to_add: [{ name: 'lost' }] };
    const { json } = await ask('/leads', [change], 'PATCH');
    expect(json).toMatchObject({ _embedded: { leads: [{ id: 1, updated_at: NOW }] } });
    expect(await read('/leads/1')).toMatchObject({
      ...{ name: 'North roof', status_id: 143, pipeline_id: 7001, closed_at: NOW },
      _embedded: { tags: [{ name: 'vip' }, { name: 'lost' }] },
    });
    const body = { status_id: 700103, _embedded: { tags: null } };
    expect((await ask('/leads/1', body, 'PATCH')).json).toMatchObject({ id: 1, updated_at: NOW });
    expect(await read('/leads/1')).toMatchObject({ closed_at: null, _embedded: { tags: [] } });
  });

  test("a contact's phones are one field for clients, chats and pages", async () => {
    const phone = { field_code: 'PHONE', values: [{ value: '+15557', enum_code: 'MOB' }] };
    const change = { first_name: 'Clara', custom_fields_values: [phone] };
    await ask('/contacts/601', change, 'PATCH');
    expect(emulator.state.contacts.find(({ id }) => id === 601)).toMatchObject({
      ...{ name: 'Clara Reyes', phones: ['+15557'], emails: ['carla@example.com'] },
    });
    expect(emulator.world.chats.contactOfAddress(31263018, '+15557', '')).toMatchObject({
      id: 601,
    });
    const none = { custom_fields_values: [{ field_code: 'PHONE', values: null }] };
    await ask('/contacts/601', none, 'PATCH');
    expect(emulator.state.contacts.find(({ id }) => id === 601)?.phones).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['a text for a price', { price: '5' }, 'price'],
    ['a user who is not there', { responsible_user_id: 9 }, 'responsible_user_id'],
    ['a status of another pipeline', { pipeline_id: 7001, status_id: 700202 }, 'status_id'],
    ['an unknown pipeline', { pipeline_id: 9 }, 'status_id'],
    ['an unknown contact', { _embedded: { contacts: [{ id: 9 }] } }, '_embedded.contacts.0.id'],
    [
      'an unknown field',
      { custom_fields_values: [{ field_id: 9, values: [] }] },
      'custom_fields_values',
    ],
  ])('is refused for %s, and nothing of the batch is kept', async (_, faulty, path) => {
    const { status, json } = await ask('/leads', [{ name: 'Good' }, faulty]);
    expect(status).toBe(400);
    expect(json).toMatchObject({
      'validation-errors': [{ request_id: '1', errors: [{ path }] }],
    });
    expect(await idsOf('/leads')).toEqual([1, 2, 3]);
  });

  test('a task is completed with its result', async () => {
    const { json } = await ask(
      '/tasks/11',
      { is_completed: true, result: { text: 'Done' } },
      'PATCH',
    );
    expect(json).toMatchObject({ id: 11, updated_at: NOW, request_id: '0' });
    expect(await read('/tasks/11')).toMatchObject({ result: { text: 'Done' }, is_completed: true });
    expect(
      (await ask('/tasks', [{ text: 'x', complete_till: 1, entity_type: 'deals' }])).status,
    ).toBe(400);
  });

  test('a note is added to a card and read there', async () => {
    const note = { note_type: 'common', params: { text: 'Hello' } };
    expect((await ask('/leads/1/notes', [note])).json).toMatchObject({
      _embedded: { notes: [{ entity_id: 1, request_id: '0' }] },
    });
    expect((await ask('/leads/notes', [{ ...note, entity_id: 99 }])).status).toBe(400);
    expect(await read('/leads/1/notes')).toMatchObject({
      _embedded: { notes: [{ entity_id: 1, note_type: 'common', params: { text: 'Hello' } }] },
    });
    expect((await ask('/leads/2/notes')).status).toBe(204);
  });
});
