import { expect, type Page } from '@playwright/test';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { evolutionState } from '../../../src/emulator/services/evolution/state.ts';
import { SLACK_CLIENT_SECRET } from '../../../src/emulator/services/slack.ts';
import { WAHA_API_KEY } from '../../../src/emulator/services/waha/state.ts';
import { sessionsOf } from '../../../src/emulator/services/whatsapp.ts';

/** Shorter strings turn up by chance. */
const SHORTEST_CANARY = 12;

/** Runs in the page: tells every text and attribute that appears. A field is left alone while the admin types. */
const REPORT_CHANGES = `
  const textsOf = ({ type, target, attributeName, addedNodes }) => {
    if (type === 'characterData') return [target.data];
    if (type === 'childList') return [...addedNodes].map((node) => node.outerHTML ?? node.data ?? '');
    const isTyped = target.tagName === 'INPUT' && attributeName === 'value';
    return isTyped ? [] : [target.getAttribute(attributeName) ?? ''];
  };
  const what = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver((records) => {
    const texts = records.flatMap(textsOf);
    if (texts.length > 0) window.reportSeen(texts.join('\\n'));
  }).observe(document, what);`;

/** Runs in the page: everything it holds at this moment, by the place where it is. */
const LOOK = `({
  document: document.documentElement.outerHTML,
  text: document.body.innerText,
  inputs: [...document.querySelectorAll('input, textarea, select')].map(({ value }) => value).join('\\n'),
  memory: JSON.stringify([
    { ...sessionStorage }, { ...localStorage }, document.cookie, history.state, location.href, window.name,
  ]),
})`;

/**
 * Notes whatever a page shows, holds or says: texts, attributes, values of inputs, addresses, what the tab
 * remembers, and the console. In the end none of it may contain a secret.
 */
export class CanaryWatch {
  readonly #page: Page;
  readonly #emulator: Emulator;
  readonly #seen: { place: string; text: string }[] = [];
  /** Keys of attempts, as they came over the network. */
  readonly #attemptKeys: Promise<string>[] = [];

  private constructor(page: Page, emulator: Emulator) {
    this.#page = page;
    this.#emulator = emulator;
    page.on('console', (message) => this.#note('console', message.text()));
    page.on('framenavigated', (frame) => this.#note('address', frame.url()));
    page.on('response', (response) => {
      const isStart = new URL(response.url()).pathname === '/messenger/channels';
      if (!isStart || response.request().method() !== 'POST' || !response.ok()) return;
      const key = response.json().then((body) => String(body.attempt_key));
      // A reload may tear the answer away.
      this.#attemptKeys.push(key.catch(() => ''));
    });
  }

  /** Begins with the page's next load. */
  static async start(page: Page, emulator: Emulator): Promise<CanaryWatch> {
    const watch = new CanaryWatch(page, emulator);
    await page.exposeFunction('reportSeen', (text: string) => watch.#note('page', text));
    await page.addInitScript(REPORT_CHANGES);
    return watch;
  }

  /** Notes everything that is there at this moment. */
  async look(): Promise<void> {
    const held: Record<string, string> = await this.#page.evaluate(LOOK);
    for (const [place, text] of Object.entries(held)) this.#note(place, text);
  }

  /** Fails when a secret of the backend was seen, a key of an attempt, or one that the admin typed. */
  async expectNothingSecret(typed: readonly string[]): Promise<void> {
    await this.look();
    const attemptKeys = await Promise.all(this.#attemptKeys);
    expect(attemptKeys.filter(Boolean).length).toBeGreaterThan(0);
    const canaries = [...typed, ...attemptKeys, ...secretsOf(this.#emulator)].filter(
      (text) => text.length >= SHORTEST_CANARY,
    );
    const found = this.#seen.flatMap(({ place, text }) =>
      canaries
        .filter((canary) => text.includes(canary))
        .map((canary) => `${canary.slice(0, 6)}… in ${place}`),
    );
    expect([...new Set(found)]).toEqual([]);
    // A secret would have been seen: Kommo's own modal shows this one on its tab of keys.
    const { client_secret } = this.#emulator.world.integration();
    expect(this.#seen.some(({ text }) => text.includes(client_secret))).toBe(true);
  }

  #note(place: string, text: string): void {
    this.#seen.push({ place, text });
  }
}

/**
 * What the backend and the services keep from the browser. The integration's own secret is not among them:
 * Kommo's modal shows it, on its tab of keys.
 */
function secretsOf({ state, world }: Emulator): string[] {
  const services = state.services as {
    slack?: { tokens: { token: string }[] };
    telegram_bot_api?: { bots: Record<string, { webhook: { secret_token: string } }> };
  };
  return [
    SLACK_CLIENT_SECRET,
    WAHA_API_KEY,
    ...state.grants.flatMap(({ access_token, refresh_token }) => [access_token, refresh_token]),
    ...(services.slack?.tokens.map(({ token }) => token) ?? []),
    ...Object.values(services.telegram_bot_api?.bots ?? {}).map(
      ({ webhook }) => webhook.secret_token,
    ),
    ...sessionsOf(world, 'waha').map(({ webhook }) => webhook?.hmacKey ?? ''),
    ...Object.values(evolutionState(world).instances).map(({ token }) => token),
  ];
}
