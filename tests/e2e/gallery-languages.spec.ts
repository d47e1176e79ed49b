import { faultsOfLook } from '../gallery/checks/look.ts';
import { faultsOfWords } from '../gallery/checks/words.ts';
import { LANGUAGES } from '../gallery/languages.ts';
import { STATES } from '../gallery/states.ts';
import { expect, IS_WHOLE, test } from './gallery-fixtures.ts';

test.describe.configure({ mode: 'parallel' });

const OTHERS = LANGUAGES.filter((language) => language !== 'en');

/** The longest words are met in the narrowest window. */
const NARROWEST = { width: 320, height: 900 };

for (const [place, language] of OTHERS.entries()) {
  // Each state in one of the languages, in turn: a text that is missing in one of them fails the build anyway.
  const states = STATES.filter((_, index) => IS_WHOLE || index % OTHERS.length === place);
  const halves = [states.slice(0, states.length / 2), states.slice(states.length / 2)];
  for (const [index, half] of halves.entries()) {
    test(`in ${language} nothing is left in English, and nothing is too long for 320 px, part ${index + 1}`, async ({
      stage,
    }) => {
      test.slow(IS_WHOLE);
      await stage.page.setViewportSize(NARROWEST);
      for (const state of half) {
        await stage.show(state, language);
        expect.soft(await faultsOfWords(stage.page, language), state.name).toEqual([]);
        expect.soft(await faultsOfLook(stage.page), state.name).toEqual([]);
      }
    });
  }
}
