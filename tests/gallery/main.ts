import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from '@playwright/test';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { PROJECT } from '../../src/pack/project.ts';
import { findBrowser } from '../support/browser.ts';
import { indexPage, type Picture, pictureFile } from './index-page.ts';
import { LANGUAGES, type Language } from './languages.ts';
import { smallPng } from './small-png.ts';
import { Stage, startKommo } from './stage.ts';
import type { GalleryState } from './state.ts';
import { STATES } from './states.ts';
import { takePicture } from './take-picture.ts';

const HELP = `npm run gallery - draws every state of every screen: the built widget in the emulated modal, in a real browser.

  npm run gallery -- [folder]     where to (dist/gallery); look at its index.html
    --only <part of a name>       some states only; several with commas
    --lang <language>             ${LANGUAGES.join(', ')}; several with commas (all)
    --theme <theme>               light, dark (both)
    --width <pixels>              of the window (1280,320); at 1280 the widget is 608 wide
    --height <pixels>             cuts longer pictures off
    --after                       the pictures of docs/pictures, as after-….png
    --list                        only names the states
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    lang: { type: 'string', default: LANGUAGES.join(',') },
    theme: { type: 'string', default: 'light,dark' },
    width: { type: 'string', default: '1280,320' },
    height: { type: 'string' },
    after: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

type Theme = 'light' | 'dark';

/** What of a state is drawn, before the page goes on to the next state. */
interface Round {
  states: readonly GalleryState[];
  language: Language;
  themes: Theme[];
  widths: number[];
  height?: number;
  save(picture: Picture, png: Buffer): void;
}

/** Pictures for the documentation: which state, and under which name. */
const SHOWN: Record<string, string> = {
  'list-saved': 'list-4',
  'list-fifty': 'list-50',
  services: 'services',
  'key-form': 'key',
  'qr-code': 'qr',
  'oauth-idle': 'oauth',
  'undelivered-three': 'undelivered',
};

if (values.help) process.stdout.write(HELP);
else if (values.list) for (const { name, title } of STATES) say(`${name.padEnd(26)} ${title}`);
else process.exitCode = await main();

async function main(): Promise<number> {
  const rounds = values.after ? [roundForDocs()] : roundsForGallery();
  const emulator = await startKommo();
  const launch = { ...(await findBrowser()), args: ['--no-sandbox', '--disable-dev-shm-usage'] };
  const browser = await chromium.launch(launch);
  const missed: string[] = [];
  const work = async () => {
    for (let round = rounds.shift(); round; round = rounds.shift()) {
      missed.push(...(await draw(emulator, browser, round)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  await browser.close();
  await emulator.close();
  for (const line of missed) say(line);
  return missed.length > 0 ? 1 : 0;
}

function roundsForGallery(): Round[] {
  const folder = resolve(positionals[0] ?? join(PROJECT, 'dist/gallery'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const wanted = values.only?.split(',');
  const states = STATES.filter(({ name }) => wanted?.some((part) => name.includes(part)) ?? true);
  const pictures: Picture[] = [];
  const save = (picture: Picture, png: Buffer) => {
    writeFileSync(join(folder, pictureFile(picture)), png);
    pictures.push(picture);
    writeFileSync(join(folder, 'index.html'), indexPage(STATES, pictures));
  };
  say(`${states.length} states in ${values.lang}: ${folder}/index.html`);
  const common = {
    states,
    themes: values.theme.split(',') as Theme[],
    widths: values.width.split(',').map(Number),
    height: values.height === undefined ? undefined : Number(values.height),
    save,
  };
  return values.lang.split(',').map((language) => ({ ...common, language }));
}

function roundForDocs(): Round {
  return {
    states: STATES.filter(({ name }) => name in SHOWN),
    language: 'en',
    themes: ['light'],
    widths: [1280],
    height: 1000,
    save: ({ state }, png) =>
      writeFileSync(`${PROJECT}/docs/pictures/after-${SHOWN[state]}.png`, smallPng(png)),
  };
}

/** @returns what could not be drawn */
async function draw(emulator: Emulator, browser: Browser, round: Round): Promise<string[]> {
  const { language, height } = round;
  const stage = await Stage.open(emulator, browser, { language });
  const missed: string[] = [];
  for (const state of round.states) {
    try {
      await stage.page.setViewportSize({ width: round.widths[0] ?? 1280, height: 900 });
      await stage.show(state, language);
      for (const width of round.widths) {
        await stage.page.setViewportSize({ width, height: 900 });
        for (const theme of round.themes) {
          await stage.useTheme(theme);
          const png = await takePicture(stage.page, { height });
          round.save({ state: state.name, language, theme, width }, png);
        }
      }
    } catch (error) {
      missed.push(
        `${state.name} in ${language}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  await stage.close();
  say(`${language} is drawn`);
  return missed;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
