/** A sample widget whose manifest names the location `everywhere` and no other. */
define(['jquery'], ($) =>
  function EverywhereGuest() {
    this.callbacks = {
      render: () => true,
      init: () => {
        $('html').attr('data-everywhere-guest', this.system().area);
        return true;
      },
      bind_actions: () => true,
      settings: ($body) => {
        $body
          .find('.widget_settings_block__descr')
          .append('<p class="everywhere-guest__note">drawn by the widget</p>');
        return true;
      },
      onSave: (event) => {
        event.fields.greeting = `${event.fields.greeting}, checked by the widget`;
        return true;
      },
      destroy: () => $('html').removeAttr('data-everywhere-guest'),
      advancedSettings: () => $('#list_page_holder').html('drawn by the widget'),
    };

    return this;
  });
