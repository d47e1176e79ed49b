/**
 * A trigger whose field becomes a text area, and the pipeline of a lead source
 * (https://developers.kommo.com/docs/widgets-dp, https://developers.kommo.com/docs/script-js).
 */
define(['jquery'], ($) =>
  function Messages() {
    const tell = (pipeline) => $('body').attr('data-sample-pipeline', pipeline);

    this.callbacks = {
      render: () => true,
      init: () => {
        this.get_pipeline_id()
          .then((id) => tell(id))
          .catch(() => tell('none'));
        return true;
      },
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      dpSettings: () => {
        const { message } = this.i18n('settings');
        const $dialog = $(
          `.digital-pipeline__short-task_widget-style_${this.get_settings().widget_code}`,
        )
          .parent()
          .parent()
          .find('[data-action=send_widget_hook]');
        const $label = $dialog.find(`[title^=${message.split(' ')[0]}]`);
        const $input = $dialog.find('input[name=message]');
        const area = this.render(
          { ref: '/tmpl/controls/textarea.twig' },
          {
            id: 'sample_pipeline_message',
            style: { width: '396px', 'margin-top': '5px' },
            value: $input.val(),
            placeholder: message,
          },
        );
        $label.hide().after(message);
        $input.hide().after(area);
        $('#sample_pipeline_message').on('change', (event) =>
          $input.val($(event.target).val()).trigger('change'),
        );
        return true;
      },
      onAddAsSource: (_pipelineId) => {},
    };
    return this;
  });
