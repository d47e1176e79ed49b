// @ts-check
/** A widget's own page under Settings (location `advanced_settings`, callback `advancedSettings`). */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { call } from '../sdk/run.js';
import { drawShell } from '../shell/shell.js';

export function drawAdvanced() {
  const widget = boot.widget;
  const texts = chooseTexts().texts;
  const title = manifestText(texts, widget?.manifest?.advanced?.title) || text('settings');
  // Widgets draw into one of three elements; all exist, one inside the other. Their Save and Cancel go into the page's head.
  drawShell(title).append(
    h(
      'div',
      { id: 'list_page_holder', class: 'list-widget' },
      h('div', { id: `work-area-${widget?.code ?? ''}` }),
    ),
  );
}

/** @param {import('../types.d.ts').Widget | undefined} widget */
export async function runAdvanced(widget) {
  if (widget) await call(widget, 'advancedSettings');
}
