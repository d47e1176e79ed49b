/**
 * Every callback of the page on script.js in the nested form in which it prints them, a helper that loads templates, and
 * modules that share the settings
 * (https://www.amocrm.ru/developers/content/integrations/script_js).
 */
define(['jquery', './lib/store.js', './lib/complaint.js'], ($, store, complaint) =>
  function Skeleton() {
    const system = this.system();
    const code = this.get_settings().widget_code;

    store.keep(this.get_settings());

    this.getTemplate = (name, params, callback) =>
      this.render(
        { href: `/templates/${name}.twig`, base_path: this.params.path, load: callback },
        params,
      );

    this.callbacks = {
      settings: () => {
        this.getTemplate('greeting', {}, (template) => {
          $('.widget_settings_block').append(
            template.render({ widget_code: code, lang: this.i18n('settings') }),
          );
        });
      },
      init: () => {
        if (system.area === 'lcard' && store.kept().login) complaint.show();
        return true;
      },
      bind_actions: () => true,
      render: () => {
        if (system.area === 'lcard') {
          this.render_template({
            caption: { class_name: 'sample-skeleton__caption', html: '' },
            body: '',
            render: `<div class="sample-skeleton">Hello</div>
              <link rel="stylesheet" href="/widgets/${code}/style.css">`,
          });
        }
        return true;
      },
      dpSettings: () => {},
      advancedSettings: () => {},
      destroy: () => {},
      contacts: { selected: () => {} },
      leads: { selected: () => {} },
      todo: { selected: () => {} },
      onSalesbotDesignerSave: (_handler, _params) => JSON.stringify([{ question: [] }]),
      onSave: () => true,
      onAddAsSource: (_pipelineId) => {},
    };
    return this;
  });
