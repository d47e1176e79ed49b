/**
 * Two steps of a bot: one whose row the widget draws itself, one with a switcher read from a stored value
 * (https://www.amocrm.ru/developers/content/integrations/salesbot_widget,
 * https://www.amocrm.ru/developers/content/web_sdk/salesbot-2).
 */
define(['jquery'], ($) =>
  function BotSteps() {
    const drawPhone = ($body, renderRow) => {
      $body
        .find('[data-field-name="phone"]')
        .replaceWith(
          $(renderRow('Phone')).append('<b class="sample-salesbot__own">typed later</b>'),
        );
    };

    const drawSwitcher = ($body, renderRow) => {
      const isOn = $body.find('[data-field-name="catalog"][name="value_manual"]').val() === 'true';
      const switcher = this.render(
        { ref: '/tmpl/controls/switcher.twig' },
        { checked: isOn, custom_class_name: 'switcher_blue', id: 'sample_salesbot_catalog' },
      );
      $body.append($(renderRow()).append(this.i18n('salesbot').catalog).append(switcher));
    };

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      salesbotDesignerSettings: ($body, renderRow, _params) => {
        drawPhone($body, renderRow);
        if ($body.find('[data-field-name="catalog"]').length > 0) drawSwitcher($body, renderRow);
        const { sent, failed } = this.i18n('salesbot');
        return {
          exits: [
            { code: 'success', title: sent },
            { code: 'fail', title: failed },
          ],
        };
      },
      onSalesbotDesignerSave: (handler, params) => {
        const isCustomer = APP.getBaseEntity() === 'customers';
        const data = { ...params, handler, entity: isCustomer ? '{{customer.id}}' : '{{lead.id}}' };
        return JSON.stringify([
          {
            question: [
              { handler: 'widget_request', params: { url: 'https://example.com/bot', data } },
              { handler: 'goto', params: { type: 'question', step: 1 } },
            ],
          },
          { question: [{ handler: 'exits', params: { value: 'fail' } }] },
        ]);
      },
    };
    return this;
  });
