/**
 * A tab of goods in a card. Its server answers through the host
 * (https://www.amocrm.ru/developers/content/integrations/sdk_card).
 */
define(['underscore'], (_) =>
  function Goods() {
    const ask = (path, data) =>
      new Promise(
        _.bind((resolve) => {
          this.crm_post(`${this.get_settings().server}${path}`, data, resolve, 'json');
        }, this),
      );

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      loadPreloadedData: () => ask('/goods', {}),
      loadElements: (type, id) => ask(`/linked?type=${type.type}&entity_id=${id}`, {}),
      linkCard: (links) => {
        void ask('/link', links);
        return Promise.resolve();
      },
      searchDataInCard: (query, type, id) => ask('/search', { query, type, id }),
    };
    return this;
  });
