/** A tick that must be set before the integration works: a template added to the block and kept in a field. */
define([], () =>
  function Offer() {
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($body) => {
        const markup = this.render(
          {
            data: '<label class="style-offer"><input type="checkbox" class="style-offer__tick"> {{ text }}</label>',
          },
          { text: 'I accept the offer' },
        );
        const $note = $body.find('input[name=note]');
        $body.find('.widget_settings_block').append(markup);
        $body
          .find('.style-offer__tick')
          .prop('checked', $note.val() === 'accepted')
          .on('change', (event) => {
            $note.val(event.currentTarget.checked ? 'accepted' : '').trigger('change');
          });
        return true;
      },
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
