import { type CoverageRow, entryRows } from '../../engine/coverage-row.ts';
import { AMO, KOMMO, SEEN_IN_WIDGETS as OBSERVED, SAMPLES, SCRIPT } from '../../kommo/documents.ts';

const CARD = `${AMO}/web_sdk/card`;
const MECHANICS = `${AMO}/web_sdk/mechanics`;

const CALLBACKS = entryRows('Callbacks', [
  [
    'render',
    SCRIPT,
    'awaits promises; a false-like answer stops init and bind_actions (switch renderTwice)',
  ],
  ['bind_actions', SCRIPT, 'vendor pages disagree on the order (switch initOrder)'],
  [
    'init',
    SCRIPT,
    'see bind_actions; whether it runs before the installation is not documented (switch runBeforeInstall)',
  ],
  [
    'settings',
    `${AMO}/web_sdk/settings`,
    'argument and context by switches settingsArgument, settingsContext; again after Install by settingsAfterInstall, on a new right column by redrawAfterInstall; twice by settingsTwice',
  ],
  [
    'onSave',
    `${AMO}/web_sdk/settings`,
    'live fields, boolean or promise; other answers by switch onSaveOtherValues; also called on disabling, which its answer does not stop',
  ],
  ['onInstall', SCRIPT],
  ['destroy', SCRIPT, 'on leaving an area (not for init_once) and after onSave when disabled'],
  ['dpSettings', `${KOMMO}/widgets-dp`, 'each time a trigger is opened, without an argument'],
  ['advancedSettings', `${AMO}/web_sdk/settings`],
  ['initMenuPage', `${AMO}/web_sdk/left_menu`],
  [
    'leads.selected, contacts.selected, todo.selected',
    SCRIPT,
    'nested as in the skeleton (`callbacks.leads.selected`); one key with a dot is not called but warned of',
  ],
  ['calendarSync', `${AMO}/web_sdk/todo_sync`],
  ['loadPreloadedData, loadElements, searchDataInCard', CARD],
  ['linkCard', CARD],
  ['loadCatalogElement', `${AMO}/web_sdk/list`],
  ['onSource', SCRIPT, 'after a message was sent through a source of type sms'],
  ['onAddAsSource', SCRIPT],
  [
    'salesbotDesignerSettings, onSalesbotDesignerSave',
    `${AMO}/integrations/salesbot_widget`,
    'exits and the JSON string of the bot are checked; a bot of another form is stored and warned of',
  ],
  ['widgetPage', 'named by no source that explains it', undefined, 'missing'],
]);

const METHODS = entryRows('Widget object', [
  [
    'params, get_settings, set_settings',
    SCRIPT,
    'one object that the page changes in place; path and cdn_path by switches widgetPath, cdnPath',
  ],
  ['system', MECHANICS],
  [
    'langs, i18n, set_lang',
    SCRIPT,
    'a missing key is false; texts for a missing language by switch languageFallback',
  ],
  ['get_version, get_install_status, set_status', SCRIPT],
  ['render({ data })', SCRIPT],
  ['render({ ref })', SCRIPT, 'see System controls'],
  ['render({ href, load }), render({ href, promised })', MECHANICS],
  ['render_template', CARD, 'body is ready HTML, render is compiled with the second argument'],
  [
    'crm_post',
    `${AMO}/integrations/script_js`,
    'one request per second; sent by the emulator as a form; text and html call back always',
  ],
  [
    '$authorizedAjax',
    `${KOMMO}/one-time-tokens`,
    'one token for 25 minutes (switch disposableTokenCache); a reload of the page forgets it',
  ],
  ['add_action', CARD],
  ['add_source', CARD, 'type sms sends; other types get the empty element of their control'],
  [
    'list_selected',
    `${AMO}/web_sdk/list`,
    'both documented shapes in one object; phones and emails of leads and customers are those of their contacts',
  ],
  [
    'widgetsOverlay',
    SCRIPT,
    'an element of its own, closed by a click; how dark it is, is an assumption',
  ],
  ['get_pipeline_id', SCRIPT, 'rejects while the widget was added to no pipeline as a lead source'],
  ['get_accounts_current', SCRIPT, 'its members directly and below account, as widgets read both'],
  ['get_current_card_contacts_data', SCRIPT],
  [
    'setSdkCatalogId',
    `${AMO}/integrations/catalogs_sdk`,
    'at once on the page; kept for the installation by the next Save, until it is disabled',
  ],
  ['listenSocketChannel', MECHANICS, 'messages come from POST /__emulator/socket'],
  ['openWidgetSettings', 'release note of 2026-09-09'],
  ['ns, init_once, helpers.Modal, callbacks', OBSERVED],
  [
    'constructor: prototype and params before its first line',
    SAMPLES,
    'an ES class is refused (switch classConstructors)',
  ],
  ['tools.request, register_widget', 'one guide, no other trace', undefined, 'missing'],
  [
    'add_call_notify, getTemplate, notifications',
    OBSERVED,
    'helpers that samples define themselves, not methods of the host',
    'missing',
  ],
]);

