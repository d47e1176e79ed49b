/**
 * A widget that is initialised once for all pages, hears of their changes and of notifications, and puts its own things away
 * (https://www.amocrm.ru/developers/content/web_sdk/init_once,
 * https://www.amocrm.ru/developers/content/notifications/js-subscribe).
 */
define(['jquery'], ($) =>
  function Telephone() {
    let pages = 0;

    this.callbacks = {
      render: () => true,
      init: () => {
        APP.addNotificationCallback(this.get_settings().widget_code, (entry) =>
          $('body').attr('data-sample-once-heard', entry.body.title),
        );
        $(document).on('page:changed', () => {
          pages += 1;
          $('body').attr('data-sample-once-pages', pages);
        });
        return true;
      },
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
