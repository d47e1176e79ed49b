/**
 * A sample widget for the column of a list, after the vendor's printed ones: the count of ticked leads in `render`, and
 * contacts put into the column by `contacts.selected`, with a button bound by `bind_actions`.
 */
define(['jquery'], ($) => {
  function ListColumn() {
    const drawLeads = () =>
      this.render_template({
        body: `<div class="list-column__leads">${this.i18n('column.leads')} ${this.list_selected().summary.items}</div>`,
      });
    const drawContacts = () =>
      this.render_template({
        caption: { class_name: 'list-column__caption', html: '' },
        body: '',
        render:
          '<div class="list-column__form"><div id="list-column-people"></div>' +
          `<button type="button" class="list-column__send">${this.i18n('column.send')}</button>` +
          '<p class="list-column__sent"></p></div>',
      });

    this.callbacks = {
      render: () => {
        if (this.system().area === 'llist') drawLeads();
        if (this.system().area === 'clist') drawContacts();
        return true;
      },
      init: () => true,
      bind_actions: () => {
        $('.list-column__send').on('click', () => {
          $('.list-column__sent').text(`sent ${$('#list-column-people').children().length}`);
        });
        return true;
      },
      settings: () => true,
      onSave: () => true,
      destroy: () => {},
      contacts: {
        selected: () => {
          const { selected } = this.list_selected();
          $('#list-column-people').children().remove();
          for (const { emails, phones } of selected)
            $('#list-column-people').append(`<p>Email: ${emails} Phone: ${phones}</p>`);
        },
      },
      leads: { selected: () => {} },
      customers: { selected: () => {} },
    };
    return this;
  }
  return ListColumn;
});
