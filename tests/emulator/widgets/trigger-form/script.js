/** A sample widget whose trigger has a text area and a check box in the place of Kommo's inputs, after a printed sample. */
define(['jquery'], ($) => {
  return function TriggerForm() {
    const lang = () => this.i18n('dp.settings');

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      dpSettings: () => {
        const $fields = $('#widget_settings__fields_wrapper').find(
          '.widget_settings_block__input_field',
        );
        const $first = $fields.first();
        $first.html(
          `<textarea name="message" id="message" class="text-input text-input-textarea" aria-label="${lang().message.name}">${$first.find('input').val()}</textarea>`,
        );
        const $last = $fields.last();
        const isOn = $last.find('input').val() === '1';
        $last.siblings().html('');
        $last.html(
          '<label class="control-checkbox"><input type="checkbox" name="only_main" value="1"> ' +
            `<span class="control-checkbox__note-text">${lang().only_main.name}</span></label>`,
        );
        $last.find('input').prop('checked', isOn);
        $('.digital-pipeline__edit-forms').on('click', '.js-trigger-save', () => {
          if ($first.find('textarea').val() !== 'hold') return true;
          $('.digital-pipeline__edit-footer').append('<p class="trigger-form__held">held back</p>');
          return false;
        });
        return true;
      },
    };
    return this;
  };
});
