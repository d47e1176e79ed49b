/**
 * Pages behind an item in the left menu and under Stats
 * (https://www.amocrm.ru/developers/content/web_sdk/left_menu).
 */
define(['jquery', 'underscore'], ($, _) =>
  function Realty() {
    const show = (text) => $(`#work-area-${this.get_settings().widget_code}`).html(text);

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      initMenuPage: _.bind((params) => {
        switch (params.location) {
          case 'stats':
            show(`Stats: ${params.subitem_code}`);
            break;
          case 'widget_page':
            show(`${params.item_code}: ${params.subitem_code ?? 'nothing chosen'}`);
            break;
        }
      }, this),
    };
    return this;
  });
