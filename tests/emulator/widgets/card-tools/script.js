/**
 * A sample widget for cards and lists: the right column, actions on phones, a message source, its own tab, ticked rows,
 * synchronised tasks.
 */
define(['jquery', './elements.js?v=1.0.0'], ($, elements) => {
  function CardTools() {
    this.callbacks = {
      render: () =>
        !hasColumn() ||
        Promise.all([
          this.render({ href: '/templates/panel.twig', promised: true }),
          contacts(),
        ]).then(([template, list]) => {
          this.render_template({
            caption: {
              class_name: 'card-tools__caption',
              html: `<strong>${this.i18n('panel.title')}</strong>`,
            },
            body: '<div class="card-tools__place"></div>',
            render: template.render({ area: this.system().area, contacts: list }),
          });
          return true;
        }),
      init: () => {
        APP.widgets.legal_handlers = [
          ({ query }) => $.Deferred().resolve([{ name: `${query} Ltd`, address: 'Main street 1' }]),
        ];
        this.add_action('phone', (data) => show(`calling ${data.value}`));
        this.add_source(
          'sms',
          (params) => {
            show(`sms to ${params.phone}`);
            return Promise.resolve();
          },
          'Send SMS',
        );
        this.add_source('custom', ($control) => $control.text('a control of its own'), 'Courier');
        return true;
      },
      bind_actions: () => true,
      settings: () => true,
      onSave: () => {
        this.setSdkCatalogId(4001);
        return true;
      },
      destroy: () => {},
      leads: { selected: () => rememberSelection() },
      contacts: { selected: () => rememberSelection() },
      customers: { selected: () => rememberSelection() },
      todo: { selected: () => rememberSelection() },
      calendarSync: () => {
        let isDeclined = false;
        return {
          name: this.langs.widget.name,
          description: this.i18n('widget.short_description'),
          enabled: Promise.resolve(true),
          onEnable: () => Promise.resolve(),
          onDisable: () => {
            isDeclined = !isDeclined;
            return isDeclined ? Promise.reject('Ask again') : Promise.resolve();
          },
          onSetup: () => show('set up the synchronisation'),
        };
      },
      loadPreloadedData: () => Promise.resolve(elements.all()),
      loadElements: (_type, id) => Promise.resolve(elements.of(id)),
      linkCard: (links) =>
        Promise.resolve(show(`linked ${links.link.length}, unlinked ${links.unlink.length}`)),
      searchDataInCard: (query) => Promise.resolve(elements.find(query)),
      loadCatalogElement: (element) => show(`element ${element.id}`),
      onSource: (params) => show(`sent to ${params.phone}`),
    };

    const hasColumn = () => !['tline', 'tcalendar'].includes(this.system().area);
    const contacts = () =>
      APP.isCard() ? this.get_current_card_contacts_data() : Promise.resolve([]);
    const rememberSelection = () => {
      const { selected, summary } = this.list_selected();
      show(`selected ${selected.map((row) => row.id).join(' ')} phones ${summary.phones}`);
      this.widgetsOverlay(true);
    };
    const show = (text) => {
      let $place = $('.card-tools__said');
      if ($place.length === 0)
        $place = $('<p class="card-tools__said"></p>').appendTo(
          $('.card-tools__place').length > 0 ? '.card-tools__place' : '#page_holder',
        );
      $place.text(text);
    };
    return this;
  }
  return CardTools;
});
