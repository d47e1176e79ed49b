import { expect, test } from './fixtures.ts';
import { SALES_BOT, SUPPORT_BOT } from './support/settings-modal.ts';

test('the administrator installs, connects a bot, chooses a pipeline, saves, and Kommo has the source', async ({
  settings,
  stack,
  page,
}) => {
  await settings.openInstalled();
  await settings.connectTelegram(SUPPORT_BOT, 'Demo Support');
  await settings.choosePipelines('Demo Support', ['Support']);
  await expect(
    settings.channel('Demo Support').getByRole('radio', { name: 'Default' }),
  ).toBeChecked();
  await settings.save();
  await expect(settings.sync.getByText('In sync')).toBeVisible();

  expect(settings.sources()).toEqual([
    expect.objectContaining({ name: 'Demo Support', pipeline_id: 7002 }),
  ]);
  expect(settings.sources()[0]?.external_id).toMatch(/./);

  await page.reload();
  await expect(settings.channel('Demo Support')).toContainText('Support');
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  expect(stack.emulator.log().filter(({ kind }) => kind === 'warning')).toEqual([]);
});

test('a backend that is killed right after Save finishes the sync when it starts again', async ({
  settings,
  stack,
  page,
  expectedErrors,
}) => {
  expectedErrors.push(/net::ERR_/);
  await settings.openInstalled();
  await settings.connectTelegram(SUPPORT_BOT, 'Demo Support');
  await settings.choosePipelines('Demo Support', ['Sales']);
  // Kommo answers nothing about sources until the backend is dead.
  const held = stack.emulator.barrier({ path: '/api/v4/sources' }, 1, 'manual');
  await settings.saveButton.click();
  await expect.poll(() => held.waiting()).toBe(1);
  await stack.killBackend();
  held.release();
  expect(settings.sources()).toEqual([]);

  await stack.startBackend();
  await expect.poll(() => settings.sources().map(({ name }) => name)).toEqual(['Demo Support']);
  await page.reload();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
});

test('a wrong bot token shows what the service says and stores nothing', async ({
  settings,
  stack,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 422/);
  await settings.openInstalled();
  await settings.chooseService('Telegram');
  const token = settings.widget.getByRole('textbox', { name: 'Bot token' });
  await token.fill('7999999999:AAWrongTokenWrongTokenWrongTokenWro');
  await settings.widget.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(token).toHaveAttribute('aria-invalid', 'true');
  await settings.widget.getByText('Details', { exact: true }).click();
  await expect(settings.widget.getByText('Telegram says: Unauthorized')).toBeVisible();
  await settings.leaveServices();
  await expect(settings.widget.getByText('No chat account is connected yet.')).toBeVisible();
  expect(stack.emulator.state.sources).toEqual([]);
});

test('every screen of the story passes the accessibility rules, in the light and in the dark theme', async ({
  settings,
  page,
}) => {
  await settings.openInstalled();
  await settings.expectAccessible();
  await settings.chooseService('Telegram');
  await settings.expectAccessible();
  await settings.leaveServices();
  await settings.connectTelegram(SALES_BOT, 'Demo Sales');
  await settings.expectAccessible();
  await settings.choosePipelines('Demo Sales', ['Sales']);
  await settings.save();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  await settings.expectAccessible();
  await page.locator('html').evaluate((root) => root.setAttribute('data-color-scheme', 'dark'));
  await settings.expectAccessible();
});

test('the entry is all that other pages of the account load', async ({ stack, page }) => {
  const { world, state } = stack.emulator;
  state.installations.push({
    account_id: world.account('demo').id,
    client_id: world.integration().client_id,
    is_active: true,
    is_configured: true,
    settings: {},
    installed_at: 0,
  });
  const fetched: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/\/widget\/.*\.(js|css)$/.test(pathname)) fetched.push(pathname);
  });
  await page.goto(new URL('/settings/pipeline/leads/', stack.settingsUrl).href);
  await page.evaluate('window.__emulator.ready');
  expect(fetched.map((path) => path.split('/').at(-1))).toEqual(['script.js']);
});
