/** A form of its own in the place of the custom field, which keeps it as JSON. */
define(['jquery'], ($) =>
  function CustomContent() {
    const code = this.get_settings().widget_code;
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($body) => {
        const stored = this.params.options ? JSON.parse(this.params.options) : {};
        const $input = $('<input class="style-custom" aria-label="Colour">').val(
          stored.colour ?? '',
        );
        $input.on('input', () => {
          $body
            .find(`#${code}_custom`)
            .val(JSON.stringify({ colour: $input.val() }))
            .trigger('change');
        });
        $body.find(`#${code}_custom_content`).append($input);
        return true;
      },
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
