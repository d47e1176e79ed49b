/** A sample widget that lives on every page and has one of its own in the left menu. Bundled as UMD. */
((root, factory) => {
  if (typeof define === 'function' && define.amd) define(['jquery'], factory);
  else root.MenuGuest = factory(root.jQuery);
})(this, ($) => {
  return function MenuGuest() {
    let visits = 0;
    this.callbacks = {
      render: () => true,
      init: () => {
        $(document).on(`page:changed${this.ns}`, () => {
          visits += 1;
          $('#page').attr('data-menu-guest-visits', visits);
        });
        APP.addNotificationCallback(this.params.widget_code, (entry) => {
          $('#page').attr('data-menu-guest-notified', entry.text);
        });
        this.stopListening = this.listenSocketChannel('calls', ['number'], (message) => {
          APP.notifications.add_call({ from: message.number, to: 'Menu Guest' });
        });
        return true;
      },
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      initMenuPage: ({ location, item_code, subitem_code }) => {
        const $area = $(`#work-area-${this.params.widget_code}`);
        $area.text([location, item_code, subitem_code].join(' '));
        const $button = $(
          '<button type="button" class="button-input js-menu-guest-settings">Settings</button>',
        );
        $button.on('click', () =>
          this.openWidgetSettings({ onClose: () => $area.attr('data-settings', 'closed') }),
        );
        $area.append($button);
        APP.notifications.show_message({ header: 'Menu Guest', text: 'The page is drawn' });
      },
    };
    return this;
  };
});
