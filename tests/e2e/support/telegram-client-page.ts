import { expect, type Locator, type Page } from '@playwright/test';
import type { SentFile } from './sent-files.ts';

/** The page on which a person plays a client of the emulated Telegram. */
export class TelegramClientPage {
  readonly page: Page;
  readonly #url: string;

  /** @param client Telegram's id of the person; of whoever the page brings, if there is none */
  constructor(page: Page, emulatorUrl: string, { bot, client }: { bot: string; client?: number }) {
    this.page = page;
    const url = new URL('/__services/telegram/client', emulatorUrl);
    url.searchParams.set('bot', bot);
    if (client !== undefined) url.searchParams.set('client', String(client));
    this.#url = url.href;
  }

  get text(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  get status(): Locator {
    return this.page.getByRole('status');
  }

  /** What was said, oldest first. */
  get messages(): Locator {
    return this.page.getByRole('log', { name: 'Messages' }).locator('.bubble');
  }

  message(text: string): Locator {
    return this.messages.filter({ hasText: text });
  }

  async open(): Promise<void> {
    await this.page.goto(this.#url);
    await expect(this.page.getByRole('combobox', { name: 'Client' })).toHaveValue(/\d/);
  }

  async write(text: string): Promise<Locator> {
    await this.text.fill(text);
    await this.text.press('Enter');
    return this.message(text);
  }

  /** Presses a button of the page: `Voice`, `Block the bot`. */
  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  async sendPicture(file: SentFile, caption: string): Promise<void> {
    await this.text.fill(caption);
    await this.page.getByLabel('Picture to send').setInputFiles(file);
  }

  async sendFile(file: SentFile): Promise<void> {
    await this.page.getByLabel('File to send').setInputFiles(file);
  }

  /** Answers a message, so that it is quoted. */
  async quote(message: Locator, text: string): Promise<Locator> {
    await this.#act(message, 'Reply');
    return this.write(text);
  }

  async edit(message: Locator, text: string): Promise<Locator> {
    await this.#act(message, 'Edit');
    return this.write(text);
  }

  /** @param emoji as Telegram knows it */
  async react(message: Locator, emoji: string): Promise<void> {
    await this.#act(message, `React with ${emoji}`);
  }

  async #act(message: Locator, name: string): Promise<void> {
    const isOpen = (await message.locator('details').getAttribute('open')) !== null;
    if (!isOpen) await message.locator('summary').click();
    await message.getByRole('button', { name, exact: true }).click();
  }
}
