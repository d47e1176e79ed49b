/**
 * A custom field with a control of its own, the context a lead source opens the settings with, and an own page
 * (https://www.amocrm.ru/developers/content/web_sdk/settings,
 * https://www.amocrm.ru/developers/content/integrations/custom_settings).
 */
define(['jquery'], ($) =>
  function OwnSettings() {
    const draw = ($right, context) => {
      const { widget_code: code } = this.get_settings();
      const $hidden = $right.find(`#${code}_custom`);
      const stored = $hidden.val() === '' ? {} : JSON.parse($hidden.val());
      const $colour = $('<input type="text" aria-label="Colour">').val(stored.colour ?? '');
      $colour.on('input', () => {
        $hidden.val(JSON.stringify({ colour: $colour.val() }));
        $right.find('input[name="look"]').trigger('change');
      });
      $right.find(`#${code}_custom_content`).empty().append($colour);
      $('body').attr('data-sample-settings-context', JSON.stringify(context));
    };

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: draw,
      onSave: () => Promise.resolve(true),
      onAddAsSource: () => {},
      destroy: () => {},
      advancedSettings: () => {
        $('#list_page_holder').html('<p class="sample-settings__page">All colours</p>');
      },
    };
    return this;
  });
