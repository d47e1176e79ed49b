import { expect, type Locator, type Page } from '@playwright/test';
import type { SentFile } from './sent-files.ts';

/** The page on which a person plays a member of an emulated Slack workspace. */
export class SlackMemberPage {
  readonly page: Page;
  readonly #url: string;

  /** @param member its id; of whoever the page brings, if there is none */
  constructor(page: Page, emulatorUrl: string, member?: string) {
    this.page = page;
    const url = new URL('/__services/slack/member', emulatorUrl);
    if (member !== undefined) url.searchParams.set('member', member);
    this.#url = url.href;
  }

  get text(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  /** What was said, oldest first. */
  get messages(): Locator {
    return this.page.getByRole('log', { name: 'Messages' }).getByRole('article');
  }

  message(text: string): Locator {
    return this.messages.filter({ hasText: text });
  }

  async open(): Promise<void> {
    await this.page.goto(this.#url);
    await expect(this.page.getByText('is installed here.')).toBeVisible();
  }

  async write(text: string): Promise<Locator> {
    await this.text.fill(text);
    await this.text.press('Enter');
    return this.message(text);
  }

  async sendPicture(file: SentFile): Promise<void> {
    await this.page.getByLabel('Picture to send').setInputFiles(file);
  }

  /** Presses a button of the page: `Audio clip`. */
  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  /** Presses a button behind More: `Edit`, `React with 👍`. */
  async pressMore(message: Locator, name: string): Promise<void> {
    const more = message.getByLabel(/^More/);
    const button = message.getByRole('button', { name, exact: true });
    if (!(await button.isVisible())) await more.click();
    await button.click();
  }
}
