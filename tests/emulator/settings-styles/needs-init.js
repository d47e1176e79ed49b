/** Draws what init prepared, and fails without it. */
define(['jquery'], ($) =>
  function NeedsInit() {
    let title;
    this.callbacks = {
      render: () => true,
      init: () => {
        title = 'prepared';
        return true;
      },
      bind_actions: () => true,
      settings: ($body) => {
        if ($body.find('.style-needs-init').length > 0) return true;
        $body
          .find('.widget_settings_block__descr')
          .append($('<p class="style-needs-init"></p>').text(title.toUpperCase()));
        return true;
      },
      onSave: () => title === 'prepared',
      destroy: () => {},
    };
    return this;
  });
