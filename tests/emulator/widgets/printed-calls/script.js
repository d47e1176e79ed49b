/**
 * A sample widget whose texts all have markup in them, and through which the tests make the calls that the vendor's pages
 * print.
 */
define(['jquery', 'underscore', 'lib/components/base/modal'], ($, _, Modal) => {
  return function PrintedCalls() {
    const element = { id: 11, sku: 'E-1', name: 'An <i>element</i>', price: 1, quantity: 1 };
    this.Modal = Modal;
    this.callbacks = {
      render: () => true,
      init: () => {
        this.add_action('phone', _.noop);
        this.add_source('custom', _.noop, 'A <i>source</i>');
        return true;
      },
      bind_actions: () => true,
      settings: () => true,
      dpSettings: () => {},
      advancedSettings: () => $('#list_page_holder').html('An own page'),
      initMenuPage: () => {},
      calendarSync: () => ({
        name: 'To <i>sync</i>',
        description: 'Some <i>tasks</i>',
        enabled: Promise.reject('It <i>failed</i>'),
      }),
      salesbotDesignerSettings: () => ({
        exits: [{ code: 'said', title: this.i18n('salesbot').exit }],
      }),
      onSalesbotDesignerSave: () => JSON.stringify([]),
      loadPreloadedData: () => Promise.resolve([element]),
      loadElements: () => Promise.resolve([element]),
      linkCard: () => Promise.resolve(),
      searchDataInCard: () => Promise.resolve([element]),
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  };
});
