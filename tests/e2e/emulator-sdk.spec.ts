import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type KommoPage, test } from './support/kommo-page.ts';

/** Runs an expression with `self` as the running widget, as its own script would. */
function run(kommo: KommoPage, expression: string): Promise<unknown> {
  return kommo.page.evaluate(`(async (self) => (${expression}))(APP.widgets.list.chat_connector)`);
}

test.describe('render_template', () => {
  /** What a sample passes, and the markup that is in the widget's block then. */
  const SAMPLES: [title: string, args: string, html: string][] = [
    [
      'compiles `render` with the second argument',
      `{ body: '', caption: { class_name: 'mine' }, render: '<p>Leads: {{count}}</p>' }, { count: 10 }`,
      '<p>Leads: 10</p>',
    ],
    [
      'puts `body` as it is',
      `{ caption: { class_name: 'new_widget' }, body: '<p>{{ not_mine }} and {% raw</p>', render: '' }`,
      '<p>{{ not_mine }} and {% raw</p>',
    ],
    [
      'needs neither a caption nor `render`',
      `{ body: '<div>Leads: ' + 2 + '</div>' }`,
      '<div>Leads: 2</div>',
    ],
    [
      'needs no second argument and shows both',
      `{ caption: { class_name: 'js-zoom-caption', html: '<b>Z</b>' }, body: '<i>{{ n }}</i>', render: '<u>{{ n }}</u>' }`,
      '<i>{{ n }}</i><u></u>',
    ],
    [
      'compiles `render` only when both are given',
      `{ caption: { class_name: 'c' }, body: '<i>{{ n }}</i>', render: '<p class="mine-{{ n }}">hi</p>' }, { n: 7 }`,
      '<i>{{ n }}</i><p class="mine-7">hi</p>',
    ],
    ['may be given nothing to show', `{ caption: { class_name: 'c' }, body: '', render: '' }`, ''],
  ];

  for (const [title, args, html] of SAMPLES) {
    test(title, async ({ kommo, page }) => {
      await kommo.openConfigured('printed-calls', '/leads/detail/501');
      await run(kommo, `self.render_template(${args})`);
      const block = page.locator('.card-widgets__widget-chat_connector');
      await expect(block).toHaveCount(1);
      expect(await block.locator('.card-widgets__widget__body').innerHTML()).toBe(html);
    });
  }
});

/** On the card of a lead: the call as printed, and what it returns. */
const ON_A_CARD: [call: string, result: unknown][] = [
  // https://www.amocrm.ru/developers/content/web_sdk/js_sdk
  [
    `_.pick(APP.sdk.showUserStatus(), '8001', '8002')`,
    { '8001': { id: '8001', online: true }, '8002': { id: '8002', online: false } },
  ],
  [`APP.sdk.showUserStatus('online')`, [8001]],
  ['APP.sdk.showUserStatus(8001)', true],
  [`APP.sdk.showUserStatus('8001')`, true],
  ['APP.sdk.showUserStatus(8002)', false],
  ['APP.sdk.showUserStatus(123456)', false],
  ['APP.sdk.getCallingStatus()', false],
  ['(APP.sdk.setCallingStatus(true), APP.sdk.getCallingStatus())', true],
  ['(APP.sdk.setCallingStatus(false), APP.sdk.getCallingStatus())', false],
  // https://www.amocrm.ru/developers/content/web_sdk/mechanics
  ['_.pick(self.system(), "area", "amouser_id")', { area: 'lcard', amouser_id: '8001' }],
  [`(self.set_settings({ par1: 'text' }), self.get_settings().par1)`, 'text'],
  ['self.get_install_status()', 'installed'],
  ['self.get_version()', '1.0.0'],
  [
    `self.i18n('userLang')`,
    { firstWidgetText: 'Press the button', textIntoTheButton: 'Send the data' },
  ],
  [`self.i18n('nothing')`, false],
  [
    `self.render({ data: 'The {{ baked_good }} is a lie.' }, { baked_good: 'cupcake' })`,
    'The cupcake is a lie.',
  ],
  [
    `self.render({ href: '/templates/page.twig', base_path: self.params.path, v: self.get_version(), promised: true }).then((template) => template.render({ baked_good: 'cupcake' }).trim())`,
    '<p class="printed-calls__page">The cupcake is a lie.</p>',
  ],
  [
    `new Promise((resolve) => self.render({ href: 'templates/page.twig', base_path: self.params.path, load: (template) => resolve(template.render({ baked_good: 'pie' }).trim()) }, {}))`,
    '<p class="printed-calls__page">The pie is a lie.</p>',
  ],
  [
    'self.get_current_card_contacts_data()',
    [
      {
        id: 601,
        name: 'Carla Reyes',
        first_name: 'Carla',
        last_name: 'Reyes',
        phones: ['+12025550101'],
        emails: ['carla@example.com'],
      },
    ],
  ],
  ['typeof self.listenSocketChannel("leads:events", [], () => {})', 'function'],
  // https://www.amocrm.ru/developers/content/integrations/script_js
  [
    `self.render({ data: '<ul>{% for person in names %}<li>{{ person.name }}</li>{% endfor %}</ul>' }, { names: [{ name: 'name1' }, { name: 'name2' }] })`,
    '<ul><li>name1</li><li>name2</li></ul>',
  ],
  [
    `(() => { const langs = self.langs; langs.settings.login = 'new'; self.set_lang(langs); return self.langs.settings.login; })()`,
    'new',
  ],
  ['self.list_selected()', false],
  // https://www.amocrm.ru/developers/content/web_sdk/env_variables
  ['APP.isCard()', true],
  ['APP.getBaseEntity()', 'leads'],
  ['APP.getWidgetsArea()', 'leads_card'],
  ['APP.lang_id', 'en'],
  ['AMOCRM === APP', true],
];

