import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { createEmulator, type Emulator } from '../../../src/emulator/emulator.ts';
import type { Seed } from '../../../src/emulator/kommo/seed.ts';

const WIDGETS = fileURLToPath(new URL('../../emulator/widgets/', import.meta.url));
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What the running widget did, as `GET /__emulator/log` tells it. */
export interface Line {
  kind: string;
  name: string;
  detail: Record<string, unknown>;
}

/** A browser page in an emulated account, with a widget of its own emulator. */
export class KommoPage {
  readonly page: Page;
  readonly errors: string[] = [];
  #emulator: Emulator | undefined;
  #mayFail = false;

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  get emulator(): Emulator {
    if (this.#emulator === undefined) throw new Error('open() comes first');
    return this.#emulator;
  }

  /** Starts an emulator with a sample widget (by name) or any other (by path) and opens a page of the account. */
  async open(
    widget: string,
    path = '/settings/widgets/',
    switches: Record<string, string> = {},
  ): Promise<void> {
    await this.start(widget, switches);
    await this.goTo(path);
  }

  /** Starts an emulator without opening a page. */
  async start(
    widget: string,
    switches: Record<string, string> = {},
    seed: Seed = {},
  ): Promise<void> {
    const folder = widget.includes('/') ? widget : `${WIDGETS}${widget}`;
    this.#emulator = await createEmulator({ widget: folder, seed: { ...seed, switches } });
  }

  async goTo(path: string, subdomain = 'demo'): Promise<void> {
    await this.page.goto(`http://${subdomain}.kommo.localhost:${this.emulator.port}${path}`);
    await this.page.evaluate('window.__emulator.ready');
  }

  /** Leaves the area and comes back without a page load, as Kommo's own navigation does. */
  async leaveAndReturn(): Promise<void> {
    await this.page.evaluate('window.__emulator.leaveAndReturn()');
  }

  /** Marks the widget as installed, and as saved once, without a click. */
  configure(settings: Record<string, unknown> = {}): void {
    const integration = this.emulator.world.integration();
    this.emulator.state.installations.push({
      account_id: this.emulator.world.account('demo').id,
      client_id: integration.client_id,
      is_active: true,
      is_configured: true,
      settings,
      installed_at: 0,
    });
  }

  /** Opens a page of the account with a widget that was installed and saved before. */
  async openConfigured(
    widget: string,
    path: string,
    switches: Record<string, string> = {},
  ): Promise<void> {
    await this.start(widget, switches);
    this.configure();
    await this.goTo(path);
  }

  /** Ticks the consent and presses Install. */
  async install(): Promise<void> {
    await this.page.getByRole('checkbox', { name: /privacy policy/ }).check();
    await this.page.getByRole('button', { name: 'Install', exact: true }).click();
    await expect(this.page.getByRole('button', { name: 'Uninstall' })).toBeVisible();
  }

  get save() {
    return this.page.locator('.js-widget-save');
  }

  get modal() {
    return this.page.locator('.widget-settings__modal');
  }

  /** Lines of the log with this kind and name, oldest first, up to what the page has recorded by now. */
  async log(kind: string, name?: string): Promise<Line[]> {
    // Another site's page has no record.
    await this.page.evaluate('window.__emulator?.logSent()');
    const lines = this.emulator.log() as Line[];
    return lines.filter((line) => line.kind === kind && (name === undefined || line.name === name));
  }

  /** Waits until the log has such a line. */
  async waitForLog(kind: string, name: string, count = 1): Promise<Line> {
    await expect
      .poll(async () => (await this.log(kind, name)).length)
      .toBeGreaterThanOrEqual(count);
    const line = (await this.log(kind, name))[count - 1];
    if (line === undefined) throw new Error(`no ${kind} ${name}`);
    return line;
  }

  /** Texts of the warnings so far. */
  async warnings(): Promise<string[]> {
    return (await this.log('warning')).map(({ detail }) => String(detail.message));
  }

  /** Values of the widget as the emulated account keeps them. */
  stored(): Record<string, unknown> {
    return this.emulator.state.installations[0]?.settings ?? {};
  }

  /** For tests in which the page or the widget is meant to fail. */
  expectErrors(): void {
    this.#mayFail = true;
  }

  /** Axe finds nothing, in each of the themes (default: the one that is on). */
  async expectAccessible(themes: readonly ('light' | 'dark' | undefined)[] = [undefined]) {
    for (const theme of themes) {
      if (theme !== undefined) await this.#show(theme);
      const { violations } = await new AxeBuilder({ page: this.page }).withTags(AXE_TAGS).analyze();
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target }) => `${theme ?? ''} ${id} ${target}`),
      );
      expect(found).toEqual([]);
    }
  }

  /** Changes the theme as Kommo does, without a page load. */
  async #show(theme: 'light' | 'dark'): Promise<void> {
    await this.page.evaluate(`document.documentElement.dataset.colorScheme = '${theme}'`);
  }

  async close(): Promise<void> {
    // The page lets go of its connections before the emulator ends.
    await this.page.close();
    await this.#emulator?.close();
    if (!this.#mayFail) expect(this.errors).toEqual([]);
  }
}

export const test = base.extend<{ kommo: KommoPage }>({
  kommo: async ({ page }, use) => {
    const kommo = new KommoPage(page);
    await use(kommo);
    await kommo.close();
  },
});

export { expect };
