// @ts-check
/**
 * Which texts of a widget the host shows as HTML, and which as they are written. Decided for each text by a source; a text
 * that no source shows with markup is shown as text, because that is what a template does unless it was told otherwise.
 *
 * Markup is parsed, never run: a `<script>` in a text does nothing, as no source shows Kommo running one, while handlers
 * in attributes work as on any page - the widget's own script has the whole page anyway.
 */
import { fragment } from './dom.js';

const AMO = 'https://www.amocrm.ru/developers/content';
const KOMMO = 'https://developers.kommo.com/docs';
const PLAIN = 'only plain texts are printed and seen';

/** @typedef {{ as: 'html' | 'text', source: string }} Decision */

/** @satisfies {Record<string, Decision>} */
export const WIDGET_STRINGS = {
  'widget.description': { as: 'html', source: `${KOMMO}/manifest-json` },
  'widget.tour_description': { as: 'html', source: 'texts of public widgets have markup' },
  'widget.name': { as: 'text', source: PLAIN },
  'widget.short_description': { as: 'text', source: PLAIN },
  'widget.call_action': { as: 'text', source: `${AMO}/web_sdk/card: a label` },
  'settings.<field>.name': { as: 'text', source: `${AMO}/integrations/fields: a label` },
  'advanced.title': { as: 'text', source: `${AMO}/web_sdk/settings: an item of the menu` },
  'left_menu.<item>.title': { as: 'text', source: `${AMO}/web_sdk/left_menu: an item of the menu` },
  'dp.title, dp.settings.<field>.name': { as: 'text', source: PLAIN },
  'salesbot_designer.<handler>.name and its exits': { as: 'text', source: PLAIN },
  'add_source: name': { as: 'text', source: `${AMO}/web_sdk/card: a label` },
  'calendarSync: name, description, error': { as: 'text', source: PLAIN },
  'card_sdk: elements': { as: 'text', source: `${AMO}/web_sdk/card: names of goods` },
  'notification: text': {
    as: 'html',
    source: `${AMO}/web_sdk/js_sdk, ${AMO}/telephony/capabilities-2`,
  },
  'notification: header, from, to': {
    as: 'text',
    source: `${AMO}/web_sdk/js_sdk: the widget's name`,
  },
  'modal: showSuccess, showError': { as: 'text', source: `${AMO}/integrations/script_js: plain` },
  'confirm: header, text, buttons': { as: 'text', source: PLAIN },
  'control: text, label, option, value': { as: 'html', source: `${KOMMO}/system-templates` },
};

/**
 * A text of the widget as the host puts it into the page.
 * @param {keyof typeof WIDGET_STRINGS} name
 * @param {string} value
 * @returns {Node | string}
 */
export function widgetString(name, value) {
  return WIDGET_STRINGS[name].as === 'html' ? fragment(value) : value;
}
