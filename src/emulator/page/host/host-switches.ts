/** A choice of the host page: an uncertainty of Kommo's page, or a convenience of the emulator. */
export interface HostSwitch {
  name: string;
  title: string;
  /** The first is the default. */
  options: [string, ...string[]];
  /** Which sources disagree, or what it is for. */
  why: string;
}

/**
 * Switches of the emulated page, kept with the servers' own and set in the same way
 * (`POST /__emulator/switches`).
 */
export const HOST_SWITCHES: HostSwitch[] = [
  {
    name: 'theme',
    title: 'Theme',
    options: ['light', 'dark'],
    why: 'Users choose it in their profile; the html element has it as data-color-scheme.',
  },
  {
    name: 'language',
    title: 'Language',
    options: ['of the user', 'en', 'es', 'pt', 'ru', 'tr', 'id'],
    why: 'The language of the profile.',
  },
  {
    name: 'languageFallback',
    title: 'Language the widget lacks',
    options: ['prefer en', 'first locale', 'empty'],
    why: 'No source says which texts a widget gets when the profile language is not in its locale list.',
  },
  {
    name: 'initOrder',
    title: 'After render',
    options: ['bind_actions first', 'init first', 'together'],
    why: 'Three vendor pages give three orders of init and bind_actions.',
  },
  {
    name: 'renderTwice',
    title: 'render fires twice',
    options: ['off', 'on'],
    why: 'Production widgets report several render calls for one page.',
  },
  {
    name: 'settingsTwice',
    title: 'settings fires twice',
    options: ['off', 'on'],
    why: 'Several widgets carry a guard against a second call for the same modal.',
  },
  {
    name: 'settingsArgument',
    title: 'Argument of settings',
    options: ['right column', 'modal body'],
    why: 'One vendor page calls it the right part of the modal, another the place of the form.',
  },
  {
    name: 'settingsContext',
    title: 'Second argument of settings',
    options: ['empty object', 'undefined'],
    why: 'Documented as empty or undefined when the modal was not opened from a lead source.',
  },
  {
    name: 'settingsAfterInstall',
    title: 'settings after Install',
    options: ['again', 'not again'],
    why: 'A production widget watches the page for the redraw because settings does not come again.',
  },
  {
    name: 'redrawAfterInstall',
    title: 'Redrawn by Install',
    options: ['right column too', 'left column'],
    why: 'How much of the open modal is redrawn is not documented.',
  },
  {
    name: 'installFlow',
    title: 'Install and save',
    options: ['two steps', 'one step'],
    why: 'Older interfaces showed the fields before the installation, and Save did both.',
  },
  {
    name: 'runBeforeInstall',
    title: 'render before Install',
    options: ['on', 'off'],
    why: 'Whether render and init run for a widget that is not installed is not documented.',
  },
  {
    name: 'runUnconfigured',
    title: 'Run before the first Save',
    options: ['off', 'on'],
    why: 'Developers report that other areas load a widget only after its settings were saved once.',
  },
  {
    name: 'onSaveOtherValues',
    title: 'Odd answers of onSave',
    options: ['true-like stores', 'only true stores'],
    why: 'Only true, false and a promise are documented; widgets return objects too.',
  },
  {
    name: 'classConstructors',
    title: 'ES class as widget',
    options: ['refuse', 'accept'],
    why: 'One vendor sample says the constructor must be a plain function.',
  },
  {
    name: 'widgetPath',
    title: 'params.path ends with',
    options: ['no slash', 'trailing slash'],
    why: 'Samples join it both ways.',
  },
  {
    name: 'cdnPath',
    title: 'params.cdn_path is on',
    options: ['the same origin', 'another origin'],
    why: 'The name suggests a content network; its value is not documented.',
  },
  {
    name: 'advancedArea',
    title: 'system().area on the advanced page',
    options: ['advanced_settings', 'advanced-settings'],
    why: "The location's name by the documentation; the vendor's own sample compares with a hyphen.",
  },
  {
    name: 'unknownConstant',
    title: 'APP.constant of an unknown name',
    options: ['false', 'undefined'],
    why: "An older page of the vendor's documentation says false; the newer one is silent, and widgets also compare with undefined.",
  },
  {
    name: 'integrationKind',
    title: 'Integration',
    options: ['own', 'marketplace'],
    why: "The modal of an account's own integration has tabs.",
  },
  {
    name: 'listColumn',
    title: 'Column of a list opens',
    options: ['when the widget is chosen', 'when a row is ticked'],
    why: "One vendor page says the column comes when the widget is chosen in the menu; another's sample counts the ticked rows in render.",
  },
  {
    name: 'noisyNeighbour',
    title: 'Noisy neighbour',
    options: ['off', 'on'],
    why: 'Another widget with global style rules and errors on the same page.',
  },
];

/** Choices that exclude each other, with the reason. */
export interface RefusedCombination {
  when: Record<string, string>;
  why: string;
}

/** Combinations of the page's switches that no source supports. A widget that fails under them has no fault. */
export const REFUSED_COMBINATIONS: RefusedCombination[] = [
  {
    when: { settingsAfterInstall: 'again', redrawAfterInstall: 'left column' },
    why: 'no source says that settings comes again on a column the widget has drawn into already',
  },
];

/** Every switch of the page with its current choice, or its default. */
export function hostSwitchValues(
  chosen: Record<string, string | number | boolean>,
): Record<string, string | number | boolean> {
  const own = HOST_SWITCHES.map(({ name, options }) => [name, chosen[name] ?? options[0]]);
  return { ...chosen, ...Object.fromEntries(own) };
}
