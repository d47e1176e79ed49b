/**
 * Everything the pages on notifications and on the JS SDK print, behind buttons in the settings
 * (https://www.amocrm.ru/developers/content/notifications/adding_notifications,
 * https://www.amocrm.ru/developers/content/integrations/js_sdk).
 */
define(['jquery'], ($) =>
  function Notices() {
    const said = [];
    const say = (word) => {
      said.push(word);
      $('.sample-notices__said').text(said.join(' '));
    };
    const notices = APP.notifications;

    const acts = {
      message: () =>
        notices.show_message({
          header: 'Connected',
          text: 'The line is up',
          date: 1534084500,
          icon: `${this.params.path}/images/logo_min.png`,
        }),
      call: () =>
        notices.add_call({
          text: 'A call from +1 202 555 0101',
          from: 'Carla Reyes',
          to: 'Ana Admin',
          duration: 65,
          element: { id: 601, type: 'contact' },
          link: 'https://example.com/recording.mp3',
        }),
      unknown_call: () =>
        notices.add_call({
          text: 'A call from +1 202 555 0199',
          from: '+1 202 555 0199',
          click_link: '/contacts/list/?phone=12025550199',
        }),
      error: () =>
        notices.add_error(
          {
            header: this.get_settings().widget_code,
            text: '<p>The line is down</p>',
            date: 1534085310,
          },
          { done: () => say('done'), fail: () => say('fail'), always: () => say('always') },
        ),
      people: () => {
        const own = APP.constant('user').id;
        say(JSON.stringify(Object.values(APP.sdk.showUserStatus())[0]));
        say(JSON.stringify(APP.sdk.showUserStatus('online')));
        say(JSON.stringify(APP.sdk.showUserStatus(own)));
        say(JSON.stringify(APP.sdk.showUserStatus(123456)));
      },
      busy: () => {
        APP.sdk.setCallingStatus(true);
        say(APP.sdk.getCallingStatus() ? 'in a call' : 'idle');
      },
    };

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($right) => {
        if ($right.find('.sample-notices').length > 0) return true;
        const buttons = Object.entries(acts).map(([name, act]) =>
          $('<button type="button">').text(name).on('click', act),
        );
        $right.append(
          $('<div class="sample-notices">').append(buttons, '<p class="sample-notices__said"></p>'),
        );
        return true;
      },
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
