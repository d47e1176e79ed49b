/**
 * A sample widget with the shapes of the vendor's pages: `selected` inside `leads`, `contacts` and `todo` (script_js), and
 * the list of own elements claimed in `onSave` (web_sdk/list).
 */
define(['jquery', 'underscore'], ($, _) =>
  function ListActions() {
    const say = (text) => {
      $('.list-actions__said').remove();
      $('<p class="list-actions__said"></p>').text(text).appendTo('#page_holder');
    };
    const tell = (kind) => say(`${kind} ${_.pluck(this.list_selected().selected, 'id').join(' ')}`);

    this.callbacks = {
      settings: () => {},
      init: () => true,
      bind_actions: () => true,
      render: () => true,
      destroy: () => {},
      contacts: {
        selected: () => tell('contacts'),
      },
      leads: {
        name: 'leads',
        selected: function () {
          tell(this.name);
        },
      },
      todo: {
        selected: () => tell('todo'),
      },
      onSave: _.bind(function (event) {
        if (event.active === 'Y') this.setSdkCatalogId(event.fields.catalog_id);
        return true;
      }, this),
      loadCatalogElement: (element) => say(`element ${element.id}`),
    };

    return this;
  });
