import { readFileSync } from 'node:fs';
import { createEmulator } from '../../src/emulator/emulator.ts';
import type { Card } from '../../src/emulator/kommo/crm-entities.ts';
import type { Seed } from '../../src/emulator/kommo/seed.ts';
import { createState } from '../../src/emulator/kommo/state.ts';

const EXAMPLE = new URL('../../docs/examples/emulator-seed.json', import.meta.url);
const example = () => JSON.parse(readFileSync(EXAMPLE, 'utf8')) as Seed;
const at = Date.parse('2026-11-01T00:00:00Z');

/** What is wrong with a seed, a line each. */
function faultsOf(seed: object): string[] {
  try {
    createState(seed as Seed, at);
  } catch (error) {
    const [first = '', ...lines] = (error as Error).message.split('\n');
    expect(first).toBe('The seed is wrong.');
    return lines.map((line) => line.trim());
  }
  return [];
}

describe('The world without a seed', () => {
  test.each(createState({}, at).accounts)(
    'names only what is there, in the account $subdomain',
    (account) => {
      const state = createState({}, at);
      const own = <Row extends { account_id: number }>(rows: Row[]) =>
        rows.filter(({ account_id }) => account_id === account.id);
      const ids = (rows: { id: number }[]) => rows.map(({ id }) => id);
      const { leads, contacts, companies, customers } = state;
      const cards = own<Card>([...leads, ...contacts, ...companies, ...customers]);
      expect(cards.length).toBeGreaterThan(8);
      for (const card of [...cards, ...own(state.tasks)]) {
        expect(ids(account.users)).toContain(card.responsible_user_id);
      }
      for (const lead of own(state.leads)) {
        const pipeline = account.pipelines.find(({ id }) => id === lead.pipeline_id);
        expect(ids(pipeline?.statuses ?? [])).toContain(lead.status_id);
        for (const id of lead.contact_ids) expect(ids(own(state.contacts))).toContain(id);
      }
      for (const kind of ['leads', 'contacts', 'companies', 'customers'] as const) {
        const fields = own(state.custom_fields).filter(({ entity_type }) => entity_type === kind);
        const filled = own<Card>(state[kind]).flatMap((card) =>
          card.custom_fields_values.map(({ field_id }) => field_id),
        );
        expect(filled.length).toBeGreaterThan(0);
        for (const id of filled) expect(ids(fields)).toContain(id);
      }
    },
  );
});

