// @ts-check
/** The settings modal: the class names and attributes that real widgets select by, in their documented order. */
import { h, icon } from '../core/dom.js';
import { switchValue } from '../core/page.js';
import { text } from '../core/texts.js';
import { widgetString } from '../core/widget-strings.js';
import { kommoButton } from '../sdk/button.js';
import { chooseTexts, fillTags, manifestText } from '../sdk/i18n.js';
import { fieldRows } from './field-rows.js';
import { integrationTabs } from './integration-tabs.js';

/** @typedef {import('../types.d.ts').WidgetBoot} WidgetBoot */

/**
 * @param {WidgetBoot} widget
 * @returns {HTMLElement}
 */
export function settingsModal(widget) {
  const name =
    manifestText(chooseTexts().texts, widget.manifest?.widget?.name) || widget.integration.name;
  return h('div', { class: `modal modal-list widget-settings__modal ${widget.code}` }, [
    h('div', { class: 'modal-scroller custom-scroll' }, [
      h(
        'div',
        {
          class: 'modal-body modal-body-relative',
          role: 'dialog',
          'aria-label': name,
          tabindex: '-1',
        },
        [
          h(
            'button',
            {
              type: 'button',
              class: 'modal__close modal-body__close',
              'aria-label': text('close'),
            },
            [h('span', { class: 'icon icon-modal-close' }, icon('M6 6l12 12M18 6L6 18', 18))],
          ),
          h('div', { class: 'widget-settings' }, [
            baseSpace(widget, name),
            h('div', { class: 'widget-settings__wrap-desc-space' }, [
              ...(isOwn(widget) ? integrationTabs(widget) : []),
              descSpace(widget),
            ]),
          ]),
        ],
      ),
    ]),
    h('div', { class: 'default-overlay modal-overlay modal-overlay_white hidden' }, [
      h('span', { class: 'modal-overlay__spinner spinner-icon' }),
    ]),
  ]);
}

/** @param {WidgetBoot} widget */
function isOwn(widget) {
  return widget.integration.isOwn && switchValue('integrationKind') !== 'marketplace';
}

/**
 * @param {WidgetBoot} widget
 * @param {string} name
 */
function baseSpace(widget, name) {
  const short = manifestText(chooseTexts().texts, widget.manifest?.widget?.short_description);
  const support = widget.manifest?.widget?.support;
  const link = support?.link ?? (support?.email ? `mailto:${support.email}` : '');
  return h('div', { class: 'widget-settings__base-space' }, [
    h('div', { class: 'widget_main_info' }, [
      h('div', { class: 'widget_settings_block__img' }, [
        h('img', {
          src: `${widget.folder}/images/logo_main.png`,
          alt: '',
          width: 400,
          height: 272,
        }),
      ]),
      h('div', { class: 'widget_settings_block__head' }, [
        h('div', { class: 'widget_settings_block__title h-text-overflow' }, name),
        h('div', { class: 'widget_settings_block__head-desc' }, short),
      ]),
    ]),
    h('div', { class: 'widget-settings__command-plate' }),
    h('hr', { class: 'widget_settings_block__separator' }),
    h('div', { class: 'widget-settings__additional-block' }, [
      link &&
        h(
          'a',
          { class: 'widget-settings__support-link', href: link, target: '_blank' },
          text('feedback'),
        ),
      h(
        'p',
        { class: 'widget-settings__version' },
        `v${widget.manifest?.widget?.version ?? '1.0.0'}`,
      ),
    ]),
  ]);
}

/**
 * Install behind the consent tick, or the state with Uninstall.
 * @param {WidgetBoot} widget
 * @returns {Node[]}
 */
