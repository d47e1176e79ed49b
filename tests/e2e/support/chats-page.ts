import { expect, type Locator, type Page } from '@playwright/test';
import type { SentFile } from './sent-files.ts';

/** The emulated Kommo's inbox, as a manager works with it. */
export class ChatsPage {
  readonly page: Page;
  readonly #url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
  }

  /** @param port the emulator's */
  static of(page: Page, { subdomain, port }: { subdomain: string; port: number }): ChatsPage {
    return new ChatsPage(page, `http://${subdomain}.kommo.localhost:${port}/chats/`);
  }

  /** A chat in the list. */
  row(name: string): Locator {
    return this.page.getByRole('link', { name });
  }

  get reply(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get lead(): Locator {
    return this.page.getByRole('complementary', { name: 'Lead' });
  }

  /** The messages of the open chat, oldest first. */
  get messages(): Locator {
    return this.page.getByRole('log', { name: 'Messages' }).getByRole('article');
  }

  message(text: string): Locator {
    return this.messages.filter({ hasText: text });
  }

  /** The mark beside a message: `Sent`, `Delivered`, `Not delivered`. */
  tick(message: Locator, name: string): Locator {
    return message.getByRole('img', { name, exact: true });
  }

  async open(): Promise<void> {
    await this.page.goto(this.#url);
  }

  async openChat(name: string): Promise<void> {
    await this.row(name).click();
    await expect(this.reply).toBeFocused();
  }

  async send(text: string): Promise<Locator> {
    await this.reply.fill(text);
    await this.reply.press('Enter');
    return this.message(text);
  }

  async attach(...files: SentFile[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Attach a file' }).click();
    await (await chooser).setFiles(files);
    for (const { name } of files) {
      await expect(this.page.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
    }
  }

  /** Hangs a quote of this message on the next one. */
  async quote(message: Locator): Promise<void> {
    await message.hover();
    await message.getByRole('button', { name: 'Quote', exact: true }).click();
    await expect(this.page.getByRole('button', { name: 'Cancel quote' })).toBeVisible();
  }

  /** @param name what a screen reader says, such as `Thumbs up` */
  async react(message: Locator, name: string): Promise<void> {
    await message.hover();
    await message.getByRole('button', { name: 'React', exact: true }).click();
    await this.page.getByRole('menuitemcheckbox', { name }).click();
  }

  /** Buttons for the next message, one per line: `text`, or `text | link`. */
  async addButtons(lines: string): Promise<void> {
    await this.page.getByRole('button', { name: 'More', exact: true }).click();
    await this.page.getByRole('menuitemcheckbox', { name: 'Inline buttons' }).click();
    await this.page.getByLabel(/^Inline buttons, one per line/).fill(lines);
  }

  async sendList(list: { body: string; button: string; rows: string }): Promise<void> {
    await this.page.getByRole('button', { name: 'More', exact: true }).click();
    await this.page.getByRole('menuitem', { name: 'List message' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'List message' });
    await dialog.getByLabel('Body').fill(list.body);
    await dialog.getByLabel('Button text').fill(list.button);
    await dialog.getByLabel('Rows').fill(list.rows);
    await dialog.getByRole('button', { name: 'Send list' }).click();
    await expect(dialog).toBeHidden();
  }
}
