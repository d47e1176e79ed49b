import type { Browser } from '@playwright/test';
import { expect, test } from './settings-fixtures.ts';
import { expectAccessibleInBothThemes } from './support/connecting.ts';
import type { KommoAccount } from './support/kommo-account.ts';
import { SettingsModal } from './support/settings-modal.ts';
import type { Stack } from './support/stack.ts';

test('of two administrators who change the same, each sees what differs, and nothing of either is lost', async ({
  account,
  settings,
  stack,
  browser,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 409/);
  await account.setUp({ 'Front desk': ['Sales'], 'Back office': ['Sales'] });
  const ben = await openAsSecondAdmin(browser, stack, account);
  await settings.open();
  await settings.rename('Front desk', 'Reception');
  await settings.channel('Back office').getByRole('radio', { name: 'Default' }).check();
  await ben.rename('Front desk', 'Lobby');
  await ben.choosePipelines('Back office', ['Support']);
  await ben.save();

  await settings.saveButton.click();
  const notice = settings.widget.getByText(/^.+ changed these settings on .+/);
  await expect(notice).toBeVisible();
  await expect(
    settings.widget.getByText(
      'You both changed: name of Reception. Theirs: Lobby. Yours: Reception.',
    ),
  ).toBeVisible();
  await expect(
    settings.widget.getByText('They also changed: pipelines of Back office.'),
  ).toBeVisible();
  await expect(settings.channel('Reception')).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'admins-conflict');
  await settings.widget.getByRole('button', { name: 'Keep my changes' }).click();
  await settings.save();
  await expect
    .poll(() => account.sourceLines)
    .toEqual(['Back office > Support *', 'Reception > Sales']);

  // The other one was not looking either, and gives way.
  await ben.rename('Lobby', 'Hall');
  await ben.saveButton.click();
  await expect(ben.widget.getByText('Theirs: Reception. Yours: Hall.')).toBeVisible();
  await ben.widget.getByRole('button', { name: 'Use their version' }).click();
  await expect(ben.channel('Reception')).toBeVisible();
  await expect(ben.saveButton).toHaveAttribute('aria-disabled', 'true');

  // What does not touch each other's changes needs no question.
  await settings.rename('Reception', 'Front desk');
  await ben.choosePipelines('Reception', ['Partners']);
  await ben.save();
  await settings.save();
  await expect
    .poll(() => account.sourceLines)
    .toEqual(['Back office > Support *', 'Front desk > Partners']);
  await ben.page.context().close();
});

test('what was not saved is still there after the modal was closed, and Kommo stores JSON with the save', async ({
  account,
  settings,
  page,
}) => {
  await account.setUp({ 'Front desk': ['Sales'] });
  await settings.open();
  await settings.rename('Front desk', 'Reception');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(settings.widget).toBeHidden();
  await account.save((input) => ({
    ...input,
    channels: input.channels.map((channel) => ({
      ...channel,
      pipeline_ids: [account.pipeline('Partners').id],
    })),
  }));
  await page.getByRole('button', { name: /^Chat Connector/ }).click();
  await expect(settings.widget.getByText('Unsaved changes restored')).toBeVisible();
  await expect(settings.channel('Reception')).toContainText('Partners');
  await expectAccessibleInBothThemes(settings, 'draft-restored');

  await settings.save();
  await expect.poll(() => account.sourceLines).toEqual(['Reception > Partners *']);
  await expect
    .poll(() => JSON.parse(String(account.installation.settings.state)))
    .toEqual({ version: 3, channels: 1 });
});

/** The second administrator at a computer of their own. */
async function openAsSecondAdmin(
  browser: Browser,
  stack: Stack,
  account: KommoAccount,
): Promise<SettingsModal> {
  const context = await browser.newContext();
  const modal = new SettingsModal(await context.newPage(), stack, account.settingsUrl(1));
  await modal.open();
  await expect(modal.saveButton).toHaveAttribute('aria-disabled', 'true');
  return modal;
}
