import { findBot } from '../../src/emulator/services/telegram/bots.ts';
import { expect, test } from './connect-fixtures.ts';
import {
  disconnect,
  expectAccessibleInBothThemes,
  lookUpBot,
  reconnect,
} from './support/connecting.ts';
import { SALES_BOT, SUPPORT_BOT } from './support/settings-modal.ts';
import type { Stack } from './support/stack.ts';

function webhookOf(stack: Stack, token: string): string | undefined {
  return findBot(stack.emulator.world, token)?.webhook.url;
}

test('a bot is found and left again, then connected, replaced by another and disconnected', async ({
  settings,
  stack,
}) => {
  const { widget } = settings;
  await settings.openInstalled();
  await settings.chooseService('Telegram');
  await lookUpBot(settings, SUPPORT_BOT, 'Demo Support');
  await expectAccessibleInBothThemes(settings, 'telegram-confirm');
  await widget.getByRole('button', { name: 'Back' }).click();
  await expect(widget.getByRole('heading', { name: 'Choose a chat service' })).toBeVisible();
  expect(webhookOf(stack, SUPPORT_BOT)).toBe('');

  await widget.getByRole('button', { name: 'Telegram' }).click();
  await lookUpBot(settings, SUPPORT_BOT, 'Demo Support');
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(settings.channel('Demo Support')).toContainText('@demo_support_bot');
  expect(webhookOf(stack, SUPPORT_BOT)).toContain(`${stack.backendUrl}/connect/webhooks/telegram/`);

  // The new channel waits for Save, which rests while another view covers what it would save.
  await expect(settings.saveButton).not.toHaveAttribute('aria-disabled', 'true');
  await reconnect(settings, 'Demo Support');
  await expect(settings.saveButton).toHaveAttribute('aria-disabled', 'true');
  await lookUpBot(settings, SALES_BOT, 'Demo Sales');
  await expect(widget.getByText('Different account', { exact: true })).toBeVisible();
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(settings.channel('Demo Support')).toContainText('@demo_sales_bot');
  await expect(settings.saveButton).not.toHaveAttribute('aria-disabled', 'true');
  await expect.poll(() => webhookOf(stack, SUPPORT_BOT)).toBe('');

  await disconnect(settings, 'Demo Support');
  await expect.poll(() => webhookOf(stack, SALES_BOT)).toBe('');
});

test('a bot that works for another service is connected after a warning only', async ({
  settings,
  stack,
}) => {
  const { widget } = settings;
  const elsewhere = 'https://bots.example/telegram';
  await stack.control(`/__services/telegram/bot${SUPPORT_BOT}/setWebhook`, { url: elsewhere });
  await settings.openInstalled();
  await settings.chooseService('Telegram');
  await lookUpBot(settings, SUPPORT_BOT, 'Demo Support');
  await expect(widget.getByText('Connected to another service', { exact: true })).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'telegram-webhook-taken');
  expect(webhookOf(stack, SUPPORT_BOT)).toBe(elsewhere);
  await widget.getByRole('button', { name: 'Connect this account' }).click();
  await expect(settings.channel('Demo Support')).toContainText('Connected');
  expect(webhookOf(stack, SUPPORT_BOT)).toContain(stack.backendUrl);

  // The other service takes it back; deleting the channel must leave that webhook alone.
  await stack.control(`/__services/telegram/bot${SUPPORT_BOT}/setWebhook`, { url: elsewhere });
  const asked = { path: '/__services/telegram/*/getWebhookInfo' };
  const before = stack.emulator.requests(asked).length;
  await disconnect(settings, 'Demo Support');
  await expect.poll(() => stack.emulator.requests(asked).length).toBeGreaterThan(before);
  expect(webhookOf(stack, SUPPORT_BOT)).toBe(elsewhere);
});

test('a service that limits the tries is asked again after the time that is shown', async ({
  settings,
  stack,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 429/);
  const { widget } = settings;
  await settings.openInstalled();
  await settings.chooseService('Telegram');
  stack.emulator.fault({ match: { path: '*/getMe' }, action: { rateLimited: 42 } });
  await widget.getByRole('textbox', { name: 'Bot token' }).fill(SUPPORT_BOT);
  await widget.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(widget.getByText('Try again in 42 seconds.')).toBeVisible();
  await lookUpBot(settings, SUPPORT_BOT, 'Demo Support');
});
