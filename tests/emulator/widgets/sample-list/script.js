/**
 * Counts the ticked rows when it draws, and writes to whom they lead when it is chosen from the menu of the list
 * (https://www.amocrm.ru/developers/content/web_sdk/list).
 */
define(['jquery'], ($) =>
  function Mailing() {
    const writeRows = () => {
      const { selected } = this.list_selected();
      $('.sample-list__rows')
        .empty()
        .append(
          selected.map(({ emails, phones }) => $('<li>').text([...emails, ...phones].join(' '))),
        );
      this.widgetsOverlay(true);
    };

    this.callbacks = {
      render: () => {
        const { summary } = this.list_selected();
        this.render_template({
          body: `<p class="sample-list__count">Rows: ${summary.items}, phones: ${summary.phones}</p>
            <ul class="sample-list__rows"></ul>`,
        });
        return true;
      },
      init: () => true,
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      contacts: { selected: writeRows },
      leads: { selected: writeRows },
    };
    return this;
  });