test('calls on a card return what the pages print', async ({ kommo }) => {
  await kommo.openConfigured('printed-calls', '/leads/detail/501');
  for (const [call, result] of ON_A_CARD) expect(await run(kommo, call), call).toEqual(result);
});

test('the selected rows of a list come with the phones of the linked contacts', async ({
  kommo,
  page,
}) => {
  await kommo.openConfigured('printed-calls', '/leads/list/');
  expect(await run(kommo, 'self.list_selected().summary')).toEqual({
    items: 0,
    emails: 0,
    phones: 0,
  });
  await page.getByRole('checkbox', { name: 'Order of ten lamps' }).check();
  expect(await run(kommo, '_.pick(self.list_selected(), "selected", "summary")')).toEqual({
    selected: [{ id: 501, type: 'lead', emails: ['carla@example.com'], phones: ['+12025550101'] }],
    summary: { items: 1, emails: 1, phones: 1 },
  });
});

test.describe('crm_post', () => {
  test('calls back always for text and html, for json after a success only', async ({ kommo }) => {
    kommo.expectErrors();
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/bad' ? 500 : 200;
      response.setHeader('Content-Type', 'application/json');
      response.end('{"said":"so"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await kommo.openConfigured('printed-calls', '/leads/detail/501');
      const post = (path: string, type?: string) =>
        run(
          kommo,
          `new Promise((resolve) => {
            const heard = [];
            const hear = (name, value) => { heard.push([name, value]); setTimeout(() => resolve(heard), 0); };
            self.crm_post('${address}${path}', { a: 1 }, (answer) => hear('callback', answer), ${JSON.stringify(type)}, (request) => hear('error', request.status));
          })`,
        );
      expect(await post('/good')).toEqual([['callback', '{"said":"so"}']]);
      expect(await post('/bad')).toEqual([
        ['callback', '{"said":"so"}'],
        ['error', 500],
      ]);
      expect(await post('/bad', 'html')).toEqual([
        ['callback', '{"said":"so"}'],
        ['error', 500],
      ]);
      expect(await post('/good', 'json')).toEqual([['callback', { said: 'so' }]]);
      expect(await post('/bad', 'json')).toEqual([['error', 500]]);
    } finally {
      server.close();
    }
  });
});

test.describe('A module that the host does not offer', () => {
  test('is named, with the way to supply it, when the widget asks for it later', async ({
    kommo,
    page,
  }) => {
    kommo.expectErrors();
    await kommo.openConfigured('printed-calls', '/leads/detail/501');
    await page.evaluate(`require(['es7promise', '/upl/chat_connector/widget/gone.js'], () => {})`);
    const line = await kommo.waitForLog('error', 'module');
    expect(line.detail.message).toBe(
      'module es7promise is not one the host offers; supply it with --module es7promise=file',
    );
    expect(await kommo.log('error', 'module')).toHaveLength(1);
  });
});

test.describe('A dialog', () => {
  const open = (options: string) =>
    `void new self.Modal({ class_name: 'printed', init: ($body) => $body.trigger('modal:loaded').html('<h1>Test</h1>').trigger('modal:centrify').append(''), ${options} })`;

  test('closes by its cross, by the overlay and by Escape, unless it is told not to', async ({
    kommo,
    page,
  }) => {
    await kommo.openConfigured('printed-calls', '/leads/detail/501');
    const dialog = page.locator('.printed');
    const cross = dialog.locator('.modal-body__close');
    const overlay = () => dialog.locator('.modal-scroller').click({ position: { x: 3, y: 3 } });
    await run(kommo, open(''));
    await cross.click();
    await expect(dialog).toHaveCount(0);
    await run(kommo, open('disable_cancel_click: true'));
    await cross.click();
    await overlay();
    await expect(dialog).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await run(kommo, open('disable_escape_keydown: true, disable_overlay_click: true'));
    await page.keyboard.press('Escape');
    await overlay();
    await expect(dialog).toHaveCount(1);
  });

  test('needs no options to show an error', async ({ kommo, page }) => {
    await kommo.openConfigured('printed-calls', '/leads/detail/501');
    await run(kommo, `void new self.Modal()._showError('ana is incorrect!')`);
    await expect(page.getByRole('dialog')).toContainText('ana is incorrect!');
  });
});
