import { type CoverageRow, type Entry, entryRows, routeRows } from '../../engine/coverage-row.ts';
import {
  AMO,
  KOMMO,
  SEEN_IN_WIDGETS as OBSERVED,
  OWN_ADDRESS,
  SAMPLES,
  SCRIPT,
} from '../../kommo/documents.ts';
import { FRAME_COVERAGE } from './frame-coverage.ts';
import { HOST_SWITCHES } from './host-switches.ts';
import { pageAjaxRoutes } from './page-ajax-routes.ts';
import { pageRequestRoutes } from './page-request-routes.ts';
import { salesbotRoutes } from './salesbot-routes.ts';
import { searchRoutes } from './scenery-routes.ts';
import { sourceRoutes } from './source-routes.ts';
import { SUPPLY_COVERAGE } from './supply-coverage.ts';
import { triggerRoutes } from './trigger-routes.ts';
import { LAZY_MODULES, MISSING_MODULES } from './vendor-modules.ts';
import { WIDGET_COVERAGE } from './widget-coverage.ts';

const MODULES = `${AMO}/web_sdk/system_modules`;
const LOCATIONS = `${KOMMO}/widget-locations`;
const FIELDS = `${KOMMO}/field-types`;

/** It is not documented whether Kommo's pages include their style sheets. */
const STYLED = ['cropperjs', 'fullcalendar', 'jplayer', 'quill', 'rangeslider'];

const LOADER = entryRows('Loader and modules', [
  ['define, require: AMD, CommonJS form, UMD, by address', SAMPLES],
  ['relative modules with cache busters', SCRIPT],
  [
    './ from the widget folder, where the file is not beside the module that asks',
    SCRIPT,
    'a printed sample asks so, public widgets ask beside the module; the log warns',
  ],
  ['files of the widget at /upl/<code>/widget/ and at /widgets/<code>/', SCRIPT],
  ['text!, json!', SAMPLES],
  ['jquery 2.1.3, underscore 1.9.1, backbone 1.1.2, twigjs 0.8.9, moment 2.24.0', MODULES],
  ...LAZY_MODULES.map(
    ({ name, version }): Entry => [
      `${name} ${version}`,
      name === 'moment-timezone' ? SAMPLES : MODULES,
      STYLED.includes(name) ? 'without its style sheet' : undefined,
    ],
  ),
  ...Object.entries(MISSING_MODULES).map(
    ([name, why]): Entry => [
      name,
      name.startsWith('lib/') ? OBSERVED : MODULES,
      `the page names it when a widget asks for it; ${why}`,
      'missing',
    ],
  ),
  ['es6promise', OBSERVED, 'our own few lines over the promises of the browser'],
  [
    'vendor/backbone, vendor/underscore, vendor/jplayer',
    OBSERVED,
    'older names of the same modules',
  ],
  ['lib/components/base/modal', MODULES],
  ['lib/components/base/confirm', OBSERVED],
  ['a module by any other name', 'own', 'the page names it, and --module <name>=<file>'],
]);

const MODAL = entryRows('Settings modal', [
  ['.modal.widget-settings__modal.<code> .modal-body', OBSERVED],
  ['.widget-settings__base-space, .widget_main_info, .widget-settings__command-plate', OBSERVED],
  ['.widget-state_status_*', OBSERVED],
  [
    '.js-widget-install, .install-widget__button',
    OBSERVED,
    'behind a consent check box, whose markup is an assumption',
  ],
  ['.js-widget-uninstall, .js-modal-confirm, .modal-body__actions__save', OBSERVED],
  [
    '.widget-settings__wrap-desc-space, .widget-settings__desc-space, .widget_settings_block',
    OBSERVED,
  ],
  [
    '.widget_settings_block__descr with the tags #HOST# …',
    `${KOMMO}/manifest-json`,
    'leaves #API_HASH# of amoCRM unchanged',
  ],
  [
    '.widget-settings-block__desc-expander',
    OBSERVED,
    'the height from which a description is folded is an assumption',
  ],
  [
    '#widget_settings__fields_wrapper, __item_field, __title_field, __input_field, __error',
    OBSERVED,
  ],
  ['.js-widget-save, #save_<code>, data-onsave-destroy-modal', OBSERVED],
  ['button:load:*, button:save:*, button:enable', OBSERVED],
  ['autofill decoys, input[name=widget_active]', OBSERVED],
  [
    '.view-integration-modal__tabs and panes of own integrations',
    OBSERVED,
    'switch integrationKind',
  ],
  [
    '.view-integration-modal__keys: secret key, id, authorisation code',
    `${AMO}/oauth/step-by-step`,
    'the blocks and their order as scripts in public code read them; the code once the integration is installed',
  ],
  ['fields text, pass, users, custom', FIELDS],
  ['field users_lp', FIELDS, 'the names of its inputs are an assumption'],
  ['required', FIELDS, 'the text of the message is an assumption'],
  ['a plain string in a custom field is not stored', FIELDS, 'the log warns'],
]);

