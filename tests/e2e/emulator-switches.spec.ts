import { expect, test } from './support/kommo-page.ts';

test.describe('A documented conflict is a switch:', () => {
  for (const [order, expected] of [
    ['bind_actions first', ['render', 'bind_actions', 'init', 'settings']],
    ['init first', ['render', 'init', 'bind_actions', 'settings']],
  ] as const) {
    test(`${order}`, async ({ kommo }) => {
      await kommo.open('all-fields', '/settings/widgets/', { initOrder: order });
      await kommo.waitForLog('callback', 'settings');
      expect((await kommo.log('callback')).map(({ name }) => name)).toEqual(expected);
    });
  }

  test('bind_actions and init together', async ({ kommo }) => {
    await kommo.open('all-fields', '/settings/widgets/', { initOrder: 'together' });
    await kommo.waitForLog('callback', 'settings');
    expect(await kommo.log('callback', 'bind_actions')).toHaveLength(1);
    expect(await kommo.log('callback', 'init')).toHaveLength(1);
  });

  test('render fires twice, settings fires twice', async ({ kommo }) => {
    await kommo.open('all-fields', '/settings/widgets/', {
      renderTwice: 'on',
      settingsTwice: 'on',
    });
    await kommo.waitForLog('callback', 'settings', 2);
    expect(await kommo.log('callback', 'render')).toHaveLength(2);
  });

  test('settings does not come again after Install', async ({ kommo }) => {
    await kommo.open('all-fields', '/settings/widgets/', { settingsAfterInstall: 'not again' });
    await kommo.install();
    await kommo.waitForLog('callback', 'onInstall');
    expect(await kommo.log('callback', 'settings')).toHaveLength(1);
  });

  test('Install draws the right column anew', async ({ kommo, page }) => {
    await kommo.open('all-fields');
    await page
      .locator('.widget_settings_block')
      .evaluate((block) => block.setAttribute('data-mark', 'old'));
    await kommo.install();
    await expect(page.locator('.widget_settings_block')).not.toHaveAttribute('data-mark', 'old');
    await expect(page.getByText('Compact view')).toBeVisible();
  });

  test('Save installs as well in the one-step interface', async ({ kommo, page }) => {
    await kommo.open('all-fields', '/settings/widgets/', { installFlow: 'one step' });
    await page.getByLabel('Shop name').fill('Lamps');
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    expect(kommo.emulator.state.installations).toMatchObject([
      { is_active: true, is_configured: true },
    ]);
  });

  test('settings gets the right column, and no context', async ({ kommo, page }) => {
    await kommo.start('pipeline-tools', {
      settingsArgument: 'right column',
      settingsContext: 'undefined',
    });
    kommo.configure();
    await kommo.goTo('/settings/widgets/');
    await expect(page.locator('.pipeline-tools__context')).toHaveText('');
  });

  test('nothing runs before Install', async ({ kommo }) => {
    await kommo.open('all-fields', '/settings/widgets/', { runBeforeInstall: 'off' });
    await kommo.waitForLog('callback', 'settings');
    expect(await kommo.log('callback', 'render')).toHaveLength(0);
  });

  test('a widget that was never saved runs in no other area, or does', async ({ kommo, page }) => {
    await kommo.start('card-tools');
    await kommo.goTo('/leads/detail/501');
    expect(await kommo.log('callback')).toHaveLength(0);
    await kommo.goTo('/leads/detail/501?runUnconfigured=on');
    await expect(page.locator('.card-tools__area')).toHaveText('lcard');
  });

  test('the advanced page calls itself by either name', async ({ kommo, page }) => {
    await kommo.start('control-gallery', { advancedArea: 'advanced-settings' });
    kommo.configure();
    await kommo.goTo('/settings/advanced/chat_connector/');
    expect(await page.evaluate('APP.widgets.system.area')).toBe('advanced-settings');
  });

  test('the paths of the widget end with a slash, or lie on another origin', async ({
    kommo,
    page,
  }) => {
    await kommo.open('all-fields', '/settings/widgets/', {
      widgetPath: 'trailing slash',
      cdnPath: 'another origin',
    });
    const params = await page.evaluate<{ path: string; cdn_path: string }>(
      'APP.widgets.list.chat_connector.params',
    );
    expect(params.path).toBe('/upl/chat_connector/widget/');
    expect(params.cdn_path).toBe(
      `http://cdn.kommo.localhost:${kommo.emulator.port}/upl/chat_connector/widget/`,
    );
    const answer = await page.evaluate(
      async (url) => (await fetch(url)).status,
      `${params.cdn_path}script.js`,
    );
    expect(answer).toBe(200);
  });
});

test('the noisy neighbour fails on the page and the widget still saves', async ({
  kommo,
  page,
}) => {
  kommo.expectErrors();
  await kommo.open('all-fields', '/settings/widgets/', { noisyNeighbour: 'on' });
  await kommo.install();
  await page.getByLabel('Shop name').fill('Lamps');
  await kommo.save.click();
  await expect(kommo.modal).toHaveCount(0);
  expect(kommo.stored()).toMatchObject({ shop_name: 'Lamps' });
  expect(kommo.errors.join()).toContain('the noisy neighbour failed');
});

