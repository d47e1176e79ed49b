/** A sample widget: one settings field of each kind, and a screen of its own kept in the custom field. */
define(['jquery'], ($) =>
  function AllFields() {
    var self = this;
    var code = self.get_settings().widget_code;

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($body) => {
        var $content = $body.find(`#${code}_custom_content`);
        var stored = readOptions();
        if ($content.find('.all-fields').length > 0) return true;
        var label = self.render(
          { ref: '/tmpl/controls/checkbox.twig' },
          { text: self.i18n('screen').compact, name: 'compact', checked: stored.compact },
        );
        $content.append(
          $('<div class="all-fields"></div>').append(
            $('<h2></h2>').text(self.langs.screen.title),
            label,
          ),
        );
        $content.on('change', 'input[name=compact]', function () {
          // A hidden input says nothing by itself: without the trigger Save stays disabled.
          $(`#${code}_custom`)
            .val(JSON.stringify({ compact: this.checked }))
            .trigger('change');
        });
        return true;
      },
      onInstall: () => {},
      onSave: (event) => {
        var $save = $('.js-widget-save');
        if (event.active === 'N') return true;
        if (event.fields.shop_name === 'closed') {
          $save.trigger('button:load:stop').trigger('button:save:error');
          return false;
        }
        if (event.fields.shop_name === 'plain') event.fields.options = 'a plain string';
        if (event.fields.shop_name === 'stay') $save.attr('data-onsave-destroy-modal', 'false');
        if (event.fields.shop_name === 'odd') return { saved: true };
        if (event.fields.shop_name === 'reject') {
          $save.trigger('button:save:error');
          return Promise.reject(new Error('the shop refused'));
        }
        if (event.fields.shop_name === 'later') {
          event.fields.api_key = 'changed by the widget';
          return Promise.resolve(true);
        }
        return true;
      },
      destroy: () => {},
    };

    function readOptions() {
      var text = self.params.options;
      return text ? JSON.parse(text) : { compact: false };
    }

    return this;
  });
