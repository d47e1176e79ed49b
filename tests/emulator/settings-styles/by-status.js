/** Shows its fields only while the settings were never saved, and another note in every state. */
define(['jquery'], ($) =>
  function ByStatus() {
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($body) => {
        const { status } = this.get_settings();
        const $form = $body.find('#widget_settings__fields_wrapper');
        $form.before($('<p class="style-by-status"></p>').text(`state: ${status}`));
        if (status === 'install')
          $form.find('.widget_settings_block__item_field, .js-widget-save').hide();
        return true;
      },
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
