import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createEmulator, type Emulator } from '../../../src/emulator/emulator.ts';
import { HOST_SWITCHES } from '../../../src/emulator/page/host/host-switches.ts';
import { LAZY_MODULES, PAGE_MODULES } from '../../../src/emulator/page/host/vendor-modules.ts';
import { type Call, call } from '../../support/emulator-client.ts';

const WIDGET = fileURLToPath(new URL('../widgets/all-fields', import.meta.url));
const require = createRequire(import.meta.url);

let emulator: Emulator;

beforeAll(async () => {
  emulator = await createEmulator({ widget: WIDGET });
});

afterEach(() => emulator.reset());

afterAll(() => emulator.close());

const ask = (path: string, options: Call = {}) =>
  call(emulator, path, { host: 'demo.kommo.localhost', ...options });

/** What a page tells its scripts. */
async function boot(path: string, headers: Record<string, string> = {}) {
  const { text } = await ask(path, { headers });
  const json = /id="emulator-boot">(.*?)<\/script>/s.exec(text)?.[1] ?? '{}';
  return JSON.parse(json) as {
    area: string;
    user: { id: number };
    language: string;
    theme: string;
    texts: Record<string, string>;
    entity: { name: string } | null;
    account: { domain: string };
    switches: Record<string, string>;
    controls: Record<string, string>;
    widget: { install: { status: string; fields: object }; code: string };
  };
}

describe('Pages of an account', () => {
  test('log in the admin when nobody is', async () => {
    const { status, headers } = await ask('/settings/widgets/');
    expect(status).toBe(200);
    expect(headers['set-cookie']).toEqual(['emulator_user=8001; Path=/; SameSite=Lax']);
    expect((await boot('/settings/widgets/')).user.id).toBe(8001);
  });

  test('keep the user who is logged in, and take another by the address', async () => {
    expect((await boot('/settings/widgets/', { cookie: 'emulator_user=8002' })).user.id).toBe(8002);
    expect(
      (await boot('/settings/widgets/?user=8003', { cookie: 'emulator_user=8002' })).user.id,
    ).toBe(8003);
  });

  test('never log in an inactive user', async () => {
    expect((await boot('/settings/widgets/?user=8004')).user.id).toBe(8001);
    expect((await boot('/settings/widgets/', { cookie: 'emulator_user=8004' })).user.id).toBe(8001);
  });

  test.each([
    ['/settings/widgets/', 'settings'],
    ['/settings/widgets/chat_connector', 'settings'],
    ['/settings/advanced/chat_connector/', 'advanced_settings'],
    ['/leads/detail/501', 'lcard'],
    ['/contacts/detail/601', 'ccard'],
    ['/companies/detail/701', 'comcard'],
    ['/customers/detail/801', 'cucard'],
    ['/leads/add/', 'lcard'],
    ['/contacts/add/', 'ccard'],
    ['/companies/add/', 'comcard'],
    ['/customers/add/', 'cucard'],
    ['/leads/list/', 'llist'],
    ['/contacts/list/', 'clist'],
    ['/customers/list/', 'culist'],
    ['/todo/list/', 'tlist'],
    ['/todo/line/', 'tline'],
    ['/todo/calendar/', 'tcalendar'],
    ['/catalogs/4001', 'catalogs'],
    ['/settings/pipeline/leads/7001', 'digital_pipeline'],
    ['/settings/communications/', 'salesbot_designer'],
    ['/widget_page/chat_connector/reports/daily', 'widget_page'],
    ['/stats/widget/chat_connector/calls', 'widget_page'],
    ['/mobile/customers/detail/801', 'mobile_card'],
  ])('%s shows %s', async (path, area) => {
    expect((await boot(path)).area).toBe(area);
  });

  test('are missing where the account has nothing', async () => {
    expect((await ask('/leads/detail/999')).status).toBe(404);
    expect((await ask('/nothing/here')).status).toBe(404);
    expect((await ask('/settings/widgets/', { host: 'nobody.kommo.localhost' })).text).toBe(
      'There is no account nobody.kommo.localhost.\n',
    );
  });

  test('lead from the root to the integrations', async () => {
    const { status, headers } = await ask('/');
    expect([status, headers.location]).toEqual([302, '/settings/widgets/']);
  });

  test('bring the templates of the system controls', async () => {
    const { controls } = await boot('/settings/widgets/');
    expect(Object.keys(controls)).toEqual(
      expect.arrayContaining([
        'button',
        'select',
        'checkboxes_dropdown/values_title',
        'pipeline_select/index',
      ]),
    );
  });

  test('carry the real host of the account, not the one of the browser', async () => {
    expect((await boot('/settings/widgets/')).account.domain).toBe('demo.kommo.com');
  });

  test('follow the switches, and the address for one view', async () => {
    emulator.setSwitches({ theme: 'dark', language: 'es' });
    expect(await boot('/settings/widgets/')).toMatchObject({
      theme: 'dark',
      language: 'es',
      texts: { install: 'Instalar' },
    });
    expect(await boot('/settings/widgets/?theme=light&lang=pt&initOrder=together')).toMatchObject({
      theme: 'light',
      language: 'pt',
      switches: { initOrder: 'together' },
    });
    expect((await boot('/settings/widgets/?theme=pink')).theme).toBe('dark');
  });

  test('refuse switches that no source supports together, wherever they are set', async () => {
    const both = { settingsAfterInstall: 'again', redrawAfterInstall: 'left column' };
    const why = /settingsAfterInstall="again" with redrawAfterInstall="left column": no source/;
    await expect(createEmulator({ seed: { switches: both } })).rejects.toThrow(why);
    // The other one has its default.
    const alone = { redrawAfterInstall: 'left column' };
    await expect(createEmulator({ seed: { switches: alone } })).rejects.toThrow(why);
    expect(() => emulator.setSwitches(alone)).toThrow(why);
    const posted = await call(emulator, '/__emulator/switches', { json: alone });
    expect(posted).toMatchObject({ status: 400, json: { error: expect.stringMatching(why) } });
    const page = await ask('/settings/widgets/?redrawAfterInstall=left%20column');
    expect(page.status).toBe(400);
    expect(page.text).toMatch(why);
    expect((await boot('/settings/widgets/')).switches).toMatchObject({
      redrawAfterInstall: 'right column too',
    });
    emulator.setSwitches({ ...alone, settingsAfterInstall: 'not again' });
    expect((await boot('/settings/widgets/')).switches).toMatchObject(alone);
  });

  test('have Kommo’s templates at their addresses, and tell of others how to supply them', async () => {
    for (const name of ['common/search_block', 'controls/input', 'common/modal/error']) {
      const { status, text } = await ask(`/tmpl/${name}.twig`);
      expect([status, text.length > 0]).toEqual([200, true]);
    }
    const { status, headers } = await ask('/tmpl/common/other.twig');
    expect([status, headers['x-emulator-hint']]).toEqual([
      404,
      expect.stringContaining('--answer "GET /tmpl/common/other.twig='),
    ]);
  });

  test('know no switch by another name, and no other option', async () => {
    for (const [name, value] of [
      ['settingArgument', 'modal body'],
      ['settingsArgument', 'body'],
    ]) {
      const switches = { [String(name)]: String(value) };
      expect(() => emulator.setSwitches(switches)).toThrow(TypeError);
      const posted = await call(emulator, '/__emulator/switches', { json: switches });
      expect(posted.status).toBe(400);
    }
  });

  test('have every switch at its first option by default', async () => {
    const { switches } = await boot('/settings/widgets/');
    for (const { name, options } of HOST_SWITCHES)
      expect([name, switches[name]]).toEqual([name, options[0]]);
  });

  test('tell the status of the installation and its fields', async () => {
    expect((await boot('/settings/widgets/')).widget.install).toMatchObject({
      status: 'install',
      fields: {},
    });
    await emulator.install('demo');
    expect((await boot('/settings/widgets/')).widget.install.status).toBe('not_configured');
    const [installation] = emulator.state.installations;
    if (installation === undefined) throw new Error('no installation');
    Object.assign(installation, { is_configured: true, settings: { shop_name: '</script>' } });
    expect((await boot('/settings/widgets/')).widget.install).toMatchObject({
      status: 'installed',
      fields: { shop_name: '</script>' },
    });
  });
});

