/**
 * Hides Kommo's own block and mounts an application beside it, found in the document: as the vendor's generator does. Kommo's
 * Save is pressed by the application, and leaves the modal open.
 */
define(['jquery'], ($) =>
  function Mount() {
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($body) => {
        const $save = $body.find('.js-widget-save').removeAttr('data-onsave-destroy-modal');
        $body.find('.widget_settings_block').hide();
        const place = document.createElement('div');
        place.className = 'style-mount';
        const $input = $('<input class="style-mount__note" aria-label="Note">').val(
          this.params.note ?? '',
        );
        const $button = $('<button type="button" class="style-mount__save">Keep</button>');
        $button.on('click', () => {
          $body.find('[name=note]').val($input.val()).trigger('change');
          $save.trigger('click');
        });
        $(place).append($input, $button);
        document.querySelector('.widget-settings__desc-space')?.appendChild(place);
        return true;
      },
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
