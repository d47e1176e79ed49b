import {
  attemptAt,
  brokenChannel,
  CONNECTORS,
  settingsOf,
  telegramChannel,
} from '../gallery/channels.ts';
import { faultsOfLook } from '../gallery/checks/look.ts';
import type { Held } from '../gallery/fake-backend.ts';
import { HOSTILE } from '../gallery/hostile.ts';
import type { Screen } from '../gallery/screen.ts';
import type { Stage } from '../gallery/stage.ts';
import { makeMessages, makeTemplate, makeUndelivered } from '../widget/support/make.ts';
import { expect, test } from './gallery-fixtures.ts';

const WIDTHS = [320, 600, 1024, 1920];
/** As many as an account may have channels. */
const AT_ONCE = 50;

test('there are two hundred hostile texts, and none twice', () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(200);
  expect(new Set(HOSTILE).size).toBe(HOSTILE.length);
});

for (let from = 0; from < HOSTILE.length; from += AT_ONCE) {
  const texts = HOSTILE.slice(from, from + AT_ONCE);
  test(`hostile names ${from + 1} to ${from + texts.length} are read in every place, and do nothing`, async ({
    stage,
  }) => {
    const seen = await watchAttacks(stage);
    await stage.show(
      {
        name: 'hostile-list',
        group: 'list',
        title: 'Hostile names',
        holds: () => hostileSettings(texts),
        seen: (screen) => expect(screen.widget.locator('li.kcc-channel')).toHaveCount(texts.length),
      },
      'en',
    );
    await looksWell(stage);
    await harmless(stage, seen);
    const names = await stage.page
      .locator('li.kcc-channel')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
    // Half a character cannot travel, and what is nothing to the eye may give way to the account's name.
    const sent = texts.map((text) => text.trim().toWellFormed()).filter((text) => text !== '');
    // On the way here it stays as it is, or each of its bytes becomes a sign of its own.
    const inOne = (text: string) => text.toWellFormed().replaceAll(/\uFFFD+/g, '\uFFFD');
    const shown = new Set(names.map((name) => inOne(name.trim())));
    expect(sent.filter((text) => !shown.has(inOne(text)))).toEqual([]);
  });
}

test('hostile people are read in the list of undelivered messages, and do nothing', async ({
  stage,
}) => {
  const seen = await watchAttacks(stage);
  const undelivered = HOSTILE.slice(0, 100).map((name, index) =>
    makeUndelivered({ id: `m${index}`, person: { name } }),
  );
  await stage.show(
    {
      name: 'hostile-undelivered',
      group: 'dialogs',
      title: 'Hostile people',
      holds: () => ({
        settings: settingsOf([brokenChannel]),
        undelivered: { [brokenChannel.id]: undelivered },
      }),
      steps: (screen) =>
        screen.row(brokenChannel.name).getByRole('button', { name: /3/ }).first().click(),
      seen: (screen) => expect(screen.widget.getByRole('dialog')).toContainText('attack'),
    },
    'en',
  );
  await looksWell(stage);
  await harmless(stage, seen);
});

test('hostile words of a service and of an error are read as they are, and do nothing', async ({
  stage,
}) => {
  for (const text of ['<img src=x onerror=attack()>', '$t(app.retry) {{name}}', 'x'.repeat(100)]) {
    const seen = await watchAttacks(stage);
    const connectors = CONNECTORS.map((connector) =>
      connector.id === 'acme'
        ? { ...connector, title_key: text, auth: 'api_key' as const }
        : connector,
    );
    const account = { external_id: 'x', name: text, handle: text };
    await stage.show(
      {
        name: 'hostile-service',
        group: 'key',
        title: 'A hostile service',
        holds: () => ({
          settings: settingsOf([telegramChannel], { connectors }),
          attempt: attemptAt('telegram'),
          found: attemptAt('telegram', { state: 'confirm', account }),
        }),
        steps: async (screen) => {
          await screen.press('channels.add');
          await expect(screen.widget.getByText(text).first()).toBeVisible();
          await screen.widget.getByRole('button', { name: /Telegram/ }).click();
          await screen.fill('connectors.telegram.fields.token', `1234567:${'x'.repeat(40)}`);
          await screen.press('key.connect');
        },
        seen: (screen: Screen) => expect(screen.widget.getByText(text).first()).toBeVisible(),
      },
      'en',
    );
    await looksWell(stage);
    await harmless(stage, seen);
  }
});

/** Each text as the name of a channel, an account, a handle, a pipeline and a template. */
function hostileSettings(texts: readonly string[]): Held {
  const channels = texts.map((text, index) => ({
    ...telegramChannel,
    id: `channel-${index}`,
    name: text,
    pipeline_ids: [8000 + index],
    pipeline_id: 8000 + index,
    messages: makeMessages(),
    account: { external_id: `account-${index}`, name: text, handle: text },
  }));
  const pipelines = texts.map((name, index) => ({
    id: 8000 + index,
    name,
    is_main: index === 0,
    is_archived: false,
  }));
  const templates = texts.map((text, index) =>
    makeTemplate({ id: index + 1, name: text, content: text }),
  );
  return { settings: settingsOf(channels, { pipelines, templates }) };
}

async function watchAttacks({ page }: Stage): Promise<string[]> {
  const seen: string[] = [];
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss().catch(() => undefined);
  });
  page.on('request', (request) => {
    if (/evil\.example|\/x(\.css)?$/.test(request.url())) seen.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    Object.assign(window, {
      attack: () => document.documentElement.setAttribute('data-attacked', ''),
    });
  });
  return seen;
}

async function harmless({ page, errors }: Stage, seen: readonly string[]): Promise<void> {
  expect(seen).toEqual([]);
  expect(errors).toEqual([]);
  const found = await page.evaluate(() => {
    const root = document.querySelector('.chat-connector');
    const bad =
      'script, iframe, style, base, form[action], link, math, [onerror], [onload], [onfocus], [onmouseover]';
    return {
      isAttacked: document.documentElement.hasAttribute('data-attacked'),
      elements: root?.querySelectorAll(bad).length,
      links: [...(root?.querySelectorAll('a[href]') ?? [])]
        .map((link) => link.getAttribute('href') ?? '')
        .filter((href) => !/^https?:/.test(href)),
    };
  });
  expect(found).toEqual({ isAttacked: false, elements: 0, links: [] });
}

async function looksWell({ page }: Stage): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    expect.soft(await faultsOfLook(page), `${width} px wide`).toEqual([]);
  }
}