describe('A seed', () => {
  test('of the documentation is good as it is printed', async () => {
    const emulator = await createEmulator({ seed: example() });
    const { leads, contacts, tasks, custom_fields } = emulator.state;
    await emulator.close();
    const mine = <Row extends { account_id: number }>(rows: Row[]) =>
      rows.filter(({ account_id }) => account_id === 31263018);
    expect(mine(leads)).toMatchObject([{ id: 23, status_id: 71002, contact_ids: [22] }]);
    expect(mine(contacts)).toMatchObject([{ id: 22, company_id: 21, phones: ['+15550100'] }]);
    expect(mine(tasks)).toMatchObject([{ id: 25, entity_type: 'leads', entity_id: 23 }]);
    const codes = mine(custom_fields).flatMap(({ code }) => code ?? []);
    expect(codes).toEqual(['PHONE', 'EMAIL', 'PHONE', 'EMAIL', 'PRICE']);
  });

  test('replaces a list of the first account alone; what is built in gives way', () => {
    const state = createState({ contacts: [{ id: 77, name: 'Only One' }] }, at);
    const [demo, other] = state.accounts.map(({ id }) =>
      state.contacts.filter(({ account_id }) => account_id === id).map((one) => one.id),
    );
    expect([demo, other]).toEqual([[77], [601, 602, 603]]);
    expect(state.leads.map(({ contact_ids }) => contact_ids.length)).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test('is merged over what is built in by id', () => {
    const state = createState({ leads: [{ id: 501, price: 7 }] }, at);
    const own = state.leads.filter(({ account_id }) => account_id === 31263018);
    expect(own).toMatchObject([
      { id: 501, name: 'Order of ten lamps', price: 7, contact_ids: [601], status_id: 700102 },
    ]);
  });

  test('may give each account its own lists', () => {
    const accounts = [
      { id: 1, subdomain: 'one', leads: [], users: [{ id: 5, is_admin: true }] },
      { id: 2, subdomain: 'two', leads: [{ id: 9, name: 'Nine' }] },
    ];
    const state = createState({ accounts }, at);
    expect(state.leads).toMatchObject([{ id: 9, account_id: 2, pipeline_id: 0 }]);
  });

  test('adds the statuses that every pipeline has to those it names', () => {
    const [account] = createState(example(), at).accounts;
    const statuses = account?.pipelines[0]?.statuses ?? [];
    expect(statuses.map(({ id, type }) => [id, type])).toEqual([
      [700101, 1],
      [71001, 0],
      [71002, 0],
      [142, 0],
      [143, 0],
    ]);
  });

  test('knows the pipeline by the status, and that a won lead is closed', () => {
    const leads = [
      { id: 1, status_id: 700202 },
      { id: 2, status_id: 142 },
      { id: 3, pipeline_id: 7002 },
    ];
    const state = createState({ leads }, at);
    expect(state.leads.slice(0, 3)).toMatchObject([
      { pipeline_id: 7002, status_id: 700202, closed_at: null },
      { pipeline_id: 7001, status_id: 142, closed_at: at / 1000 },
      { pipeline_id: 7002, status_id: 700202 },
    ]);
  });

  test('leaves ids beyond its own for what comes later', () => {
    const state = createState({ leads: [{ id: 50_000_000 }] }, at);
    expect(state.next_id).toBe(50_000_001);
  });

  test.each<[string, object, string]>([
    ['an unknown list', { lead: [] }, 'lead: there is no such member; known are accounts, '],
    ['no list', { leads: {} }, 'leads: a list is expected'],
    ['an unknown member', { leads: [{ id: 1, prise: 2 }] }, 'leads[0].prise: there is no such'],
    ['a wrong type', { leads: [{ id: 1, price: '2' }] }, 'leads[0].price: a number is expected'],
    ['no id', { tasks: [{ text: 'x' }] }, 'tasks[0].id: a whole number above 0 is expected'],
    [
      'the same id twice',
      { contacts: [{ id: 1 }, { id: 1 }] },
      'contacts[1].id: 1 is taken by an item before; give each its own id',
    ],
    [
      'an unknown user',
      { leads: [{ id: 1, responsible_user_id: 9 }] },
      'leads[0].responsible_user_id: there is no user 9; known are 8001 (Ana Admin), ',
    ],
    [
      'an unknown pipeline',
      { leads: [{ id: 1, pipeline_id: 9 }] },
      'leads[0].pipeline_id: there is no pipeline 9; known are 7001 (Sales), ',
    ],
    [
      'a status of another pipeline',
      { leads: [{ id: 1, pipeline_id: 7001, status_id: 700202 }] },
      'leads[0].status_id: there is no status 700202 in the pipeline 7001; known are 700101 ',
    ],
    [
      'an unknown contact',
      { leads: [{ id: 1, contact_ids: [601, 9] }] },
      'leads[0].contact_ids[1]: there is no contact 9; known are 601 (Carla Reyes), ',
    ],
    [
      'an unknown company',
      { contacts: [{ id: 1, company_id: 9 }] },
      'contacts[0].company_id: there is no company 9; known are 701 (Reyes & Sons), ',
    ],
    [
      'an unknown field',
      { leads: [{ id: 1, custom_fields_values: [{ field_id: 9, values: [] }] }] },
      'leads[0].custom_fields_values: [0]: there is no field 9; known are 9101, 9102, 9103',
    ],
    [
      'an unknown choice of a field',
      { leads: [{ id: 1, custom_fields_values: [{ field_id: 9102, values: [{ value: 'TV' }] }] }] },
      'leads[0].custom_fields_values: field 9102 (select): there is no value "TV"; known are 91021 ',
    ],
    [
      'a field of an unknown type',
      { custom_fields: [{ id: 1, entity_type: 'leads', name: 'A', type: 'color' }] },
      'custom_fields[0].type: one of text, numeric, ',
    ],
    [
      'a choice without values',
      { custom_fields: [{ id: 1, entity_type: 'leads', name: 'A', type: 'select' }] },
      'custom_fields[0].enums: a field of the type select needs its values',
    ],
    [
      'an unknown status of customers',
      { customers: [{ id: 1, status_id: 9 }] },
      'customers[0].status_id: there is no status of customers 9; known are 7801 ',
    ],
    [
      'a task of a card that is not there',
      { tasks: [{ id: 1, entity_type: 'leads', entity_id: 9 }] },
      'tasks[0].entity_id: there is no item of leads 9; known are 501 ',
    ],
    [
      'an element that is in no list',
      { leads: [{ id: 1, catalog_elements: [{ id: 9, catalog_id: 4001 }] }] },
      'leads[0].catalog_elements[0]: there is no element 9 in a list; ',
    ],
    [
      'a faulty status of a pipeline',
      { pipelines: [{ id: 1, name: 'P', statuses: [{ id: 'x' }] }] },
      'pipelines[0].statuses[0].id: a whole number above 0 is expected, not "x"',
    ],
    [
      'the same list twice',
      { leads: [], accounts: [{ id: 1, leads: [] }] },
      'leads: it is given in accounts[0].leads too; keep one of them',
    ],
    ['a faulty list of an account', { accounts: [{ id: 1, leads: [{}] }] }, 'accounts[0].leads[0]'],
    ['a wrong switch', { switches: { rateLimit: 'much' } }, 'switches: rateLimit: one of '],
  ])('is refused with its place for %s', (_, seed, message) => {
    expect(faultsOf(seed)[0]).toEqual(expect.stringContaining(message));
  });

  test('is told all its faults at once', () => {
    const leads = [
      { id: 1, price: 'a' },
      { id: 2, responsible_user_id: 9 },
    ];
    expect(faultsOf({ leads, tasks: [{ id: 'x' }] })).toHaveLength(3);
  });
});
