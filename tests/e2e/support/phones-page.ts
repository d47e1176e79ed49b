import { expect, type Locator, type Page } from '@playwright/test';
import type { SentFile } from './sent-files.ts';

/** The page that shows two phones of the emulated WhatsApp: a client's, and the one that is linked to a server. */
export class PhonesPage {
  readonly page: Page;
  readonly client: PhonePane;
  readonly business: PhonePane;
  readonly #url: string;

  constructor(page: Page, emulatorUrl: string) {
    this.page = page;
    this.#url = new URL('/__services/phone', emulatorUrl).href;
    this.client = new PhonePane(page, /’s phone/, 'Messages, client’s phone');
    this.business = new PhonePane(page, /^Business phone/, 'Messages, business phone');
  }

  /** The sessions of the servers, with what the linked phone can do about them. */
  get devices(): Locator {
    return this.page.getByRole('region', { name: 'Linked devices' });
  }

  async open(): Promise<void> {
    await this.page.goto(this.#url);
  }

  /** Scans the code that a server shows, and waits until the phones are there. */
  async scan(): Promise<void> {
    await this.devices.getByRole('button', { name: 'Scan the code' }).click();
    await expect(this.client.region).toBeVisible();
  }

  /** Removes the linked device, as people do who think that it is somebody else's. */
  async removeDevice(): Promise<void> {
    await this.devices.getByRole('button', { name: 'Remove the linked device' }).click();
  }
}

/** One of the phones, open at a chat. */
export class PhonePane {
  readonly region: Locator;
  readonly #log: string;

  constructor(page: Page, name: RegExp, log: string) {
    this.region = page.getByRole('region', { name });
    this.#log = log;
  }

  get text(): Locator {
    return this.region.getByRole('textbox');
  }

  /** What was said, oldest first. */
  get messages(): Locator {
    return this.region.getByRole('log', { name: this.#log }).getByRole('article');
  }

  message(text: string): Locator {
    return this.messages.filter({ hasText: text });
  }

  async write(text: string): Promise<Locator> {
    await this.text.fill(text);
    await this.text.press('Enter');
    return this.message(text);
  }

  /** Presses a button of the phone: `Voice`, `Mark as read`. */
  async press(name: string): Promise<void> {
    await this.region.getByRole('button', { name, exact: true }).click();
  }

  async sendPicture(file: SentFile, caption: string): Promise<void> {
    await this.text.fill(caption);
    await this.region.locator('[data-input=image]').setInputFiles(file);
  }

  async sendFile(file: SentFile): Promise<void> {
    await this.region.locator('[data-input=document]').setInputFiles(file);
  }

  async quote(message: Locator, text: string): Promise<Locator> {
    await this.#act(message, 'Quote');
    return this.write(text);
  }

  async edit(message: Locator, text: string): Promise<Locator> {
    await this.#act(message, 'Edit');
    return this.write(text);
  }

  async remove(message: Locator): Promise<void> {
    await this.#act(message, 'Delete');
  }

  /** Puts a reaction on a message, or takes back the one that is there. */
  async react(message: Locator, emoji: string): Promise<void> {
    await this.#act(message, `React with ${emoji}`);
  }

  async #act(message: Locator, name: string): Promise<void> {
    const isOpen = (await message.locator('details').getAttribute('open')) !== null;
    if (!isOpen) await message.locator('summary').click();
    await message.getByRole('button', { name, exact: true }).click();
  }
}
