// @ts-check
/**
 * A page of the widget's own (location `widget_page`, callback `initMenuPage`): behind an item it adds to the left menu, or
 * under Kommo's Stats and Settings (https://www.amocrm.ru/developers/content/web_sdk/left_menu).
 */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { call } from '../sdk/run.js';
import { sortedSubmenu } from '../shell/left-menu.js';
import { drawShell } from '../shell/shell.js';

export function drawMenuPage() {
  const widget = boot.widget;
  const { location, itemCode, subitemCode } = boot.menuItem ?? {};
  const isOwn = location === 'widget_page';
  const item = widget?.manifest?.left_menu?.[(isOwn ? itemCode : location) ?? ''];
  const texts = chooseTexts().texts;
  const title = isOwn ? item?.title : item?.submenu?.[subitemCode ?? '']?.title;
  const holder = drawShell(manifestText(texts, title) || widget?.code || '');
  const submenu = isOwn ? sortedSubmenu(item) : [];
  if (submenu.length > 0) {
    const links = submenu.map(([code, { title }]) => {
      const isActive = code === subitemCode;
      const address = `/widget_page/${widget?.code}/${itemCode}/${code}/`;
      return h(
        'a',
        { href: address, 'aria-current': isActive ? 'page' : undefined, class: 'aside__link' },
        manifestText(texts, title),
      );
    });
    holder.append(h('nav', { class: 'aside', 'aria-label': 'Submenu' }, links));
  }
  holder.append(h('div', { id: `work-area-${widget?.code ?? ''}`, class: 'work-area' }));
}

/** @param {import('../types.d.ts').Widget | undefined} widget */
export async function runMenuPage(widget) {
  const item = boot.menuItem;
  if (!widget || !item) return;
  const { location, itemCode, subitemCode } = item;
  await call(widget, 'initMenuPage', [
    {
      location,
      ...(location === 'widget_page' && { item_code: itemCode }),
      subitem_code: subitemCode,
    },
  ]);
}
