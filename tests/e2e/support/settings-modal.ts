import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import type { Stack } from './stack.ts';

const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** The bots the Telegram double knows. */
export const SUPPORT_BOT = '7000000001:AAEmulatedBotTokenSupport00000000001';
export const SALES_BOT = '7000000002:AAEmulatedBotTokenSales0000000000002';

/** The demo account's, without the archived one. */
const ACTIVE_PIPELINES = ['Sales', 'Support', 'Partners'];

/** Our widget in Kommo's settings modal, as an administrator works with it. */
export class SettingsModal {
  readonly page: Page;
  readonly #stack: Stack;
  readonly #url: string;

  constructor(page: Page, stack: Stack, url: string = stack.settingsUrl) {
    this.page = page;
    this.#stack = stack;
    this.#url = url;
  }

  /** Everything the widget draws. */
  get widget(): Locator {
    return this.page.locator('.chat-connector');
  }

  /** Kommo's own button, at the bottom of the modal. */
  get saveButton(): Locator {
    return this.page.locator('.js-widget-save');
  }

  /** The part that tells whether Kommo's lead sources equal the settings. */
  get sync(): Locator {
    return this.widget.getByRole('region', { name: 'Lead sources in Kommo' });
  }

  /** The rows of the list, of which `channel` gives one. */
  get channels(): Locator {
    return this.widget.getByRole('list', { name: 'Chat channels' }).getByRole('listitem');
  }

  channel(name: string): Locator {
    return this.widget.getByRole('listitem', { name });
  }

  async open(): Promise<void> {
    await this.page.goto(this.#url);
  }

  /** Opens the settings of an account that has just installed the integration. */
  async openInstalled(): Promise<void> {
    await this.open();
    await this.install();
    await expect(this.widget.getByText('No chat account is connected yet.')).toBeVisible();
  }

  /** Ticks the consent and presses Install, then waits for Kommo's part to be over. */
  async install(): Promise<void> {
    await this.page.getByRole('checkbox', { name: /privacy policy/ }).check();
    await this.page.getByRole('button', { name: 'Install', exact: true }).click();
    await expect(this.page.getByRole('button', { name: 'Uninstall' })).toBeVisible();
  }

  /** Opens the list of services and chooses one. */
  async chooseService(title: string): Promise<void> {
    const { widget } = this;
    await widget.getByRole('button', { name: /^(Add channel|Connect a chat account)$/ }).click();
    await widget.getByRole('button', { name: title }).click();
  }

  /** Pastes a bot token, looks who answers, and confirms. */
  async connectTelegram(token: string, botName: string): Promise<void> {
    const { widget } = this;
    await this.chooseService('Telegram');
    await widget.getByRole('textbox', { name: 'Bot token' }).fill(token);
    await widget.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(widget.getByText(botName)).toBeVisible();
    await widget.getByRole('button', { name: 'Connect this account' }).click();
    await expect(this.channel(botName)).toBeVisible();
  }

  /** Leaves the panel of a service, and the list of services, for the settings. */
  async leaveServices(): Promise<void> {
    await this.widget.getByRole('button', { name: 'Back' }).click();
    await expect(this.widget.getByRole('heading', { name: 'Choose a chat service' })).toBeVisible();
    await this.widget.getByRole('button', { name: 'Back' }).click();
  }

  /** Shows what is below a channel's line. */
  async openDetails(channel: string): Promise<Locator> {
    const row = this.channel(channel);
    const line = row.getByRole('button', { name: `Details: ${channel}` });
    if ((await line.getAttribute('aria-expanded')) === 'false') await line.click();
    return row;
  }

  /** Opens a channel's menu and chooses an entry of it. */
  async chooseInMenu(channel: string, entry: string | RegExp): Promise<void> {
    const row = this.channel(channel);
    await row.getByRole('button', { name: `More: ${channel}` }).click();
    await row.getByRole('menuitem', { name: entry }).click();
  }

  /** Makes the leads of a channel go to these pipelines and no others. */
  async choosePipelines(channel: string, pipelines: readonly string[]): Promise<void> {
    const row = await this.openDetails(channel);
    for (const name of ACTIVE_PIPELINES) {
      await row.getByRole('checkbox', { name, exact: true }).setChecked(pipelines.includes(name));
    }
  }

  /** Gives a channel another name, which waits for Save. */
  async rename(channel: string, name: string): Promise<void> {
    await this.chooseInMenu(channel, 'Rename');
    const field = this.widget.getByRole('textbox', { name: 'Channel name' });
    await field.fill(name);
    await field.press('Enter');
  }

  /** Presses Kommo's Save and waits until the widget has answered it. */
  async save(): Promise<void> {
    await this.saveButton.click();
    await expect(this.widget.getByText('No unsaved changes.')).toBeVisible();
    await expect(this.sync).toBeVisible();
  }

  /** The emulated account's lead sources. */
  sources(): { name: string; pipeline_id: number | null; external_id: string | null }[] {
    return this.#stack.emulator.state.sources;
  }

  /** No violation of WCAG 2.2 AA in what the widget draws. */
  async expectAccessible(): Promise<void> {
    // At the end of the page the bar above Save lies over nothing, whose targets it would otherwise come close to.
    if (await this.saveButton.isVisible()) await this.saveButton.scrollIntoViewIfNeeded();
    const { violations } = await new AxeBuilder({ page: this.page })
      .include('.chat-connector')
      .withTags(AXE_TAGS)
      .analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target} ${failureSummary}`),
    );
    expect(found).toEqual([]);
  }
}
