/** A sample widget for the digital pipeline, the salesbot designer and lead sources. CommonJS form of an AMD module. */
define((require) => {
  const $ = require('jquery');
  const _ = require('underscore');

  return function PipelineTools() {
    const code = this.get_settings().widget_code;
    const i18n = _.bind(this.i18n, this);

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($body, context) => {
        $body
          .find('.widget_settings_block__descr')
          .append($('<p class="pipeline-tools__context"></p>').text(JSON.stringify(context)));
        return true;
      },
      onSave: () => $.Deferred().resolve(true).promise(),
      destroy: () => {},
      dpSettings: () => {
        const $form = $(`.digital-pipeline__short-task_widget-style_${code}`)
          .parent()
          .parent()
          .find('[data-action=send_widget_hook]');
        const $input = $form.find('input[name=message]');
        const $area = $(
          this.render(
            { ref: '/tmpl/controls/textarea.twig' },
            { id: 'dp_message', value: $input.val() || 'Hello', placeholder: i18n('dp.message') },
          ),
        );
        $area.on('change', () => $input.val($area.val()).trigger('change'));
        $form.find(`[title^=${i18n('dp.message').split(' ')[0]}]`).hide();
        $input.val($area.val()).hide().after($area);
        return true;
      },
      onAddAsSource: (pipelineId) => {
        $('.pipeline__sources').append(
          $('<p class="pipeline-tools__said"></p>').text(`added to ${pipelineId}`),
        );
      },
      salesbotDesignerSettings: ($body, renderRow, params) => {
        const $said = $('<p class="pipeline-tools__said"></p>').text(`subject ${params.subject}`);
        $body.append($(renderRow(i18n('salesbot.note'))).append($said));
        return {
          exits: [
            { code: 'sent', title: i18n('salesbot.sent') },
            { code: 'failed', title: i18n('salesbot.failed') },
          ],
        };
      },
      onSalesbotDesignerSave: (handler, params) =>
        JSON.stringify([
          {
            question: [
              {
                handler: 'widget_request',
                params: { url: 'https://example.com/bot', data: { handler, ...params } },
              },
            ],
          },
        ]),
    };
    return this;
  };
});
