import { expect, test } from './settings-fixtures.ts';
import { expectAccessibleInBothThemes } from './support/connecting.ts';

const DAY_AND_A_BIT_MS = 26 * 3_600_000;

/** After which Kommo's pipelines are asked for again. */
const HALF_A_MINUTE_MS = 30_000;

test('an archived or deleted pipeline is told in its row, and another choice makes everything right again', async ({
  account,
  settings,
  page,
  stack,
  expectedErrors,
}) => {
  expectedErrors.push(/net::ERR_/);
  await account.setUp({ 'Front desk': ['Sales'], 'Back office': ['Sales'] });
  account.pipeline('Sales').is_archive = true;
  await stack.startBackendLater(HALF_A_MINUTE_MS);
  await settings.open();
  const first = settings.channel('Front desk');
  await expect(first).toContainText('Sales (archived)');
  await expect(first).toContainText('One of the chosen pipelines is archived.');
  await expect(
    settings.widget.getByRole('button', { name: /^Front desk: One of the chosen pipelines/ }),
  ).toBeVisible();
  await expect(
    settings.widget.getByRole('button', { name: /^Back office: One of the chosen pipelines/ }),
  ).toBeVisible();
  await expect(settings.saveButton).toHaveAttribute('aria-disabled', 'true');
  await settings.openDetails('Front desk');
  await expectAccessibleInBothThemes(settings, 'pipeline-archived');

  await first.getByRole('checkbox', { name: 'Sales (archived)' }).uncheck();
  await first.getByRole('checkbox', { name: 'Support' }).check();
  // Before that, somebody deletes it for good.
  account.account.pipelines = account.account.pipelines.filter(({ name }) => name !== 'Sales');
  await stack.startBackendLater(HALF_A_MINUTE_MS);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Chat Connector' }).click();
  const second = settings.channel('Back office');
  await expect(second).toContainText('Deleted pipeline');
  await settings.openDetails('Back office');
  await second.getByRole('checkbox', { name: 'Deleted pipeline' }).uncheck();
  await second.getByRole('checkbox', { name: 'Partners' }).check();
  await settings.save();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  expect(account.sourceLines).toEqual(['Back office > Partners', 'Front desk > Support *']);
});

test('what is saved while a sync runs is what Kommo has in the end', async ({
  account,
  settings,
  stack,
}) => {
  await account.setUp({ 'Front desk': ['Sales'] });
  await settings.open();
  const held = stack.emulator.barrier(
    { method: 'GET', host: account.host, path: '/api/v4/sources' },
    1,
    'manual',
  );
  await settings.choosePipelines('Front desk', ['Support']);
  await settings.save();
  await held.arrived;
  await expect(settings.sync.getByText('Syncing…')).toBeVisible();
  await expectAccessibleInBothThemes(settings, 'sync-running');

  await settings.choosePipelines('Front desk', ['Sales', 'Partners']);
  await settings.save();
  await expect(settings.sync.getByText('Syncing…')).toBeVisible();
  held.release();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  expect(account.sourceLines).toEqual(['Front desk > Partners', 'Front desk > Sales *']);
});

test('a source that somebody deletes, renames or moves in Kommo is put right by the daily check', async ({
  account,
  settings,
  stack,
  expectedErrors,
}) => {
  expectedErrors.push(/net::ERR_/);
  await account.setUp({ 'Front desk': ['Sales', 'Support'] });
  const saved = account.sourceLines;
  expect(saved).toEqual(['Front desk > Sales *', 'Front desk > Support']);
  const first = account.sources.find((source) => source.default);
  const second = account.sources.find((source) => !source.default);
  stack.emulator.deleteSource(first?.external_id ?? '');
  Object.assign(second ?? {}, { name: 'Renamed', pipeline_id: account.pipeline('Partners').id });
  expect(account.sourceLines).toEqual(['Renamed > Partners']);
  const { sync } = await account.settings();

  await stack.startBackendLater(DAY_AND_A_BIT_MS);
  await expect.poll(() => account.sourceLines).toEqual(saved);
  await settings.open();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  expect((await account.settings()).sync.finished_at).not.toBe(sync.finished_at);
});
