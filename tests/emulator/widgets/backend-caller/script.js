/** A sample widget that calls its own server: with the user's disposable token, and through Kommo's proxy. */
define(['jquery'], ($) => {
  return function BackendCaller() {
    this.callbacks = {
      render: () => {
        const href = `${this.params.path}/style.css?v=${this.get_version()}`;
        if ($(`link[href="${href}"]`).length === 0)
          $('head').append(`<link rel="stylesheet" href="${href}">`);
        return true;
      },
      init: () => true,
      bind_actions: () => true,
      settings: ($body) => {
        $body.find('.backend-caller').remove();
        const $screen = $('<div class="backend-caller"></div>').append(
          this.render(
            { ref: '/tmpl/controls/button.twig' },
            { text: this.langs.screen.call, class_name: 'js-call' },
          ),
          this.render(
            { ref: '/tmpl/controls/button.twig' },
            { text: this.langs.screen.post, class_name: 'js-post' },
          ),
          '<output class="backend-caller__answer"></output>',
        );
        $body.find('.widget_settings_block').append($screen);
        const say = (text) => $screen.find('.backend-caller__answer').text(text);
        const server = () => $body.find('input[name=backend]').val();
        $screen.on('click', '.js-call', () => {
          this.$authorizedAjax({ url: `${server()}/hello`, dataType: 'json' })
            .done((answer, _status, request) => say(`${request.status} ${answer.hello}`))
            .fail((request) => say(`failed ${request.status}`));
        });
        $screen.on('click', '.js-post', () => {
          this.crm_post(
            `${server()}/form`,
            { a: 1, b: ['x'] },
            (answer) => say(`posted ${answer.got}`),
            'json',
            (request) => say(`failed ${request.status}`),
          );
        });
        return true;
      },
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  };
});
