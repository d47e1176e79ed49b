/**
 * The right column by a template with values, a contact read out of its card, calls from phones, message sources
 * (https://www.amocrm.ru/developers/content/web_sdk/card).
 */
define(['jquery'], ($) =>
  function Card() {
    const valuesOf = (selector) =>
      $(selector)
        .toArray()
        .map((input) => $(input).val())
        .filter((value) => value !== '');

    const readContact = () => ({
      name: $('.card-top-name input').val(),
      phones: valuesOf('.card-cf-table-main-entity .phone_wrapper input[type=text]:visible'),
      emails: valuesOf('.card-cf-table-main-entity .email_wrapper input[type=text]:visible'),
    });

    this.callbacks = {
      render: () => {
        this.render_template(
          {
            caption: { class_name: 'sample-card__caption' },
            body: '',
            render:
              '<div class="sample-card">{{ count }} orders {% if is_new %}, one is new{% endif %}</div>',
          },
          { count: 10, is_new: true },
        );
        return true;
      },
      init: () => {
        if (this.system().area === 'ccard') {
          const { name, phones, emails } = readContact();
          $('.sample-card').text([name, ...phones, ...emails].join(' '));
        }
        this.add_action('phone', (data) => $('body').attr('data-sample-card-called', data.value));
        this.add_source(
          'sms',
          (params) =>
            new Promise((resolve, reject) => {
              const { subdomain } = this.system();
              const { widget_code } = this.get_settings();
              $.ajax({
                url: `/widgets/${subdomain}/loader/${widget_code}/send_sms`,
                method: 'POST',
                data: params,
                success: () => resolve(),
                error: () => reject(),
              });
            }),
        );
        this.add_source(
          'email',
          ($control) => {
            $control.append('<p class="sample-card__control">Write a letter</p>');
          },
          'Post',
        );
        return true;
      },
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