describe('Files', () => {
  test.each([
    ['/frontend/host/main.js', 'text/javascript; charset=utf-8'],
    ['/frontend/styles.css', 'text/css; charset=utf-8'],
    ['/frontend/vendor/jquery.js', 'text/javascript; charset=utf-8'],
    ['/upl/chat_connector/widget/script.js?v=1.2.0', 'text/javascript; charset=utf-8'],
    ['/upl/chat_connector/widget/images/logo.png', 'image/png'],
    ['/widgets/chat_connector/images/logo.png', 'image/png'],
    ['/upl/chat_connector/widget/i18n/en.json', 'application/json; charset=utf-8'],
  ])('%s is served as %s to any origin', async (path, type) => {
    const { status, headers } = await ask(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(headers['access-control-allow-origin']).toBe('*');
    const again = await ask(path, { headers: { 'if-none-match': String(headers.etag) } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test.each([
    '/frontend/host/nothing.js',
    '/frontend/host/..%2f..%2f..%2fpackage.json',
    '/frontend/host/%2e%2e%2f%2e%2e%2femulator.ts',
    '/frontend/host//etc/passwd',
    '/frontend/vendor/..%2fpackage.json',
    '/frontend/vendor/lodash.js',
    '/upl/chat_connector/widget/..%2f..%2fpages.test.ts',
    '/upl/chat_connector/widget/nothing.js',
  ])('%s is not there', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test.each([...PAGE_MODULES, ...LAZY_MODULES].map((one) => [one.name, one] as const))(
    'the library %s is there at the version Kommo states',
    async (name, one) => {
      const manifest = readFileSync(require.resolve(`${one.package}/package.json`), 'utf8');
      expect(JSON.parse(manifest)).toMatchObject({ version: one.version });
      const { status, text } = await ask(`/frontend/vendor/${name}.js`);
      expect([status, text]).toEqual([200, expect.stringContaining('define')]);
    },
  );

  test('the style sheets come in one answer', async () => {
    const { text } = await ask('/frontend/styles.css');
    expect(text).toMatch(/--palette-text-primary.*\.modal .*\.button-input .*\.card_entity /s);
  });
});
