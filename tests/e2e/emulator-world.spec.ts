import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { Seed } from '../../src/emulator/kommo/seed.ts';
import { expect, test } from './support/kommo-page.ts';

const EXAMPLE = new URL('../../docs/examples/emulator-seed.json', import.meta.url);

interface Seen {
  id: number;
  element_type: number;
  main_user: number;
  attributes: Record<string, unknown>;
  linked: [number, number][];
  constant: Record<string, unknown>;
  card_id: number;
  pipeline: number;
  base: string;
}

const cardSeen = (page: Page) => page.evaluate<Seen>('worldReader.cardSeen()');
const fromApi = (page: Page, path: string) =>
  page.evaluate<Record<string, unknown>>(`worldReader.cardFromApi(${path})`);

/** One lead through the list, the card, the constants and the REST API. */
async function readLead(page: Page, goTo: (path: string) => Promise<void>, id: number) {
  await goTo('/leads/list/');
  const row = await page.evaluate<{ row: Record<string, unknown> }>(`worldReader.rowSeen(${id})`);
  await goTo(`/leads/detail/${id}`);
  return {
    row: row.row,
    card: await cardSeen(page),
    api: await fromApi(page, `'leads', ${id}`),
    contacts: await page.evaluate<{ id: number; phones: string[] }[]>(
      'worldReader.get_current_card_contacts_data()',
    ),
  };
}

function expectOneLead({ row, card, api, contacts }: Awaited<ReturnType<typeof readLead>>) {
  const { id, name, price, status_id, pipeline_id, responsible_user_id: user } = api;
  expect(row).toMatchObject({ id, name, price, status_id, pipeline_id, main_user_id: user });
  expect(row).toMatchObject({ element_type: 2, checked: false });
  expect(card).toMatchObject({
    ...{ id, card_id: id, element_type: 2, main_user: user, pipeline: pipeline_id, base: 'leads' },
    constant: { id, name, price, status: status_id, pipeline_id, main_user_id: user },
    attributes: {
      ...{ ID: id, NAME: name, MAIN_USER: user, 'lead[NAME]': name },
      'lead[PRICE]': String(price),
      'lead[MAIN_USER]': String(user),
      'lead[STATUS]': String(status_id),
      'lead[PIPELINE_ID]': String(pipeline_id),
    },
  });
  const { contacts: linked } = api._embedded as { contacts: { id: number }[] };
  expect(contacts.map((one) => one.id)).toEqual(linked.map((one) => one.id));
  expect(card.linked.filter(([type]) => type === 1).map(([, one]) => one)).toEqual(
    linked.map((one) => one.id),
  );
}

