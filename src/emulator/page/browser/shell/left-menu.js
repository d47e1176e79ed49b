// @ts-check
/** Kommo's left menu, and what a widget's manifest adds to it, hides in it, or puts under Stats and Settings. */
import { h, icon } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { declares } from '../sdk/situation.js';

/** @typedef {import('../types.d.ts').LeftMenuItem} LeftMenuItem */

/**
 * `code` is the name manifests use for the item (https://www.amocrm.ru/developers/content/web_sdk/left_menu).
 * @type {{ code: string, label: string, address: string, drawing: string }[]}
 */
const MENU = [
  {
    code: 'dashboard',
    label: 'dashboard',
    address: '/',
    drawing: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z',
  },
  {
    code: 'leads',
    label: 'leads',
    address: '/leads/list/',
    drawing:
      'M12 3v18M16 7.5C16 6 14.2 5 12 5S8 6 8 8s2 2.7 4 3 4 1.300 4 3.500S14.200 18 12 18s-4-1-4-3',
  },
  { code: 'chats', label: 'chats', address: '/chats/', drawing: 'M4 5h16v11H9l-5 4z' },
  {
    code: 'tasks',
    label: 'calendar',
    address: '/todo/list/',
    drawing: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4',
  },
  {
    code: 'catalogs',
    label: 'lists',
    address: '/contacts/list/',
    drawing: 'M9 6h11M9 12h11M9 18h11M4 6h1M4 12h1M4 18h1',
  },
  {
    code: 'mail',
    label: 'mail',
    address: '/leads/list/',
    drawing: 'M4 6h16v12H4zM4 7l8 6 8-6',
  },
  {
    code: 'stats',
    label: 'stats',
    address: '/leads/list/',
    drawing: 'M5 20V10M12 20V4M19 20v-7',
  },
  {
    code: 'settings',
    label: 'settings',
    address: '/settings/widgets/',
    drawing: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4',
  },
];

const SYSTEM_CODES = ['customers', ...MENU.map(({ code }) => code)];

/** The active menu item of each area. @type {Record<string, string>} */
const ACTIVE = {
  llist: 'leads',
  lcard: 'leads',
  digital_pipeline: 'leads',
  mobile_card: 'leads',
  tlist: 'tasks',
  tline: 'tasks',
  tcalendar: 'tasks',
  clist: 'catalogs',
  culist: 'catalogs',
  catalogs: 'catalogs',
  ccard: 'catalogs',
  comcard: 'catalogs',
  cucard: 'catalogs',
};

export function leftMenu() {
  const own = ofWidget();
  const list = h('ul', { class: 'nav__menu', id: 'nav_menu' });
  const active = activeCode();
  for (const { code, label, address, drawing } of MENU) {
    if (own[code]?.is_hidden && code !== 'settings') continue;
    const item = menuItem(text(label), address, icon(drawing, 22), code === active);
    item.dataset.code = code;
    list.append(item);
  }
  for (const [code, item] of Object.entries(own)) placeItem(list, code, item);
  placeAdvancedPage(list);
  const initials = boot.user.name
    .split(' ')
    .map((part) => part[0] ?? '')
    .join('')
    .slice(0, 2);
  return h('nav', { class: 'nav', id: 'left_menu', 'aria-label': 'Kommo' }, [
    h('div', { class: 'nav__user', title: boot.user.name }, initials),
    list,
    h('div', { class: 'nav__account' }, boot.account.subdomain),
  ]);
}

function activeCode() {
  if (boot.area !== 'widget_page') return ACTIVE[boot.area] ?? 'settings';
  const { location } = boot.menuItem ?? {};
  return location === 'widget_page' ? '' : location;
}

/** The manifest's `left_menu`, once the widget may show it. @returns {Record<string, LeftMenuItem>} */
function ofWidget() {
  const widget = boot.widget;
  if (widget?.install.status !== 'installed') return {};
  if (!declares('widget_page')) return {};
  return widget.manifest?.left_menu ?? {};
}