const AREAS = entryRows('Areas', [
  ['settings', LOCATIONS, '/settings/widgets/ with the modal open; #/ closes it'],
  [
    'advanced_settings',
    LOCATIONS,
    `an item under Settings leads to /settings/advanced/<code>/; ${OWN_ADDRESS.note}; #list_page_holder, .list-widget, #work-area-<code>`,
  ],
  [
    'lcard, ccard, comcard, cucard',
    LOCATIONS,
    '/leads/detail/501 and the like: a few fields, a feed, the widgets column; /leads/add/ and the like are cards that are not saved',
  ],
  [
    'llist, clist, culist, tlist',
    LOCATIONS,
    'the column opens when the widget is chosen under "More" (switch listColumn): render runs again, for later ticks too; a block that comes out the same is kept; the callback customers.selected is an assumption',
  ],
  [
    'render in a list while rows are ticked, self.list_selected().summary.items',
    `${AMO}/web_sdk/list`,
    'bind_actions and init do not run again; -0 and everywhere get no column',
  ],
  [
    'tlist, tline, tcalendar',
    `${AMO}/web_sdk/todo_sync`,
    'the dialog that synchronises tasks (callback calendarSync)',
  ],
  [
    'card_sdk',
    `${AMO}/web_sdk/card`,
    'a tab with linked elements and their quantities, preloading, search, unlinking',
  ],
  ['catalogs', `${AMO}/web_sdk/list`, '/catalogs/4001', 'partly'],
  [
    'digital_pipeline',
    `${KOMMO}/widgets-dp`,
    'a trigger is added, opened again, changed and removed; one condition, "comes to this stage"; delays are not imitated',
    'partly',
  ],
  [
    'dp.webhook_url',
    `${AMO}/digital_pipeline/integrations`,
    'called by a button under the trigger and by POST /__emulator/trigger; form or JSON by the switch pipelineWebhookBody; 5 s is an assumption',
  ],
  ['lead_sources', LOCATIONS, 'a source opens the settings with its context'],
  [
    'salesbot_designer',
    `${AMO}/integrations/salesbot_widget`,
    'logo, default_value by i18n key, values typed or taken from a field; blocks are stored, opened again and removed; the bot is checked, not run',
    'partly',
  ],
  [
    'salesbot_designer: data-field-name, value_manual, renderRow(caption)',
    `${AMO}/integrations/salesbot_widget`,
    'the name value_field of the other control is an assumption',
  ],
  [
    'salesbotDesignerSettings: params.params.params.params, .salesbot-designer__block',
    OBSERVED,
    'besides the printed flat params',
  ],
  [
    'widget_page',
    `${AMO}/web_sdk/left_menu`,
    'items, submenu, sort, icon and is_hidden; pages under Stats and Settings at addresses of our own',
  ],
  ['everywhere, init_once', LOCATIONS],
  [
    'sms',
    `${AMO}/integrations/system_sms`,
    'POST /__emulator/sms sends a message through sms.endpoint; add_source of type sms works in cards',
  ],
  [
    'mobile_card',
    `${AMO}/integrations/mobile-widgets`,
    '/mobile/leads/detail/501 shows mobile.frame_url with its token and from=ios (the word is an assumption); the address is our own',
  ],
  [
    'ai_agent, website_chat_button, whatsapp_modal',
    LOCATIONS,
    'no source says what they run; the description of ai_agent is checked in every language',
    'missing',
  ],
  [
    'amoforms',
    `${AMO}/integrations/amoforms-widgets`,
    "amoforms.js runs in a web form on somebody's site, outside the account",
    'missing',
  ],
  [
    'personal_page',
    `${AMO}/web_sdk/personal_page`,
    "personal_page.js runs in the clients' own pages, with modules of their own",
    'missing',
  ],
  ['a widget that was never saved runs in no other area', OBSERVED, 'switch runUnconfigured'],
]);

