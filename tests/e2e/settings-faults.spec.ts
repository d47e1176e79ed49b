import type { FaultAction } from '../../src/emulator/engine/faults.ts';
import { expect, test } from './settings-fixtures.ts';
import { expectAccessibleInBothThemes } from './support/connecting.ts';
import { KommoAccount } from './support/kommo-account.ts';
import { SettingsModal } from './support/settings-modal.ts';

/** Longer than Kommo's requests take at most, and than the pauses until the screen looks again. */
const PATIENT = { timeout: 40_000 };
const SIX_MINUTES_MS = 360_000;

test('each trouble Kommo has with the sync is told in its own words, and turns green by itself afterwards', async ({
  account,
  settings,
  stack,
  page,
  expectedErrors,
}) => {
  // Kommo may be silent for 15 s before it counts as silent.
  test.slow();
  expectedErrors.push(/net::ERR_/);
  const { emulator } = stack;
  const other = new KommoAccount(stack);
  const third = new KommoAccount(stack);
  await Promise.all([account, other, third].map((one) => one.setUp({ 'Front desk': ['Sales'] })));
  const [banned, silent] = [await inNewTab(other), await inNewTab(third)];

  async function inNewTab(one: KommoAccount): Promise<SettingsModal> {
    const modal = new SettingsModal(await page.context().newPage(), stack, one.settingsUrl());
    await modal.open();
    await expect(modal.channel('Front desk')).toBeVisible();
    return modal;
  }
  async function saveAnew(modal: SettingsModal, pipeline: string): Promise<void> {
    await modal.choosePipelines('Front desk', [pipeline]);
    await modal.save();
  }
  function fail({ host }: KommoAccount, action: FaultAction): void {
    emulator.fault({ match: { host, path: '/api/v4/sources' }, action, times: 0 });
  }
  async function expectTold(modal: SettingsModal, words: RegExp, state: string): Promise<void> {
    await expect(modal.sync.getByText('Sync failed')).toBeVisible(PATIENT);
    await expect(modal.sync.getByText(words)).toBeVisible(PATIENT);
    await expect(modal.sync.getByRole('button', { name: 'Try again' })).toBeVisible();
    await expectAccessibleInBothThemes(modal, state);
  }

  // Kommo says nothing at all until long after anybody waits for it.
  const held = emulator.barrier({ host: third.host, path: '/api/v4/sources' }, 1, 'manual');
  await saveAnew(silent, 'Support');
  await expect(silent.sync.getByText('Syncing…')).toBeVisible();

  await settings.open();
  fail(account, { status: 503 });
  await saveAnew(settings, 'Support');
  await expectTold(settings, /Kommo is having problems/, 'sync-503');
  emulator.clearFaults();
  await expect(settings.sync.getByText('In sync')).toBeVisible(PATIENT);
  expect(account.sourceLines).toEqual(['Front desk > Support *']);

  await expectTold(silent, /Kommo is taking too long to respond/, 'sync-hanging');

  fail(account, { rateLimited: 300 });
  await saveAnew(settings, 'Partners');
  await expectTold(settings, /Kommo is limiting requests right now/, 'sync-429');
  fail(other, 'html403');
  await saveAnew(banned, 'Partners');
  await expectTold(banned, /Kommo is temporarily refusing requests from this server/, 'sync-403');

  // Nobody presses anything: the pauses pass, and the open windows see that it worked.
  emulator.clearFaults();
  held.release();
  await stack.startBackendLater(SIX_MINUTES_MS);
  for (const modal of [settings, banned, silent])
    await expect(modal.sync.getByText('In sync')).toBeVisible(PATIENT);
  expect([account, other, third].map(({ sourceLines }) => sourceLines)).toEqual([
    ['Front desk > Partners *'],
    ['Front desk > Partners *'],
    ['Front desk > Support *'],
  ]);
});

test('a first save that Kommo refuses changes nothing, says why, and works when the trouble is over', async ({
  account,
  settings,
  stack,
  page,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 50[23]/);
  const { emulator } = stack;
  const { widget } = settings;
  const other = new KommoAccount(stack);
  await Promise.all([account, other].map((one) => one.install()));
  for (const one of [account, other]) await one.connectBots(1);
  const silent = new SettingsModal(await page.context().newPage(), stack, other.settingsUrl());
  await silent.open();
  // Kommo lets everybody press Save from the start; there is nothing to save before the channel is seen.
  await expect(silent.channels).toHaveCount(1);
  const connecting = { path: '*/connect', bodyContains: other.account.amojo_id ?? '' };
  const held = emulator.barrier(connecting, 1, 'manual');
  await silent.saveButton.click();
  await expect(silent.widget.getByText('Saving…')).toBeVisible();
  await expectAccessibleInBothThemes(silent, 'save-waiting');

  await settings.open();
  await expect(settings.channels).toHaveCount(1);
  const troubles: [FaultAction, RegExp, string][] = [
    [{ status: 503 }, /Kommo is not responding right now/, 'save-503'],
    [{ rateLimited: 60 }, /Kommo is limiting requests right now/, 'save-429'],
    ['html403', /Kommo refused to connect this integration's chat channel/, 'save-403'],
  ];
  for (const [action, words, state] of troubles) {
    emulator.fault({ match: { path: '*/connect' }, action, times: 0 });
    await settings.saveButton.click();
    const alert = widget.getByRole('alert');
    await expect(alert).toContainText('The settings were not saved');
    await expect(alert).toContainText(words);
    await expect(alert).toBeFocused();
    await expectAccessibleInBothThemes(settings, state);
    emulator.clearFaults();
    expect((await account.settings()).status).toBe('new');
  }
  await settings.save();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  expect(account.sources).toHaveLength(1);

  await expect(silent.widget.getByRole('alert')).toContainText(
    /Kommo is taking too long to respond/,
    PATIENT,
  );
  await expectAccessibleInBothThemes(silent, 'save-hanging');
  held.release();
  await silent.save();
  await expect(silent.sync.getByText('In sync')).toBeVisible();
  expect(other.scopes).toHaveLength(1);
});

test('settings that cannot be read for the first time say why, and are read on request', async ({
  account,
  settings,
  stack,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 502/);
  const { emulator } = stack;
  const path = '/api/v4/leads/pipelines';
  await emulator.install(account.account.subdomain);
  emulator.fault({ match: { host: account.host, path }, action: { status: 500 }, times: 0 });
  await settings.open();
  const alert = settings.widget.getByRole('alert');
  await expect(alert).toContainText('The settings could not be loaded', PATIENT);
  await expect(alert).toContainText('Kommo is not responding right now');
  await expectAccessibleInBothThemes(settings, 'load-500');
  emulator.clearFaults();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(settings.widget.getByText('No chat account is connected yet.')).toBeVisible();

  // What Kommo said once is shown while it says nothing.
  emulator.fault({ match: { host: account.host, path: '/api/v4/*' }, action: 'html403', times: 0 });
  await settings.page.reload();
  await expect(settings.widget.getByText('No chat account is connected yet.')).toBeVisible();
  await expect(alert).toBeHidden();
});
