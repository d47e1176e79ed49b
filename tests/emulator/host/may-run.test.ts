import {
  callbackFor,
  namesLocation,
  whyNotHere,
  whyWithheld,
} from '../../../src/emulator/page/browser/sdk/may-run.js';

const HERE = {
  locations: ['settings'],
  isOnce: false,
  area: ['settings'],
  status: 'installed' as const,
  runsUnsaved: false,
};
const nothing = () => undefined;

describe('where the widget runs', () => {
  test('the suffix of a location speaks of the right column only', () => {
    for (const written of ['lcard', 'lcard-0', 'lcard-1'])
      expect(namesLocation([written], 'lcard')).toBe(true);
    expect(namesLocation(['lcard-1'], 'ccard')).toBe(false);
    expect(namesLocation(['card_sdk'], 'card')).toBe(false);
    expect(namesLocation(undefined, 'lcard')).toBe(false);
  });

  test.each(['settings', 'lcard', 'tline', 'advanced_settings'])(
    'everywhere and init_once mean %s too',
    (place) => {
      const area = [place];
      expect(whyNotHere({ ...HERE, area, locations: ['everywhere'] })).toBe('');
      expect(whyNotHere({ ...HERE, area, locations: [], isOnce: true })).toBe('');
      expect(whyNotHere({ ...HERE, area, locations: ['clist-1'] })).toMatch(
        `no location of this area (${place})`,
      );
    },
  );

  test('but the settings come first: elsewhere it waits until they were saved', () => {
    const card = { ...HERE, locations: ['everywhere'], area: ['lcard'] };
    expect(whyNotHere({ ...card, status: 'not_configured' })).toMatch('never saved');
    expect(whyNotHere({ ...card, status: 'not_configured', runsUnsaved: true })).toBe('');
    expect(whyNotHere({ ...card, area: ['settings'], status: 'install' })).toBe('');
  });

  test('no script runs in the mobile application', () => {
    expect(whyNotHere({ ...HERE, area: [], isOnce: true })).toMatch('no widget');
  });
});

describe('which callbacks are called', () => {
  test.each(['settings', 'onSave', 'onInstall'])('%s needs the location settings', (name) => {
    expect(whyWithheld(HERE, name)).toBe('');
    expect(whyWithheld({ ...HERE, locations: ['everywhere'] }, name)).toBe('');
    expect(whyWithheld({ ...HERE, locations: ['lcard-1'], area: ['lcard'] }, name)).toBe(
      'the manifest has no location "settings"',
    );
  });

  test.each([
    ['advancedSettings', 'advanced_settings'],
    ['loadCatalogElement', 'catalogs'],
    ['loadElements', 'card_sdk'],
    ['dpSettings', 'digital_pipeline'],
    ['onAddAsSource', 'lead_sources'],
  ])('%s needs the location that offers its place, %s', (name, location) => {
    const everywhere = { ...HERE, locations: ['everywhere'] };
    expect(whyWithheld(everywhere, name)).toBe(`the manifest has no location "${location}"`);
    expect(whyWithheld({ ...everywhere, locations: ['everywhere', location] }, name)).toBe('');
  });

  test('a name with a dot is an object in the callbacks, which is its this', () => {
    const leads = { selected: nothing };
    expect(callbackFor(HERE, { leads }, 'leads.selected')).toEqual({
      callback: nothing,
      owner: leads,
    });
  });

  test('tasks go by their old name too, but the new one comes first', () => {
    const todo = { selected: nothing };
    const tasks = { selected: () => 'old' };
    expect(callbackFor(HERE, { tasks }, 'todo.selected').owner).toBe(tasks);
    expect(callbackFor(HERE, { tasks, todo }, 'todo.selected').owner).toBe(todo);
  });

  test('one key with a dot is not called, and the widget is told why', () => {
    const { callback, why, advice } = callbackFor(
      HERE,
      { 'leads.selected': nothing },
      'leads.selected',
    );
    expect(callback).toBeUndefined();
    expect(why).toMatch(/^withheld because/);
    expect(advice).toMatch('Kommo looks for callbacks.leads.selected');
    const both = { 'leads.selected': nothing, leads: { selected: nothing } };
    expect(callbackFor(HERE, both, 'leads.selected')).toMatchObject({ owner: both.leads });
  });

  test('what is defined and not called is never said to be missing', () => {
    const callbacks = { settings: nothing, leads: {}, contacts: null, todo: { selected: 'no' } };
    const card = { ...HERE, locations: ['lcard'], area: ['lcard'] };
    expect(callbackFor(card, callbacks, 'settings').why).toMatch(/^withheld because/);
    expect(callbackFor(HERE, undefined, 'settings').why).toMatch(/^withheld because/);
    for (const name of ['leads.selected', 'contacts.selected', 'todo.selected', 'destroy'])
      expect(callbackFor(HERE, callbacks, name)).toEqual({ why: 'not defined by the widget' });
  });
});