const LOOK = entryRows('Look', [
  [
    'data-color-scheme and the palette variables',
    `${KOMMO}/dark-theme`,
    'some colours are darker than in Kommo, for contrast',
  ],
  ['languages en, es, pt, ru, tr, id', `${KOMMO}/manifest-json`],
  ['fonts', 'PT Sans where the machine has it, else Arial', 'not shipped'],
]);

const TEMPLATES = `${KOMMO}/system-templates`;

const CONTROLS = entryRows('System controls', [
  ...['cancel_button', 'delete_button', 'input', 'textarea', 'select', 'radio', 'multiselect'].map(
    (name): [string, string] => [`/tmpl/controls/${name}.twig`, TEMPLATES],
  ),
  ['/tmpl/controls/button.twig', TEMPLATES, 'with its menu; `blue` as on its own page'],
  ['/tmpl/controls/checkbox.twig', TEMPLATES],
  [
    '/tmpl/controls/checkboxes_dropdown.twig',
    TEMPLATES,
    'the title after a tick as observed; "all" in short only with title_numeral; name_is_array: true counts as "yes" for a shared name',
  ],
  [
    '/tmpl/controls/checkboxes_dropdown/values_title.twig',
    SAMPLES,
    'the same, but names what is ticked even when all are; its template is not published',
  ],
  [
    '/tmpl/controls/date_field.twig',
    TEMPLATES,
    'dates are typed; the calendar is not imitated',
    'partly',
  ],
  [
    '/tmpl/controls/suggest.twig',
    TEMPLATES,
    'its own items, or those of a server with the parameter ajax; the form of that answer is an assumption',
  ],
  ['/tmpl/controls/file.twig', TEMPLATES, 'lets the user choose a file, does not upload it'],
  ['/tmpl/controls/switcher.twig', `${AMO}/integrations/salesbot`],
  [
    '/tmpl/controls/pipeline_select/index.twig',
    OBSERVED,
    'pipelines without their stages',
    'partly',
  ],
  [
    '/tmpl/salesbot_designer/controls/widget_param.twig',
    `${AMO}/integrations/salesbot_widget`,
    'the parameter caption; the markup is an assumption',
    'partly',
  ],
  [
    '/tmpl/common/modal/success.twig, error.twig',
    OBSERVED,
    'the parameters msg, text and no_retry; the markup is an assumption',
    'partly',
  ],
  [
    '/tmpl/common/search_block.twig',
    OBSERVED,
    'the parameters and class names that one author uses; it searches nothing',
    'partly',
  ],
  ['include_control', `${AMO}/web_sdk/mechanics`],
  ['filters i18n, numeral', TEMPLATES, 'phrases stay as they are', 'partly'],
]);

const WARNINGS = entryRows('What the log warns of', [
  ['console output, alert, confirm, prompt', `${KOMMO}/getting-listed`],
  ['synchronous requests', `${KOMMO}/getting-listed`],
  ['global style rules', `${KOMMO}/getting-listed`],
  ['inserted script elements', `${KOMMO}/getting-listed`],
  ['$authorizedAjax in loops', `${KOMMO}/getting-listed`, 'more than 10 calls in 5 seconds'],
  ['virtual clicks on Install, Uninstall, Save', `${KOMMO}/getting-listed`],
  ['eval', `${KOMMO}/getting-listed`, 'searched in the files'],
  [
    "look-ups of the host's classes and ids that match nothing",
    'own',
    'a line, not a warning; once per selector and page, when it still matches nothing a second later',
  ],
]);

const CHOICES = entryRows(
  'Switches of the page',
  HOST_SWITCHES.map(({ name, options, why }) => [`${name}: ${options.join(' | ')}`, 'own', why]),
);

/** Host methods, callbacks, selectors and pages of the emulated account. */
export const HOST_COVERAGE: CoverageRow[] = [
  ...LOADER,
  ...MODAL,
  ...routeRows('Settings modal', pageRequestRoutes()),
  ...routeRows('Requests of the account pages', pageAjaxRoutes()),
  ...SUPPLY_COVERAGE,
  ...WIDGET_COVERAGE,
  ...CONTROLS,
  ...AREAS,
  ...FRAME_COVERAGE,
  ...routeRows('Areas', sourceRoutes()),
  ...routeRows('Areas', triggerRoutes()),
  ...routeRows('Areas', salesbotRoutes()),
  ...routeRows('Search of the cards', searchRoutes()),
  ...LOOK,
  ...WARNINGS,
  ...CHOICES,
];
