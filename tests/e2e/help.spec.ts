import { expect, test } from './fixtures.ts';
import { expectAccessible } from './support/accessible.ts';

test('an error leads to what helps, in any language, on a narrow screen', async ({
  page,
  stack,
}) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto(`${stack.backendUrl}/help/troubleshooting?lang=tr#may_have_arrived`);
  const heading = page.getByRole('heading', { name: 'Ulaşmış olabilir' });
  await expect(heading).toBeInViewport();
  await expectAccessible(page);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);

  await page.getByRole('link', { name: 'Español' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Cuando algo no funciona');
  await page.getByRole('link', { name: 'ventana de inicio de sesión' }).click();
  await expect(page).toHaveURL(/\/help\/sign-in\?lang=es#other-account$/);
  await page.getByRole('link', { name: 'Ayuda de Chat Connector' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ayuda de Chat Connector');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Conectar WhatsApp' }).click();
  await expectAccessible(page);
});
