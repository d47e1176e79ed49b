import type { Page } from '@playwright/test';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { HOST_SWITCHES } from '../../src/emulator/page/host/host-switches.ts';
import { refuseSwitches } from '../../src/emulator/page/host/refuse-switches.ts';
import { PATIENCE } from './patience.ts';
import { openSubject, type Subject } from './settings-subjects.ts';
import { waitFor } from './wait-for.ts';

/** The page's switches that change what a settings screen meets. */
const WALKED = [
  'settingsArgument',
  'settingsAfterInstall',
  'redrawAfterInstall',
  'settingsTwice',
  'renderTwice',
  'installFlow',
  'runBeforeInstall',
];

/** Long enough for what comes at all; what does not come is a fault of the combination. */
const PATIENT_MS = 500;

export type Combination = Record<string, string>;

/** What each walked switch is by itself. */
export function defaultCombination(): Combination {
  return Object.fromEntries(
    HOST_SWITCHES.filter(({ name }) => WALKED.includes(name)).map(({ name, options }) => [
      name,
      options[0],
    ]),
  );
}

/** Every combination of these switches that the emulator takes; the others keep their defaults. */
export function combinations(names: readonly string[] = WALKED): Combination[] {
  let all: Combination[] = [defaultCombination()];
  for (const { name, options } of HOST_SWITCHES.filter((one) => names.includes(one.name))) {
    all = all.flatMap((one) => options.map((option) => ({ ...one, [name]: option })));
  }
  return all.filter((one) => refuseSwitches(one).length === 0);
}

/** What the defaults rest on: the three that decide what is drawn, all together; the others one at a time. */
export function decidingCombinations(): Combination[] {
  const deciding = ['settingsArgument', 'settingsAfterInstall', 'redrawAfterInstall'];
  const others = WALKED.filter((name) => !deciding.includes(name));
  return [...combinations(deciding), ...others.flatMap((name) => combinations([name]).slice(1))];
}

/** Walks a widget's settings through each combination. @returns what went wrong in each; nothing if all is as meant */
export async function walkSubject(
  page: Page,
  subject: Subject,
  all: readonly Combination[],
): Promise<string[][]> {
  const { folder, remove } = openSubject(subject);
  const emulator = await createEmulator({ widget: folder });
  // Nobody is there: Kommo does not mind.
  emulator.useBackend('http://127.0.0.1:1');
  const results: string[][] = [];
  try {
    for (const combination of all) {
      emulator.reset();
      emulator.setSwitches(combination);
      results.push(await walk(page, emulator, subject, combination));
    }
  } finally {
    await page.goto('about:blank');
    await emulator.close();
    remove();
  }
  return results;
}

/** Opens, installs, fills in, saves, opens again. */
async function walk(
  page: Page,
  emulator: Emulator,
  subject: Subject,
  { installFlow }: Combination,
): Promise<string[]> {
  const open = async (visit: string) => {
    const address = `http://demo.kommo.localhost:${emulator.port}/settings/widgets/?${visit}`;
    await page.goto(address);
    await page.evaluate('window.__emulator.ready');
  };
  const steps = installFlow === 'two steps';
  try {
    await open('first');
    await expectSoon(page, 'at first', ['.modal__close', 'button.js-widget-install']);
    if (steps) {
      await press(page, '.js-widget-consent', 'the consent');
      await press(page, 'button.js-widget-install', 'Install');
      await expectSoon(page, 'after Install', frame(subject));
    }
    if (subject.enter) await enterAndSave(page, emulator, subject);
    if (!steps && !subject.enter) return [];
    await open('again');
    await expectSoon(page, 'opened again', frame(subject));
    await expectShown(page, subject);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return error.what;
  }
  return [];
}

class Wrong extends Error {
  readonly what: string[];
  constructor(what: string[]) {
    super(what.join('; '));
    this.what = what;
  }
}

function frame({ once = [], enter, press }: Subject): string[] {
  const save = enter ? [press ?? '.js-widget-save'] : [];
  return ['.modal__close', '.js-widget-uninstall', ...once, ...save];
}

/** Each of the selectors finds one element, which is visible. */
async function expectSoon(page: Page, when: string, selectors: string[]): Promise<void> {
  let wrong: string[] = [];
  const look = async () => {
    const found = await page.evaluate<[number, boolean][]>(
      `${JSON.stringify(selectors)}.map((selector) => {
        const all = document.querySelectorAll(selector);
        return [all.length, all[0]?.getClientRects().length > 0];
      })`,
    );
    wrong = found.flatMap(([count, isVisible], index) => {
      if (count !== 1) return [`${count} times ${selectors[index]}`];
      return isVisible ? [] : [`${selectors[index]} is hidden`];
    });
    return wrong.length === 0;
  };
  await waitFor(look, PATIENT_MS).catch(() => {
    throw new Wrong(wrong.map((one) => `${when} ${one}`));
  });
}

async function press(page: Page, selector: string, name: string): Promise<void> {
  await page
    .locator(selector)
    .click({ timeout: 2 * PATIENT_MS * PATIENCE })
    .catch(() => {
      throw new Wrong([`${name} cannot be pressed`]);
    });
}

async function enterAndSave(page: Page, emulator: Emulator, subject: Subject): Promise<void> {
  const { enter, stored = {} } = subject;
  if (!enter) return;
  const field = page.locator(enter.field);
  const timeout = PATIENT_MS * PATIENCE;
  await (enter.value === 'on'
    ? field.check({ timeout })
    : field.fill(enter.value, { timeout })
  ).catch(() => {
    throw new Wrong([`${enter.field} cannot be filled in`]);
  });
  await press(page, subject.press ?? '.js-widget-save', 'Save');
  const isStored = () => {
    const [installation] = emulator.state.installations;
    const settings = installation?.settings ?? {};
    return Object.entries(stored).every(([name, value]) => settings[name] === value);
  };
  await waitFor(isStored, PATIENT_MS).catch(() => {
    throw new Wrong(['what was entered is not stored']);
  });
}

async function expectShown(page: Page, { enter, shows }: Subject): Promise<void> {
  if (!enter) return;
  const wanted = shows ?? enter.value;
  const look = async () => {
    const field = page.locator(enter.field);
    if ((await field.count()) !== 1) return false;
    if (enter.value === 'on') return field.isChecked();
    return (await field.inputValue()) === wanted;
  };
  await waitFor(look, PATIENT_MS).catch(() => {
    throw new Wrong(['what was stored is not shown again']);
  });
}
