/** A sample widget that does what Kommo's moderation refuses. The emulator has to notice all of it. */
define(['jquery'], ($) => {
  return function RuleBreaker() {
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => {
        $('head').append(
          '<style>button { color: inherit; } .button-input { margin: 0; } .rule-breaker a { color: red; }</style>',
        );
        const script = document.createElement('script');
        script.src = `${this.params.path}/extra.js`;
        document.head.append(script);
        $.ajax({ url: `${this.params.path}/manifest.json`, async: false });
        console.log('settings are open');
        const { alert: say } = window;
        say('Hello');
        $('.js-widget-save').trigger('button:save:enable').trigger('click');
        return true;
      },
      onSave: () => 'saved',
      destroy: () => {},
    };
    return this;
  };
});
