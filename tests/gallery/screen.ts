import type { Locator, Page } from '@playwright/test';
import type { TextKey, TextValues } from '../../src/widget/i18n.ts';
import type { FakeBackend } from './fake-backend.ts';
import { type Language, textsOf } from './languages.ts';
import { expect } from './patient-expect.ts';

type Role = Parameters<Page['getByRole']>[0];

/** The widget as the steps of a state use it: by roles, and by the keys of its texts, in any language. */
export class Screen {
  readonly page: Page;
  readonly backend: FakeBackend;
  readonly language: Language;

  constructor(page: Page, backend: FakeBackend, language: Language) {
    this.page = page;
    this.backend = backend;
    this.language = language;
  }

  /** Everything the widget draws. */
  get widget(): Locator {
    return this.page.locator('.chat-connector');
  }

  /** Kommo's own button. */
  get save(): Locator {
    return this.page.locator('.js-widget-save');
  }

  t(key: TextKey, values?: TextValues): string {
    return textsOf(this.language).t(key, values);
  }

  get(role: Role, key: TextKey, values?: TextValues): Locator {
    return this.widget.getByRole(role, { name: this.t(key, values), exact: true });
  }

  button(key: TextKey, values?: TextValues): Locator {
    return this.get('button', key, values);
  }

  async press(key: TextKey, values?: TextValues): Promise<void> {
    await this.button(key, values).first().click();
  }

  async fill(key: TextKey, text: string): Promise<void> {
    await this.get('textbox', key).fill(text);
  }

  row(name: string): Locator {
    return this.widget.getByRole('listitem', { name, exact: true });
  }

  /** Waits until this text is on the screen. */
  async sees(key: TextKey, values?: TextValues): Promise<void> {
    await this.seesText(this.t(key, values));
  }

  async seesText(text: string): Promise<void> {
    await expect(this.widget.getByText(text).filter({ visible: true }).first()).toBeVisible();
  }

  async seesHeading(key: TextKey, values?: TextValues): Promise<void> {
    await expect(this.get('heading', key, values)).toBeVisible();
  }

  /** Goes to the services and opens one of them, named by its title's key. */
  async choose(service: TextKey): Promise<void> {
    const { channels } = this.backend.settings;
    await this.press(channels.length === 0 ? 'channels.empty_add' : 'channels.add');
    await this.seesHeading('services.title');
    await this.widget
      .getByRole('button', { name: this.t(service) })
      .first()
      .click();
  }

  /** Closes Kommo's window and opens it again. */
  async reopen(): Promise<void> {
    await this.page.locator('.modal__close').first().click();
    await this.page.locator('button.js-widget-card').click();
  }

  /** What stands in a channel's menu. */
  async chooseInMenu(channel: string, key: TextKey): Promise<void> {
    await this.press('channels.more_of', { name: channel });
    await this.get('menuitem', key).click();
  }

  async openDetails(channel: string): Promise<void> {
    const line = this.button('channels.details_of', { name: channel });
    if ((await line.getAttribute('aria-expanded')) !== 'true') await line.click();
    await expect(this.widget.locator('.kcc-details').first()).toBeVisible();
  }

  /** Gives a channel another name, which waits for Save. */
  async rename(channel: string, to: string): Promise<void> {
    await this.chooseInMenu(channel, 'channels.rename');
    const field = this.get('textbox', 'channels.name');
    await field.fill(to);
    await field.press('Enter');
  }

  /** Ticks or unticks a pipeline in a channel's details. */
  async choosePipeline(channel: string, pipeline: string, isChosen: boolean): Promise<void> {
    await this.openDetails(channel);
    await this.row(channel)
      .getByRole('checkbox', { name: pipeline, exact: true })
      .setChecked(isChosen);
  }
}
