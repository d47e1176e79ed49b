// @ts-check
/**
 * What Kommo's mobile application shows of a widget in a card (location `mobile_card`): its logo on the manifest's colour, and
 * `mobile.frame_url` in a frame. No script of the widget runs there.
 */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { drawShell } from '../shell/shell.js';

export function drawMobileCard() {
  const { entity, mobile, widget } = boot;
  const name = manifestText(chooseTexts().texts, widget?.manifest?.widget.name);
  const shown = mobile
    ? [
        h('div', { class: 'mobile__widget', style: `background:${mobile.color}` }, [
          h('img', {
            src: `${widget?.folder}/images/logo_small.png`,
            alt: name,
            width: 54,
            height: 54,
          }),
        ]),
        h('iframe', { class: 'mobile__frame js-mobile-frame', src: mobile.address, title: name }),
      ]
    : [h('p', {}, text('noMobile'))];
  drawShell(entity?.name ?? '').append(
    h('section', { class: 'mobile', 'aria-label': text('mobile') }, shown),
  );
}
