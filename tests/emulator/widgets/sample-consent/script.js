/**
 * Asks for a consent of its own by a required custom field, which stays empty until the user agrees, and reports errors
 * (https://www.amocrm.ru/developers/content/integrations/script_js, consent to the transfer of data).
 */
define(['jquery'], ($) =>
  function Consent() {
    const bind = ($right) => {
      const $field = $right.find('input[name="consent"]').val('');
      const $error = $('.sample-consent__error');
      $right.find('input[name="sample_consent"]').on('change', (event) => {
        const isAgreed = $(event.currentTarget).prop('checked');
        $field.val(isAgreed ? '1' : '');
        if (isAgreed) $error.addClass('hidden');
      });
      $('button.js-widget-install').on('click', () => {
        if ($field.val() === '') $error.removeClass('hidden');
      });
    };

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($right) => {
        this.render(
          {
            href: '/templates/consent.twig',
            base_path: this.params.path,
            load: (template) => {
              $right.find('.widget_settings_block').append(template.render({}));
              bind($right);
              $('.sample-consent__report').on('click', () => this.set_status('error'));
            },
          },
          {},
        );
        return true;
      },
      onSave: () => true,
      destroy: () => true,
    };
    return this;
  });
