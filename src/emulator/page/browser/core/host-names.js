// @ts-check

/** Beginnings of names that only the host page gives out. */
const HOST = [
  'card-fields',
  'card-widgets',
  'card-entity-form',
  'card-holder',
  'card-feed',
  'card-leads',
  'card-top-name',
  'card_',
  'contacts_list',
  'content__',
  'digital-pipeline',
  'edit_card',
  'linked-form',
  'list__',
  'list_page_holder',
  'list_multiple_actions',
  'list-multiple-actions',
  'list-row',
  'list-top-nav',
  'nav__',
  'nav_menu',
  'page_holder',
  'pipeline_',
  'salesbot-designer',
  'task-edit',
  'todo-',
  'view-integration-modal',
  'widget-settings',
  'widget-state',
  'widget_settings',
  'widgets_block',
  'work-area-',
  'work_area',
];

/** Beginnings that widgets use for names of their own, too. */
const SHARED = ['card-', 'control-', 'control--', 'feed-', 'js-', 'list-', 'modal-', 'notes-'];

/**
 * A selector's names that are the host's by their beginning, without the sign of class or id.
 * @param {string} selector
 * @param {string} widgetCode a shared beginning with it is a name of the widget
 */
export function hostNames(selector, widgetCode) {
  const startsAs = (/** @type {string[]} */ starts, /** @type {string} */ name) =>
    starts.some((start) => name.startsWith(start));
  return namesIn(selector).filter(
    (name) =>
      startsAs(HOST, name) ||
      (startsAs(SHARED, name) && !(widgetCode !== '' && name.includes(widgetCode))),
  );
}

/**
 * Every class and id in a selector.
 * @param {string} selector
 */
export function namesIn(selector) {
  return [...selector.matchAll(/[.#](-?[A-Za-z_][\w-]*)/g)].map(([, name = '']) => name);
}

/**
 * Classes and ids that a widget's file gives to markup of its own.
 * @param {string} source script or template
 * @returns {string[]}
 */
export function namesGivenIn(source) {
  const markup = source.matchAll(
    /(?:\bclass|\bid|class_?name)\w*\\?["']?\s*[=:]\s*\\?["'`]([^"'`\\]*)/gi,
  );
  const calls = source.matchAll(
    /(?:addClass|toggleClass|setAttribute\(\s*["'`](?:class|id)["'`],|classList\.(?:add|toggle))\(?\s*["'`]([^"'`]*)/g,
  );
  return [...markup, ...calls].flatMap(([, names = '']) => names.split(/\s+/).filter(Boolean));
}