test.describe('The control panel', () => {
  test('changes theme, language, user, account and area', async ({ kommo, page }) => {
    await kommo.open('all-fields', '/settings/widgets/#/');
    await page.getByRole('button', { name: /^Emulator/ }).press('Enter');
    await page.getByLabel('Theme').selectOption('dark');
    await expect(page.locator('html')).toHaveAttribute('data-color-scheme', 'dark');
    await page.getByLabel('Language', { exact: true }).selectOption('pt');
    await expect(page.locator('html')).toHaveAttribute('lang', 'pt');
    await page.getByLabel('User').selectOption('8002');
    await expect(page.locator('.nav__user')).toHaveAttribute('title', 'Max Manager');
    await page.getByLabel('Account').selectOption({ label: 'Other Company (other)' });
    await expect(page.locator('.nav__account')).toHaveText('other');
    // Another origin: the panel does not know yet that it was open.
    // The modal takes the focus when it opens: a key pressed before that would be its own.
    await expect(page.locator('.modal-body')).toBeFocused();
    await page.getByRole('button', { name: /^Emulator/ }).press('Enter');
    await page.getByLabel('Area', { exact: true }).selectOption({ label: 'Lead card' });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Order of ten lamps');
    await expect(page.locator('html')).toHaveAttribute('data-color-scheme', 'dark');
  });

  test('does to the account what people do elsewhere', async ({ kommo, page }) => {
    await kommo.start('all-fields');
    kommo.configure();
    const account = () => kommo.emulator.world.account('demo');
    kommo.emulator.state.sources.push({
      ...{ id: 41, account_id: account().id, client_id: '', name: 'Support', external_id: 's-1' },
      ...{ pipeline_id: 7001, default: true, origin_code: null, services: [], is_hidden: false },
    });
    await kommo.goTo('/settings/widgets/#/');
    await page.getByRole('button', { name: /^Emulator/ }).click();
    await page.getByText('Account', { exact: true }).last().click();
    const source = page.getByRole('button', { name: 'Delete the source Support (s-1)' });
    await source.click();
    await expect(source).toHaveCount(0);
    await page.getByRole('button', { name: 'Archive: pipeline Partners' }).click();
    await expect(page.getByRole('button', { name: /from the archive: pipeline/ })).not.toHaveCount(
      0,
    );
    await page.getByRole('button', { name: 'Make Ana Admin no admin' }).click();
    await expect(page.getByRole('button', { name: 'Make Ana Admin an admin' })).toBeVisible();
    await page.getByRole('button', { name: 'Take the chats (amojo_id) away' }).click();
    await expect(page.getByRole('button', { name: /amojo_id/ })).toHaveCount(0);
    expect(kommo.emulator.state.sources).toEqual([]);
    expect(account()).toMatchObject({
      amojo_id: null,
      users: [{ rights: { is_admin: false } }, {}, {}, {}],
    });
  });

  test('sets switches of the page and of the servers, and arms faults', async ({ kommo, page }) => {
    kommo.expectErrors();
    await kommo.open('all-fields', '/settings/widgets/#/');
    await page.getByRole('button', { name: /^Emulator/ }).click();
    await page.getByText('Switches', { exact: true }).click();
    await page.getByLabel(/^render fires twice/).selectOption('on');
    await page.getByLabel('refreshMode').selectOption('grace-30s');
    await expect
      .poll(() => kommo.emulator.state.switches)
      .toMatchObject({ renderTwice: 'on', refreshMode: 'grace-30s' });
    await page.getByText('Faults', { exact: true }).click();
    await page.getByRole('button', { name: 'Next Install: 500' }).click();
    await page.getByLabel('A rule as JSON').fill('{"action":"nonsense"}');
    await page.getByRole('button', { name: 'Arm this rule' }).click();
    await expect(page.getByText(/action: one of/)).toBeVisible();
    await page.getByRole('button', { name: /All Fields/ }).click();
    await page.getByRole('checkbox', { name: /privacy policy/ }).check();
    await page.getByRole('button', { name: 'Install', exact: true }).click();
    await expect(page.locator('#notifications_holder')).toContainText('could not be installed');
  });

  test('does not offer what no source supports, and says why', async ({ kommo, page }) => {
    await kommo.open('all-fields', '/settings/widgets/#/');
    await page.getByRole('button', { name: /^Emulator/ }).click();
    await page.getByText('Switches', { exact: true }).click();
    const redrawn = page.getByLabel(/^Redrawn by Install/);
    const left = redrawn.locator('option', { hasText: 'left column' });
    await expect(left).toBeDisabled();
    await expect(redrawn).toHaveAccessibleDescription(
      /"left column" is not offered with "settings after Install: again": no source/,
    );
    await page.getByLabel(/^settings after Install/).selectOption('not again');
    await expect(left).toBeEnabled();
    await redrawn.selectOption('left column');
    const again = page
      .getByLabel(/^settings after Install/)
      .locator('option', { hasText: /^again/ });
    await expect(again).toBeDisabled();
    await expect
      .poll(() => kommo.emulator.state.switches)
      .toMatchObject({ settingsAfterInstall: 'not again', redrawAfterInstall: 'left column' });
    await kommo.expectAccessible(['light', 'dark']);
  });

  test('leaves the page and comes back: destroy, page:changed, render', async ({ kommo, page }) => {
    await kommo.start('card-tools');
    kommo.configure();
    await kommo.goTo('/leads/detail/501');
    await page.getByRole('button', { name: /^Emulator/ }).click();
    await page.getByRole('button', { name: 'Leave this page and come back' }).click();
    await kommo.waitForLog('callback', 'init', 2);
    expect(await kommo.log('callback', 'destroy')).toHaveLength(1);
    expect(await kommo.log('event', 'page:changed')).toHaveLength(1);
    await expect(page.locator('.card-widgets__widget')).toHaveCount(1);
  });

  test('reloads open pages when the widget was built again', async ({ kommo, page }) => {
    await kommo.open('all-fields');
    const isReloaded = page.waitForEvent('load');
    await expect
      .poll(async () =>
        (await fetch(`${kommo.emulator.url}/__emulator/reload`, { method: 'POST' })).json(),
      )
      .toEqual({ pages: 1 });
    await isReloaded;
    await expect(kommo.modal).toBeVisible();
  });
});
