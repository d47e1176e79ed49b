import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './support/kommo-page.ts';

test.describe('all-fields', () => {
  test('shows a row for each field, stores what was typed and shows it again', async ({
    kommo,
    page,
  }) => {
    await kommo.open('all-fields');
    await kommo.install();
    await page.getByLabel('Shop name').fill('Lamps');
    await page.getByLabel('API key').fill('k-1');
    await page.getByLabel('Extensions: Max Manager').fill('102');
    await page.getByLabel('Accounts: Ana Admin, Login').fill('ana');
    await page.getByLabel('Accounts: Ana Admin, Password').fill('pw');
    await page.getByText('Compact view').click();
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    expect(kommo.stored()).toMatchObject({
      shop_name: 'Lamps',
      api_key: 'k-1',
      extensions: { 8002: '102' },
      accounts: { 8001: { login: 'ana', password: 'pw' } },
      options: '{"compact":true}',
    });
    const record = JSON.stringify(kommo.emulator.log());
    expect(record).toContain('Lamps');
    expect(record).not.toContain('k-1');
    expect(record).not.toContain('"pw"');
    await kommo.goTo('/settings/widgets/?again#/chat_connector');
    await expect(page.getByLabel('Shop name')).toHaveValue('Lamps');
    await expect(page.getByLabel('Compact view')).toBeChecked();
    await expect(page.locator('.widget-state_status_installed')).toHaveText('Installed');
  });

  test('runs its callbacks in the documented order', async ({ kommo, page }) => {
    await kommo.open('all-fields');
    await kommo.install();
    await page.getByLabel('Shop name').fill('Lamps');
    await kommo.save.click();
    await expect(kommo.modal).toHaveCount(0);
    await page.getByRole('button', { name: /All Fields/ }).click();
    await page.getByRole('button', { name: 'Uninstall' }).click();
    await page
      .getByRole('dialog', { name: /Uninstall/ })
      .getByRole('button', { name: 'Uninstall' })
      .click();
    await kommo.waitForLog('callback', 'destroy');
    expect((await kommo.log('callback')).map(({ name }) => name)).toEqual([
      'render',
      'bind_actions',
      'init',
      'settings',
      'onInstall',
      'settings',
      'onSave',
      'settings',
      'onSave',
      'destroy',
    ]);
    expect((await kommo.log('callback', 'onSave')).map(({ detail }) => detail.args)).toMatchObject([
      [{ active: 'Y', fields: { shop_name: 'Lamps' } }],
      [{ active: 'N' }],
    ]);
    expect(kommo.emulator.state.installations[0]?.is_active).toBe(false);
  });
});

test.describe('backend-caller', () => {
  test('calls its server with a token across origins, and through Kommo', async ({
    kommo,
    page,
  }) => {
    const seen: { method: string; path: string; token: string; body: string }[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const token = String(request.headers['x-auth-token'] ?? '');
      seen.push({ method: request.method ?? '', path: request.url ?? '', token, body });
      response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
      response.setHeader('Access-Control-Allow-Headers', 'X-Auth-Token');
      response.setHeader('Content-Type', 'application/json');
      response.end(request.method === 'OPTIONS' ? '' : JSON.stringify({ hello: 'Ana', got: body }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await kommo.open('backend-caller');
      await kommo.install();
      await page.getByLabel('Address of the server').fill(address);
      await page.getByRole('button', { name: 'Call with a token' }).click();
      await expect(page.locator('.backend-caller__answer')).toHaveText('200 Ana');
      await page
        .locator('.backend-caller__answer')
        .evaluate((element) => element.replaceChildren());
      await page.getByRole('button', { name: 'Call with a token' }).click();
      await expect(page.locator('.backend-caller__answer')).toHaveText('200 Ana');
      await page.getByRole('button', { name: 'Post through Kommo' }).click();
      await expect(page.locator('.backend-caller__answer')).toHaveText('posted a=1&b%5B%5D=x');
    } finally {
      server.close();
    }
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'OPTIONS /hello',
      'GET /hello',
      ...(seen.filter(({ method }) => method === 'OPTIONS').length > 1 ? ['OPTIONS /hello'] : []),
      'GET /hello',
      'POST /form',
    ]);
    const tokens = seen.filter(({ method }) => method === 'GET').map(({ token }) => token);
    expect(tokens[0]?.split('.')).toHaveLength(3);
    // One token for 25 minutes, as Kommo is reported to do.
    expect(tokens[1]).toBe(tokens[0]);
    expect(await kommo.warnings()).toEqual([]);
  });
});

test.describe('rule-breaker', () => {
  test('is caught at everything moderation refuses', async ({ kommo, page }) => {
    page.on('dialog', (dialog) => dialog.accept());
    await kommo.open('rule-breaker');
    await page.getByRole('checkbox', { name: /privacy policy/ }).check();
    await page.getByRole('button', { name: 'Install', exact: true }).click();
    await kommo.waitForLog('callback', 'onSave');
    await expect
      .poll(async () => (await kommo.warnings()).sort())
      .toEqual([
        'Save before Install: nothing happens',
        'alert: moderation refuses',
        'async:false: moderation refuses',
        'console.log: moderation refuses',
        'global CSS selector: .button-input',
        'global CSS selector: button',
        'onSave answered string: only true or false is documented',
        'script element inserted by hand: moderation refuses',
        'virtual click on Save: allowed only when the integration needs no settings',
      ]);
    await page.getByRole('button', { name: /^Emulator/ }).click();
    await expect(page.getByRole('list', { name: 'Log of the widget' })).toContainText(
      'console.log: moderation refuses',
    );
  });
});
