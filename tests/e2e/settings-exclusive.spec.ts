import { expect, test } from './fixtures.ts';
import { expectAccessibleInBothThemes } from './support/connecting.ts';
import { SALES_BOT, SUPPORT_BOT } from './support/settings-modal.ts';

test('where a pipeline serves one channel only, a second choice is refused in its row and set right by another', async ({
  settings,
  stack,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 422/);
  const { widget } = settings;
  await stack.killBackend();
  await stack.startBackend({ PIPELINE_SHARING: 'exclusive' });
  await settings.openInstalled();
  await settings.connectTelegram(SUPPORT_BOT, 'Demo Support');
  await settings.connectTelegram(SALES_BOT, 'Demo Sales');
  await settings.choosePipelines('Demo Support', ['Sales', 'Support']);
  await settings.choosePipelines('Demo Sales', ['Sales', 'Partners']);
  await settings.saveButton.click();

  const refused = settings.channel('Demo Sales');
  await expect(refused).toContainText('Sales is already used by another channel');
  await expect(refused.getByRole('checkbox', { name: 'Sales' })).toHaveAttribute(
    'aria-invalid',
    'true',
  );
  await expectAccessibleInBothThemes(settings, 'pipeline-taken');
  expect(settings.sources()).toEqual([]);

  // The list of what is wrong leads to the row.
  await widget
    .getByRole('alert')
    .getByRole('button', { name: /^Demo Sales/ })
    .click();
  await refused.getByRole('checkbox', { name: 'Sales' }).uncheck();
  await settings.save();
  await expect(settings.sync.getByText('In sync')).toBeVisible();
  expect(
    settings
      .sources()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['Demo Sales', 'Demo Support', 'Demo Support']);
});
