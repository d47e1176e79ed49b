import { expect, type KommoPage, test } from './support/kommo-page.ts';

/** Calls `APP.notifications` and returns which of the printed callbacks were called, in order. */
function notify(kommo: KommoPage, method: string, message: object): Promise<unknown> {
  return kommo.page.evaluate(
    `new Promise((resolve) => {
      const heard = [];
      APP.notifications.${method}(${JSON.stringify(message)}, {
        done: () => heard.push('done'),
        fail: () => heard.push('fail'),
        always: () => { heard.push('always'); resolve(heard); },
      });
    })`,
  );
}

const PRINTED_ERROR = {
  header: 'chat_connector',
  text: '<p>error</p>',
  date: 1534085310,
  link: '/leads/list/?term=4951234567',
};

test.beforeEach(({ kommo }) => kommo.openConfigured('printed-calls', '/contacts/detail/601'));

test('an error is stored, and the callbacks are told how it went', async ({ kommo, page }) => {
  kommo.expectErrors();
  expect(await notify(kommo, 'add_error', PRINTED_ERROR)).toEqual(['done', 'always']);
  await expect(page.locator('.notification__item_error.notification-inner[data-id]')).toHaveCount(
    1,
  );
  await page.route('**/ajax/emulator/notifications', (route) => route.fulfill({ status: 500 }));
  expect(await notify(kommo, 'add_error', PRINTED_ERROR)).toEqual(['fail', 'always']);
  expect(await notify(kommo, 'add_call', { text: 'x' })).toEqual(['fail', 'always']);
});

test('the callbacks may be left out', async ({ kommo, page }) => {
  await page.evaluate(`APP.notifications.add_error({ text: 'The contact was not found' })`);
  await expect(page.locator('.notification__text')).toHaveText('The contact was not found');
  expect(await kommo.warnings()).toEqual([]);
});

test('an error that the user has closed is not shown again, another one is', async ({
  kommo,
  page,
}) => {
  const boxes = page.locator('.notification__item');
  await notify(kommo, 'add_error', PRINTED_ERROR);
  await boxes.getByRole('button', { name: 'Close' }).click();
  expect(await notify(kommo, 'add_error', PRINTED_ERROR)).toEqual(['done', 'always']);
  await expect(boxes).toHaveCount(0);
  await notify(kommo, 'add_error', { ...PRINTED_ERROR, text: '<p>another</p>' });
  await expect(boxes).toHaveText(/another/);
});

test('a click on an error follows its link, a click in its text a link of its own', async ({
  kommo,
  page,
}) => {
  await notify(kommo, 'add_error', {
    ...PRINTED_ERROR,
    text: 'see <a href="/todo/list/">tasks</a>',
  });
  await page.locator('.notification__text a').click();
  await expect(page).toHaveURL(/\/todo\/list\/$/);
  await kommo.goTo('/contacts/detail/601');
  await notify(kommo, 'add_error', PRINTED_ERROR);
  await page.locator('.notification__text').click();
  await expect(page).toHaveURL(/\/leads\/list\/\?term=4951234567$/);
});

test('a call says who called whom, how long, and leads to its entity', async ({ kommo, page }) => {
  expect(
    await notify(kommo, 'add_call', {
      text: 'Call from +7(999)888 55 33',
      date: 1534084500,
      from: 'Ana Petrova',
      to: 'Alex Smirnov',
      element: { id: 501, type: 'lead' },
      duration: 250,
      link: 'https://example.com/dialog.mp3',
    }),
  ).toEqual(['done', 'always']);
  const call = page.locator('.notification__item');
  await expect(call.locator('.notification__header')).toHaveText('Ana Petrova → Alex Smirnov');
  await expect(call.locator('.notification__duration')).toHaveText('4:10');
  await expect(call.getByRole('link', { name: 'Recording' })).toHaveAttribute(
    'href',
    'https://example.com/dialog.mp3',
  );
  await kommo.expectAccessible(['light', 'dark']);
  await call.locator('.notification__text').click();
  await expect(page).toHaveURL(/\/leads\/detail\/501$/);
});

test('a call may lead elsewhere and have a header of its own', async ({ kommo, page }) => {
  await notify(kommo, 'add_call', {
    text: '<a href="/contacts/add/?phone=1">Create</a>',
    header: 'Incoming call +7 998',
    to: 'User Name',
    click_link: '/contacts/add/?phone=9191234567',
  });
  const header = page.locator('.notification__header');
  await expect(header).toHaveText('Incoming call +7 998');
  await expect(header.getByRole('link')).toHaveAttribute('href', '/contacts/add/?phone=9191234567');
  await expect(page.locator('.notification__details')).toHaveText('User Name');
});

test('a message has the picture it is given, and the log says what a call lacks', async ({
  kommo,
  page,
}) => {
  await page.evaluate(
    `APP.notifications.show_message({ header: 'Attention', text: 'Connected', date: 1534084500, icon: '/upl/chat_connector/widget/images/logo_min.png' })`,
  );
  await expect(page.locator('img.notification__icon')).toHaveAttribute('src', /logo_min\.png$/);
  await page.evaluate(`APP.notifications.show_message({ text: 'x' })`);
  await page.evaluate(`APP.notifications.show_notification({ text: { header: 'x' } })`);
  await page.evaluate('APP.notifications.add_error({})');
  expect(await kommo.warnings()).toEqual([
    'show_message needs header',
    'show_notification needs text',
    'show_notification: type must be call or error',
    'add_error needs text',
  ]);
});