export function commandPlate(widget) {
  const isInstalled = widget.install.status !== 'install';
  const state = h(
    'div',
    { class: `widget-state widget-state_status_${isInstalled ? 'installed' : 'install'}` },
    h('span', { class: 'widget-state__name' }, text(isInstalled ? 'installed' : 'notInstalled')),
  );
  if (isInstalled) {
    return [
      state,
      h('div', { class: 'widget_settings_block__controls_top' }, [
        kommoButton('button-cancel js-widget-uninstall', text('disable'), {
          id: widget.code,
          'data-id': widget.install.id,
        }),
      ]),
    ];
  }
  const tick = h('input', {
    type: 'checkbox',
    id: 'widget_install_consent',
    class: 'js-widget-consent',
  });
  return [
    state,
    h('label', { class: 'widget-settings__consent', for: 'widget_install_consent' }, [
      tick,
      h('span', {}, text('consent')),
    ]),
    h('div', {}, [
      kommoButton(
        'js-widget-install button-input_blue install-widget__button button-input-disabled',
        text('install'),
        {
          id: widget.code,
          'data-id': widget.install.id,
          'aria-disabled': 'true',
        },
      ),
    ]),
  ];
}

/** @param {WidgetBoot} widget */
export function descSpace(widget) {
  const texts = chooseTexts().texts;
  const description = h(
    'div',
    { class: 'widget_settings_block__descr' },
    widgetString(
      'widget.description',
      fillTags(manifestText(texts, widget.manifest?.widget?.description)),
    ),
  );
  const expander = h('div', { class: 'widget-settings-block__desc-expander hidden' }, [
    h('button', { type: 'button', class: 'js-widget-settings-desc-expander' }, text('showMore')),
  ]);
  const fields = h('div', {
    id: 'widget_settings__fields_wrapper',
    class: 'widget_settings_block__fields',
  });
  if (widget.manifest?.widget?.installation !== false) {
    fields.append(
      ...fieldRows(widget, widget.manifest?.settings ?? {}, widget.install.fields),
      saveRow(widget),
      switcher(widget),
    );
  }
  return h('div', { class: 'widget-settings__desc-space' }, [
    h('div', { class: 'widget_settings_block' }, [
      tour(widget),
      description,
      expander,
      decoys(),
      fields,
    ]),
  ]);
}

/** @param {WidgetBoot} widget */
function tour(widget) {
  const images = widget.manifest?.tour?.tour_images;
  const slides = images?.[chooseTexts().language] ?? images?.en ?? [];
  if (widget.install.status !== 'install' || slides.length === 0) return null;
  const texts = chooseTexts().texts;
  return h('div', { class: 'widget-settings__tour' }, [
    ...slides.slice(0, 1).map((path) =>
      h('img', {
        class: 'widget-settings__tour-image',
        src: `${widget.folder}/${path.replace(/^\//, '')}`,
        alt: '',
      }),
    ),
    h(
      'div',
      { class: 'widget-settings__tour-text' },
      widgetString(
        'widget.tour_description',
        manifestText(texts, widget.manifest?.tour?.tour_description),
      ),
    ),
  ]);
}

/** Two hidden inputs that catch the browser's autofill. */
function decoys() {
  return h('div', { style: 'display:none' }, [
    h('input', { type: 'text' }),
    h('input', { type: 'password', name: 'password' }),
  ]);
}

/** @param {WidgetBoot} widget */
function saveRow(widget) {
  const save = kommoButton('js-widget-save button-input-disabled', text('save'), {
    id: `save_${widget.code}`,
    'data-id': widget.install.id,
    'data-onsave-destroy-modal': 'true',
    'aria-disabled': 'true',
  });
  return h(
    'div',
    { class: 'widget_settings_block__controls widget_settings_block__controls_top' },
    save,
  );
}

/** The switch of older interfaces; hidden, but there for widgets that read it. @param {WidgetBoot} widget */
function switcher(widget) {
  const isOn = widget.install.status !== 'install';
  return h('div', { class: 'switcher_wrapper hidden' }, [
    h('label', {
      class: `switcher switcher__${isOn ? 'on' : 'off'} switcher_blue widget-settings__switcher`,
      for: 'widget_active__sw',
    }),
    h('input', {
      type: 'checkbox',
      id: 'widget_active__sw',
      class: `switcher__checkbox${isOn ? '' : ' js-widget-install'}`,
      name: 'widget_active',
      value: 'Y',
      checked: isOn,
    }),
  ]);
}
