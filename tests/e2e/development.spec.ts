import { spawnSync } from 'node:child_process';
import { PROJECT } from '../../src/pack/project.ts';
import { test as base, expect } from './settings-fixtures.ts';
import { DevelopmentCopy } from './support/development-copy.ts';

const CHECK = `${PROJECT}/src/pack/check.ts`;
const ROW = 'src/widget/list/ChannelDetails.tsx';
const LIST = 'src/widget/connect/ServiceList.tsx';
const PANEL = 'src/widget/connect/ConnectPanel.tsx';

/** The package of a development build is uploaded to the emulated Kommo; its code comes from the development server. */
const test = base.extend<{ development: DevelopmentCopy }>({
  development: async ({ stack }, use, { status, expectedStatus, attach }) => {
    const development = await DevelopmentCopy.start(stack.backendUrl);
    stack.upload(development.zip);
    await use(development);
    if (status !== expectedStatus) await attach('dev.log', { body: development.output });
    stack.upload();
    await development.stop();
  },
});

test('saved files and faults show in the open modal, which stays where it is', async ({
  account,
  development,
  settings,
  page,
}) => {
  test.slow();
  const { widget } = settings;
  const overlay = page.locator('#chat-connector-development').getByRole('alert');
  const heading = widget.getByRole('heading', { level: 2 });

  await account.setUp({ Shop: ['Sales'] });
  await settings.open();
  await expect(page.getByText('Chat Connector (dev)').first()).toBeVisible();
  await expect(page.getByText(`its code comes from ${development.origin}`)).toBeVisible();
  await page.evaluate('window.isSamePage = true');

  await test.step('its package is no release', () => {
    const { status, stdout } = spawnSync(process.execPath, [CHECK, '--widget', development.zip]);
    expect(status).toBe(1);
    expect(stdout.toString()).toContain('is a development build');
  });

  await test.step('an open row stays open', async () => {
    const row = await settings.openDetails('Shop');
    development.edit(ROW, 'className="kcc-details"', 'title="new" className="kcc-details"');
    await expect(row.getByTitle('new')).toBeVisible();
  });

  await test.step('each save by rename shows in the services, which stay open', async () => {
    await widget.getByRole('button', { name: 'Add channel' }).click();
    for (const round of [1, 2]) {
      development.edit(LIST, /\{t\('services.title'\)\}.*/, `{t('services.title')} ${round}`);
      await expect(heading).toHaveText(`Choose a chat service ${round}`);
    }
    development.edit('i18n/en.json', 'Choose a chat service', 'Pick one');
    await expect(heading).toHaveText('Pick one 2');
  });

  await test.step('a syntax error shows with file and line, and goes when it is mended', async () => {
    development.edit(LIST, '<section ', '<section <');
    await expect(overlay).toContainText('The widget cannot be built');
    await expect(overlay).toContainText(development.placeOf(LIST, '<section <'));
    await expect(heading).toHaveText('Pick one 2');
    development.edit(LIST, '<section <', '<section ');
    await expect(overlay).toBeHidden();
  });

  await test.step('a type error shows, and goes when it is mended', async () => {
    development.edit(LIST, 'tabIndex={-1}', "tabIndex={'no'}");
    await expect(overlay).toContainText(development.placeOf(LIST, 'tabIndex={'));
    await expect(overlay).toContainText('TS2322');
    development.edit(LIST, "tabIndex={'no'}", 'tabIndex={-1}');
    await expect(overlay).toBeHidden();
  });

  await test.step('so does a manifest that Kommo would refuse', async () => {
    development.edit('manifest.json', '"interface_version": 2', '"interface_version": 1');
    await expect(overlay).toContainText(/manifest\.json:\d+.*interface_version/);
    development.edit('manifest.json', '"interface_version": 1', '"interface_version": 2');
    await expect(overlay).toBeHidden();
    expect(development.output.trimEnd()).toMatch(/nothing is wrong any more$/);
  });

  await test.step('and texts that are no JSON', async () => {
    development.edit('i18n/es.json', '{', '{,');
    await expect(overlay).toContainText(/i18n\/es\.json:1.*it is not JSON/);
    development.edit('i18n/es.json', '{,', '{');
    await expect(overlay).toBeHidden();
  });

  await test.step('a brand that cannot be used shows, and the last one stays', async () => {
    const primary = '--chat-connector-primary';
    development.edit('brand.json', '"#326fd8"', '"purple"');
    await expect(overlay).toContainText('The brand cannot be used');
    await expect(overlay).toContainText(/brand\.json:\d+.*colours\.accent: is "purple"/);
    await expect(widget).toHaveCSS(primary, '#326fd8');
    development.edit('brand.json', '"purple"', '"#7a1fa2"');
    await expect(overlay).toBeHidden();
    await expect(widget).toHaveCSS(primary, '#7a1fa2');
    development.edit('images/source/mark.svg', '</svg>', '<script/></svg>');
    await expect(overlay).toContainText(/brand\.json:\d+.*logo/);
    development.edit('images/source/mark.svg', '<script/></svg>', '</svg>');
    await expect(overlay).toBeHidden();
    expect(await page.evaluate('window.isSamePage')).toBe(true);
  });

  await test.step('the panel of a service stays open, over a reload as well', async () => {
    await widget.getByRole('button', { name: 'Telegram' }).click();
    await expect(heading).toHaveText('Connect Telegram');
    development.edit(PANEL, 'className="kcc-view-head"', 'title="new" className="kcc-view-head"');
    await expect(widget.getByTitle('new')).toContainText('Connect Telegram');
    expect(await page.evaluate('window.isSamePage')).toBe(true);
    await page.reload();
    await expect(widget.getByTitle('new')).toContainText('Connect Telegram');
  });
});