/**
 * The widget's page of advanced settings, under Settings: its title, with the widget's name beside it
 * (https://www.amocrm.ru/developers/content/web_sdk/settings).
 * @param {HTMLElement} list
 */
function placeAdvancedPage(list) {
  const widget = boot.widget;
  const { advanced, locations } = widget?.manifest ?? {};
  if (widget?.install.status !== 'installed' || !advanced?.title) return;
  if (!locations?.includes('advanced_settings')) return;
  const texts = chooseTexts().texts;
  const label = `${manifestText(texts, advanced.title)} (${manifestText(texts, widget.manifest?.widget.name)})`;
  const isActive = boot.area === 'advanced_settings';
  const node = menuItem(label, `/settings/advanced/${widget.code}/`, undefined, isActive);
  node.classList.add('nav__menu__item_sub');
  node.dataset.widgetCode = widget.code;
  list.querySelector('[data-code="settings"]')?.after(node);
}

/**
 * A widget's own item comes after the one it names, or last; a system item with a submenu leads to the widget's pages.
 * @param {HTMLElement} list
 * @param {string} code
 * @param {LeftMenuItem} item
 */
function placeItem(list, code, item) {
  const widget = boot.widget;
  if (!widget || item.is_hidden) return;
  const texts = chooseTexts().texts;
  const address = `/widget_page/${widget.code}/${code}/`;
  if (SYSTEM_CODES.includes(code)) {
    list
      .querySelector(`[data-code="${code}"]`)
      ?.after(...submenuItems(widget.code, code, item, texts));
    return;
  }
  if (!item.title) return;
  const picture = item.icon
    ? h('img', {
        src: `${widget.folder}/${item.icon.replace(/^\//, '')}`,
        alt: '',
        width: 22,
        height: 22,
      })
    : icon('M5 5h14v14H5z', 22);
  const isActive = boot.area === 'widget_page' && boot.menuItem?.itemCode === code;
  const node = menuItem(manifestText(texts, item.title), address, picture, isActive);
  node.dataset.widgetCode = widget.code;
  const before = item.sort?.after && list.querySelector(`[data-code="${item.sort.after}"]`);
  if (before) before.after(node);
  else list.append(node);
}

/**
 * Only Stats and Settings accept a widget's pages.
 * @param {string} widgetCode
 * @param {string} code
 * @param {LeftMenuItem} item
 * @param {import('../types.d.ts').Texts} texts
 */
function submenuItems(widgetCode, code, item, texts) {
  if (code !== 'stats' && code !== 'settings') return [];
  return sortedSubmenu(item).map(([subitem, { title }]) => {
    const isActive = boot.menuItem?.location === code && boot.menuItem.subitemCode === subitem;
    const node = menuItem(
      manifestText(texts, title),
      `/${code}/widget/${widgetCode}/${subitem}/`,
      undefined,
      isActive,
    );
    node.classList.add('nav__menu__item_sub');
    node.dataset.widgetCode = widgetCode;
    return node;
  });
}

/** @param {LeftMenuItem | undefined} item */
export function sortedSubmenu(item) {
  return Object.entries(item?.submenu ?? {}).sort(([, a], [, b]) => (a.sort ?? 0) - (b.sort ?? 0));
}

/**
 * @param {string} label
 * @param {string} address
 * @param {Node | undefined} picture
 * @param {boolean} isActive
 */
function menuItem(label, address, picture, isActive) {
  const link = h(
    'a',
    {
      class: 'nav__menu__item__link',
      href: address,
      'aria-current': isActive ? 'page' : undefined,
    },
    [
      picture && h('span', { class: 'nav__menu__item__icon' }, picture),
      h('span', { class: 'nav__menu__item__title' }, label),
    ],
  );
  return h('li', { class: `nav__menu__item${isActive ? ' nav__menu__item-selected' : ''}` }, link);
}
