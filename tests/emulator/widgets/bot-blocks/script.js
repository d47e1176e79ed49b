/** A sample widget for the salesbot designer, after the vendor's printed ones, with their calls and shapes. */
define(['jquery', 'twigjs'], ($, twig) => {
  return function BotBlocks() {
    const request = ({ phone }) => {
      const data = { phone, user: '{{admin.login}}' };
      if (APP.getBaseEntity() === 'customers') data.customer = '{{customer.id}}';
      else data.lead = '{{lead.id}}';
      return [
        {
          question: [
            {
              handler: 'request',
              params: { url: 'https://example.com/sms', method: 'POST', json: false, data },
            },
            { handler: 'goto', params: { type: 'question', step: 1 } },
          ],
        },
        { question: [{ handler: 'exits', params: { value: 'success' } }] },
      ];
    };
    const question = (params) => [
      {
        question: [
          { type: 'text' },
          { values: $.map(params, (value) => value) },
          { accept_unsorted: 'false' },
        ],
        require: [],
      },
    ];

    const rowByReference = (caption) =>
      twig({ ref: '/tmpl/salesbot_designer/controls/widget_param.twig' }).render({
        caption,
        is_widget: true,
      });

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      salesbotDesignerSettings: ($body, renderRow, params) => {
        const useCatalog =
          $body.find('[data-field-name="invoice_catalog"][name = "value_manual"]').val() === 'true';
        const $switcher = $(renderRow())
          .append('Use the catalogue')
          .append(
            this.render(
              { ref: '/tmpl/controls/switcher.twig' },
              { checked: useCatalog, custom_class_name: 'switcher_blue', id: 'bot_blocks_catalog' },
            ),
          );
        $switcher.find('input').attr('aria-label', 'Use the catalogue');
        this.rows = [renderRow, rowByReference].map((draw) => draw('Paper & <b>ink</b>'));
        $body
          .find('div[data-field-name="phone"]')
          .replaceWith(
            $(renderRow('SMS')).append(
              $('<input class="text-input" name="phone" aria-label="Phone of the text">').val(
                params.params.params.params.phone,
              ),
            ),
          );
        if ($body.find('[data-field-name="text"]').length > 0) $body.append($switcher);
        return {
          exits: [
            { code: 'success', title: this.i18n('salesbot').success_callback_title },
            { code: 'fail', title: this.i18n('salesbot').fail_callback_title },
          ],
        };
      },
      onSalesbotDesignerSave: (code, params) =>
        JSON.stringify(code === 'handler_sms' ? request(params) : question(params)),
    };
    return this;
  };
});
