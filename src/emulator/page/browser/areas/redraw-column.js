// @ts-check
import { boot } from '../core/page.js';
import { drawnMarkup } from '../sdk/render.js';
import { call } from '../sdk/run.js';

/**
 * Lets the widget draw its column for the rows ticked now. The printed sample calls `list_selected()` in `render`, so
 * `render` runs again; `bind_actions` and `init` do not (https://www.amocrm.ru/developers/content/web_sdk/list). A block that
 * comes out the same is kept as it was, with what `bind_actions` bound to it.
 * @param {import('../types.d.ts').Widget} widget
 */
export async function redrawColumn(widget) {
  const before = block();
  await call(widget, 'render');
  const after = block();
  if (!before || !after || before === after) return;
  if (drawnMarkup.get(before) === drawnMarkup.get(after)) after.replaceWith(before);
}

function block() {
  return document.querySelector(`.card-widgets__widget-${CSS.escape(boot.widget?.code ?? '')}`);
}
