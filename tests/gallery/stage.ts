import { execFileSync } from 'node:child_process';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Seed, SeedAccount } from '../../src/emulator/kommo/seed.ts';
import { isBuilt } from '../../src/pack/build-stamp.ts';
import { PROJECT } from '../../src/pack/project.ts';
import { collectErrors } from '../e2e/support/page-errors.ts';
import { BACKEND, FakeBackend } from './fake-backend.ts';
import type { Language } from './languages.ts';
import { Screen } from './screen.ts';
import type { GalleryState, Install } from './state.ts';

/** When it is in the gallery: pictures and trees must not change from day to day. */
export const NOW = '2026-11-22T10:00:00.000Z';

const CLIENT_ID = '5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11';
const ACCOUNTS: Record<Install, { id: number; subdomain: string }> = {
  installed: { id: 31_263_018, subdomain: 'demo' },
  not_configured: { id: 31_263_020, subdomain: 'fresh' },
  install: { id: 31_263_021, subdomain: 'bare' },
};

/** Kommo's pages with the widget in them, as it was built. */
export async function startKommo(): Promise<Emulator> {
  if (!isBuilt()) execFileSync(process.execPath, [`${PROJECT}/src/pack/build.ts`]);
  const installed = (['installed', 'not_configured'] as const).map((install) => ({
    account_id: ACCOUNTS[install].id,
    client_id: CLIENT_ID,
    is_active: true,
    is_configured: install === 'installed',
    settings: install === 'installed' ? { state: '{}' } : {},
  }));
  const seed: Seed = { accounts: Object.values(ACCOUNTS).map(account), installations: installed };
  const emulator = await createEmulator({ widget: `${PROJECT}/dist/widget.zip`, seed });
  emulator.useBackend(BACKEND);
  return emulator;
}

function account({ id, subdomain }: { id: number; subdomain: string }): SeedAccount {
  const users = [{ id: id * 10, name: 'Ana Admin', is_admin: true }];
  return {
    id,
    subdomain,
    name: 'Demo Company',
    users,
    pipelines: [{ id: 7001, name: 'Sales', is_main: true }],
  };
}

export interface StageOptions {
  language?: Language;
  width?: number;
  height?: number;
}

/**
 * One page of Kommo's on which states are shown one after the other. Each loads the page anew, so that nothing of a
 * state is left in the next one.
 */
export class Stage {
  readonly page: Page;
  readonly backend: FakeBackend;
  /** Errors of the page since the state began. */
  readonly errors: string[] = [];
  readonly #emulator: Emulator;
  #language: Language;

  private constructor(emulator: Emulator, page: Page, backend: FakeBackend, language: Language) {
    this.#emulator = emulator;
    this.page = page;
    this.backend = backend;
    this.#language = language;
    collectErrors(page, this.errors);
  }

  static async open(
    emulator: Emulator,
    browser: Browser,
    { language = 'en', width = 1280, height = 900 }: StageOptions = {},
  ): Promise<Stage> {
    const context: BrowserContext = await browser.newContext({
      viewport: { width, height },
      timezoneId: 'UTC',
      locale: 'en-US',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.clock.setFixedTime(NOW);
    await page.addInitScript(() => {
      // A blank page has none.
      if (location.protocol !== 'about:') sessionStorage.clear();
      // Unsaved changes are no reason to stay.
      addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true);
    });
    // What opens elsewhere is no part of the picture.
    await context.route(/^https:\/\/(?!.*localhost)/, (route) => route.fulfill({ body: '' }));
    const backend = await FakeBackend.serve(page);
    return new Stage(emulator, page, backend, language);
  }

  /** Shows a state, after its steps are gone. */
  async show(state: GalleryState, language: Language = this.#language): Promise<Screen> {
    const { page } = this;
    this.#language = language;
    this.errors.length = 0;
    for (const other of page.context().pages()) if (other !== page) await other.close();
    // The former page is gone first: it would go on asking, and hear what is meant for the new one.
    await page.goto('about:blank');
    this.backend.hold(state.holds());
    await page.goto(this.#address(state.install ?? 'installed', language));
    const screen = new Screen(page, this.backend, language);
    await state.steps?.(screen);
    await state.seen(screen);
    // Parts that come on demand belong to the screen.
    await page.waitForFunction(
      () => document.querySelector('.chat-connector div[aria-busy="true"]:not([role])') === null,
    );
    return screen;
  }

  /** Light is what Kommo's page begins with. */
  async useTheme(theme: 'light' | 'dark'): Promise<void> {
    await this.page.evaluate((scheme) => {
      document.documentElement.setAttribute('data-color-scheme', scheme);
    }, theme);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  #address(install: Install, language: Language): string {
    const host = `${ACCOUNTS[install].subdomain}.kommo.localhost:${this.#emulator.port}`;
    // Before the installation Kommo shows a widget only where both come in one step.
    const flow = install === 'install' ? '&installFlow=one%20step' : '';
    return `http://${host}/settings/widgets/chat_connector/?lang=${language}${flow}`;
  }
}