const GLOBALS = entryRows('Page globals', [
  ['APP, AMOCRM', `${KOMMO}/environment-variables`, 'one object'],
  [
    'APP.constant(account | user | managers | groups | task_types | user_rights)',
    OBSERVED,
    'shapes of published types; cf and predefined_cf have the fields of the account; a second argument sets one; unknown names by switch unknownConstant',
  ],
  [
    'APP.constant(card_id | card_element)',
    OBSERVED,
    'id, name, responsible user; of leads price, status, pipeline',
  ],
  ['APP.getBaseEntity, isCard, getWidgetsArea, lang_id', `${KOMMO}/environment-variables`],
  [
    'APP.data.current_card: id, element_type, main_user, model',
    `${AMO}/web_sdk/env_variables`,
    'the model has lead[NAME], lead[PRICE] … and CFV[id] as observed in public widgets, and follows fields of the form that bear these names; for contacts, companies and customers some names are assumptions',
  ],
  [
    'APP.data.current_card: linked_forms, form, changes, getPipelineId, save, reload',
    OBSERVED,
    'contacts and company of the card as models; save and reload only tell the log',
    'partly',
  ],
  [
    'APP.data.current_list',
    `${AMO}/web_sdk/env_variables`,
    'id, name, checked (also is_checked, as observed); names of the columns are assumptions',
  ],
  ['APP.data.current_view', `${AMO}/web_sdk/env_variables`],
  [
    'APP.notifications: show_message, show_message_error, show_notification',
    `${AMO}/notifications/adding_notifications`,
    'their text is HTML, their header is not',
  ],
  [
    'APP.notifications: add_error, add_call',
    `${AMO}/web_sdk/js_sdk`,
    'done, fail and always follow a request to an address of our own; a closed error stays away, the name of its cookie is our own; nothing reaches other channels',
    'partly',
  ],
  [
    'APP.addNotificationCallback',
    `${AMO}/notifications`,
    'called by POST /__emulator/notification',
  ],
  [
    'APP.sdk',
    `${AMO}/web_sdk/js_sdk`,
    'showUserStatus() all, ("online") ids, (id) a boolean; a list of ids is not documented; keeps the calling status; only the user of the page is online',
  ],
  [
    'APP.widgets.legal_handlers',
    CARD,
    'called by a field in the card of a company; their arguments are an assumption',
  ],
  ['APP.widgets.list, .system, .clear_cache', OBSERVED],
  ['APP.router.navigate', OBSERVED, 'an ordinary navigation'],
  ['page:changed, widget:<code>:installed', `${AMO}/web_sdk/init_once`],
  ['$, jQuery, _, Backbone, Twig, twig, require, define', OBSERVED],
]);

export const WIDGET_COVERAGE: CoverageRow[] = [...CALLBACKS, ...METHODS, ...GLOBALS];