test.describe('one world', () => {
  test('a lead is the same in its row, its card, the constants and the API', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('world-reader', '/leads/list/');
    for (const id of [501, 502, 503]) {
      const seen = await readLead(page, (path) => kommo.goTo(path), id);
      expectOneLead(seen);
    }
    const max = kommo.emulator.world.account('demo').users.find(({ id }) => id === 8002);
    await kommo.goTo('/leads/detail/502');
    await expect(page.locator('#card_fields')).toContainText(String(max?.name));
  });

  test('so is a lead of a seed, with its fields', async ({ kommo, page }) => {
    const seed = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as Seed;
    await kommo.start('world-reader', {}, seed);
    kommo.configure();
    const seen = await readLead(page, (path) => kommo.goTo(path), 23);
    expectOneLead(seen);
    expect(seen.api).toMatchObject({ name: 'Roof of the boat house', price: 4200 });
    expect(seen.card.attributes).toMatchObject({ 'CFV[31]': '311', 'CFV[32]': '120.5' });
    expect(seen.card.linked).toEqual([
      [1, 22],
      [3, 21],
    ]);
    expect(seen.contacts).toMatchObject([{ id: 22, phones: ['+15550100'] }]);
    const account = await page.evaluate<Record<string, unknown>>("APP.constant('account')");
    expect(account).toMatchObject({
      users: { 8001: 'Ana Admin', 8002: 'Max Manager' },
      products: { enabled: true, catalog_id: 41 },
      predefined_cf: { PHONE: { ELEMENT_TYPES: [1, 3], TYPE_ID: 8, MULTIPLE: 'Y' } },
      cf: {
        31: { ID: 31, NAME: 'Material', TYPE_ID: 4, ENTREE_DEALS: 1, ENTREE_CONTACTS: 0 },
        33: { ENTREE_DEALS: 0, ENTREE_CONTACTS: 1, ENUMS: {} },
      },
    });
    await kommo.goTo('/catalogs/41');
    await expect(page.getByRole('button', { name: 'Welsh slate' })).toBeVisible();
  });

  test('contacts, companies and customers have their fields in the model', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('world-reader', '/contacts/detail/601');
    expect((await cardSeen(page)).attributes).toMatchObject({
      ...{ 'contact[FN]': 'Carla', 'contact[LN]': 'Reyes', ELEMENT_TYPE: '1' },
      'CFV[9201][0][VALUE]': '+12025550101',
      'CFV[9203]': '14.05.1990',
      'CFV[9204]': 'Purchasing',
    });
    expect(
      await page.evaluate(
        'APP.data.current_card.model.getCFKeysById(APP.constant("account").predefined_cf.PHONE.ID)',
      ),
    ).toContain('CFV[9201][0][VALUE]');
    await kommo.goTo('/companies/detail/701');
    const company = await cardSeen(page);
    expect(company.attributes).toMatchObject({ 'company[NAME]': 'Reyes & Sons' });
    expect(company.linked).toEqual([[1, 601]]);
    await kommo.goTo('/customers/detail/801');
    expect((await cardSeen(page)).attributes).toMatchObject({
      ...{ name: 'Lind Trading', 'CFV[9401]': 'Y' },
      ...{ 'CFV[9402][94021]': '94021', 'CFV[9402][94023]': '94023' },
    });
  });

  test('what chats and clients make is shown, too', async ({ kommo, page }) => {
    await kommo.openConfigured('world-reader', '/leads/list/');
    const [id] = await page.evaluate<number[]>(async () => {
      const answer = await fetch('/api/v4/leads', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([
          { name: 'Made here', price: 3, _embedded: { contacts: [{ id: 602 }] } },
        ]),
      });
      const { _embedded } = (await answer.json()) as { _embedded: { leads: { id: number }[] } };
      return _embedded.leads.map((lead) => lead.id);
    });
    expectOneLead(await readLead(page, (path) => kommo.goTo(path), Number(id)));
  });

  test('a ticked row is checked, and brings the phones of its contacts', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('world-reader', '/leads/list/');
    await page.locator('#tick_501').check();
    const seen = () => page.evaluate('worldReader.rowSeen(501)');
    expect(await seen()).toMatchObject({
      row: { checked: true, is_checked: true },
      selected: {
        selected: [{ id: 501, type: 'lead', phones: ['+12025550101'] }],
        summary: { items: 1, phones: 1, emails: 1 },
      },
    });
    await page.locator('#tick_501').uncheck();
    expect(await seen()).toMatchObject({ row: { checked: false }, selected: { selected: [] } });
  });

  test('the account comes in both forms, with what is stored of the widget', async ({
    kommo,
    page,
  }) => {
    await kommo.start('world-reader');
    kommo.configure({ login: 'ana' });
    await kommo.goTo('/leads/list/');
    const account = await page.evaluate('worldReader.get_accounts_current()');
    const inner = {
      ...{ id: 31263018, subdomain: 'demo' },
      widget: { login: 'ana', widget_code: 'chat_connector' },
    };
    expect(account).toMatchObject({ ...inner, account: inner });
  });

  test('an unknown constant is false, or undefined by a switch', async ({ kommo, page }) => {
    await kommo.openConfigured('world-reader', '/leads/list/');
    expect(await page.evaluate("APP.constant('no_such_thing')")).toBe(false);
    await kommo.goTo('/leads/list/?unknownConstant=undefined');
    expect(await page.evaluate("typeof APP.constant('no_such_thing')")).toBe('undefined');
  });

  test('what is typed into a field of the card is in the model', async ({ kommo, page }) => {
    await kommo.openConfigured('world-reader', '/leads/detail/501');
    await page.getByLabel('Sale', { exact: true }).fill('77');
    const typed = await page.evaluate(`(({ model, changes }) => [
      model.get('lead[PRICE]'), model.defaults['lead[PRICE]'], changes.has_changes,
    ])(APP.data.current_card)`);
    expect(typed).toEqual(['77', '1200', true]);
  });
});
