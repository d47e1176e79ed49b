/**
 * Takes over the elements of one list; the administrator names it in the settings, and Save claims it
 * (https://www.amocrm.ru/developers/content/integrations/catalogs_sdk).
 */
define(['jquery', 'underscore', 'lib/components/base/modal'], ($, _, Modal) =>
  function OwnElements() {
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => true,
      onSave: _.bind(function () {
        this.setSdkCatalogId(this.get_settings().catalog_id);
        return true;
      }, this),
      destroy: () => {},
      loadCatalogElement: (element) =>
        new Modal({
          class_name: 'sample-catalog',
          init: ($body) => {
            $body
              .trigger('modal:loaded')
              .html($('<h2>').text(`Element ${element.id}`))
              .trigger('modal:centrify');
          },
        }),
    };
    return this;
  });
