import { expect, type Page } from '@playwright/test';
import type { EmulatedPhone } from './emulated-phone.ts';
import type { SettingsModal } from './settings-modal.ts';

/** Waits for the result of a connection and leaves it for the list of channels. */
export async function finishConnecting({ widget }: SettingsModal): Promise<void> {
  await widget.getByRole('button', { name: 'Continue' }).click();
}

/** Presses the button for showing a code, and waits for the code. */
export async function showCode({ widget }: SettingsModal): Promise<void> {
  await widget.getByRole('button', { name: 'Show the QR code' }).click();
  await expect(widget.getByRole('img', { name: /^QR code for linking/ })).toBeVisible();
}

/** Waits until nobody can scan the code any more. */
export async function expectCodeRanOut({ widget }: SettingsModal): Promise<void> {
  const ended = /^(The code can no longer be used|The phone was not linked)$/;
  await expect(widget.getByRole('heading', { name: ended })).toBeFocused();
}

/** The number of an emulated phone as people of its country write it: `+55 11 98765-4321`. */
export function asShown(digits: string): string {
  return digits
    .replace(/^55(\d{2})(\d{5})(\d{4})$/, '+55 $1 $2-$3')
    .replace(/^34(\d{3})(\d{2})(\d{2})(\d{2})$/, '+34 $1 $2 $3 $4');
}

/** Scans the code that is shown and goes on to the list of channels. */
export async function connectPhone(
  settings: SettingsModal,
  phone: EmulatedPhone,
  number: { digits: string; name: string },
): Promise<void> {
  await phone.scan(number);
  await finishConnecting(settings);
  await expect(settings.channel(number.name)).toContainText(asShown(number.digits));
}

/**
 * Opens the service's sign-in page with the widget's own button. Look at something on it before it is closed: a
 * window that closes on its way there can take its opener down with it as long as Playwright drives both.
 *
 * @returns the page in the new window
 */
export async function openSignIn({ page, widget }: SettingsModal, service: string): Promise<Page> {
  const opening = page.waitForEvent('popup');
  await widget.getByRole('button', { name: `Sign in to ${service}` }).click();
  return opening;
}

/** Hands over a bot's token and waits for the question whether the bot that answers is meant. */
export async function lookUpBot(
  { widget }: SettingsModal,
  token: string,
  name: string,
): Promise<void> {
  await widget.getByRole('textbox', { name: 'Bot token' }).fill(token);
  await widget.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(widget.getByRole('heading', { name: 'Is this the right account?' })).toBeFocused();
  await expect(widget.getByText(name, { exact: true })).toBeVisible();
}

/** Begins to sign a channel in once more. */
export async function reconnect(settings: SettingsModal, name: string): Promise<void> {
  await settings.chooseInMenu(name, /again$|^Reconnect$|^Replace the key$/);
}

/** Deletes the only channel, which signs its account out. */
export async function disconnect(settings: SettingsModal, name: string): Promise<void> {
  const { page, widget } = settings;
  await settings.chooseInMenu(name, 'Delete');
  await page.getByRole('button', { name: 'Delete the channel', exact: true }).click();
  await expect(widget.getByText('No chat account is connected yet.')).toBeVisible();
}

/**
 * Axe finds nothing, neither in the light nor in the dark theme. With `PICTURES=<folder>` both are kept there
 * under the name of the state, for people to look at.
 */
export async function expectAccessibleInBothThemes(
  settings: SettingsModal,
  state?: string,
): Promise<void> {
  const root = settings.page.locator('html');
  await settings.expectAccessible();
  await keepPicture(settings.page, state);
  await root.evaluate((html) => html.setAttribute('data-color-scheme', 'dark'));
  await settings.expectAccessible();
  await keepPicture(settings.page, state && `${state}-dark`);
  await root.evaluate((html) => html.removeAttribute('data-color-scheme'));
}

async function keepPicture(page: Page, name: string | undefined): Promise<void> {
  const folder = process.env.PICTURES;
  if (folder === undefined || name === undefined) return;
  const size = page.viewportSize();
  await page.setViewportSize({ width: 1280, height: 1800 });
  await page.screenshot({ path: `${folder}/${name}.png` });
  if (size) await page.setViewportSize(size);
}
