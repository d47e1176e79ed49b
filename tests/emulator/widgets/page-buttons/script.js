/**
 * A sample widget that hangs on to the host's elements as published ones do: Save and Cancel in the head of its page, the
 * contacts of a card, a hidden control. It also looks for elements that are not there.
 */
define(['jquery', 'underscore', 'twigjs'], ($, _, twig) => {
  return function PageButtons() {
    const button = (name, text, className) =>
      $(twig({ ref: `/tmpl/controls/${name}.twig` }).render({ text, class_name: className }));
    const template = (name) =>
      this.render({
        href: `/templates/${name}.twig`,
        base_path: this.params.path,
        v: this.get_version(),
        promised: true,
      });

    this.callbacks = {
      render: () => true,
      init: () => {
        const people = $('#contacts_list form')
          .map((_at, form) => $(form).find('.js-linked-name-view').val())
          .get();
        if (people.length > 0)
          $('.linked-form__field_status').before(
            $('<p class="page-buttons__people"></p>').text(people),
          );
        $('.card-leads__quick-add').hide();
        $('.list__nowhere').hide();
        $('.list__nowhere').show();
        document.querySelector('.js-nowhere');
        document.getElementById('work_area_elsewhere');
        $('.js-page-buttons-own').addClass('page-buttons__mine');
        $('.page-buttons__nothing').remove();
        return true;
      },
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      advancedSettings: async () => {
        const code = this.get_settings().widget_code;
        const $save = button('button', 'Save', `button-input_blue js-button-save-${code}`);
        const $cancel = button('cancel_button', 'Cancel', `js-button-cancel-${code}`);
        $('.content__top__preset').css({ float: 'left' });
        $('.list__body-right__top')
          .css({ display: 'block' })
          .append('<div class="list__body-right__top__buttons"></div>');
        $('.list__body-right__top__buttons').css({ float: 'right' }).append($cancel).append($save);
        const page = await template('advanced_settings');
        $('#work_area')
          .find(`#work-area-${code}`)
          .append(page.render({ title: this.i18n('advanced').title }));
        $save.on('click', () =>
          $('#page_holder #work_area .content__top').attr('data-saved', 'yes'),
        );
      },
    };
    return this;
  };
});
