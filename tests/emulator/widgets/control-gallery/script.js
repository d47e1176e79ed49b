/** A sample widget that draws every system control on its advanced settings page, and opens Kommo's dialogs. */
define([
  'jquery',
  'moment',
  'backbone',
  'twigjs',
  'lib/components/base/modal',
  'lib/components/base/confirm',
  'text!./notes.txt?v=1.0.0',
  'json!./manifest.json',
], ($, moment, Backbone, twig, Modal, Confirm, notes, manifest) => {
  const ITEMS = [
    { id: 'a', option: 'Apples', name: 'fruit_a', is_checked: true },
    { id: 'b', option: 'Bananas', name: 'fruit_b', is_checked: false },
  ];

  return function ControlGallery() {
    const draw = (key, params) => {
      const name = key.replace(/\W/g, '_');
      const [control] = key.split('#');
      return this.render(
        { ref: `/tmpl/controls/${control}.twig` },
        { name, id: `gallery_${name}`, ...params },
      );
    };

    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => true,
      onSave: () => true,
      destroy: () => $('.control-gallery').remove(),
      advancedSettings: () => {
        const controls = {
          button: { text: 'Open the dialog', blue: true, class_name: 'js-open-dialog' },
          cancel_button: { text: 'Ask', class_name: 'js-open-question' },
          delete_button: { text: 'Use the libraries', class_name: 'js-use-libraries' },
          input: { placeholder: 'Input', value: 'typed', max_length: 20 },
          textarea: { placeholder: 'Text area', value: 'several\nlines', style: { width: '100%' } },
          select: { items: ITEMS, selected: 'a', button_class_name: 'gallery-button' },
          multiselect: {
            values: [
              { id: 'a', value: 'Apples' },
              { id: 'b', value: 'Bananas' },
            ],
            selected: 'b',
          },
          checkbox: { text: 'A tick', checked: true, value: 'Y' },
          checkboxes_dropdown: { items: ITEMS, title_empty: 'Choose', name_is_array: true },
          'checkboxes_dropdown/values_title': { items: ITEMS, title_empty: 'Choose' },
          radio: { label: 'Bananas', value: 'b', selected: true },
          date_field: { value: '22.11.2026', placeholder: 'Day' },
          suggest: {
            items: [
              { id: 1, value: 'Apples' },
              { id: 2, value: 'Bananas' },
            ],
            placeholder: 'Fruit',
          },
          'suggest#ajax': {
            placeholder: 'Contact',
            ajax: { url: '/private/ajax/search.php', params: 'type=contacts&q=#q#' },
          },
          file: { text: 'A file' },
          switcher: { checked: true, text: 'Switch' },
          'pipeline_select/index': { items: [{ id: 7001, name: 'Sales' }], selected: 7001 },
        };
        const $gallery = $('<div class="control-gallery"></div>');
        for (const [name, params] of Object.entries(controls)) {
          $gallery.append(
            $('<div class="control-gallery__item" style="margin-bottom:12px"></div>')
              .attr('data-control', name)
              .html(draw(name, params)),
          );
        }
        $gallery.append(
          this.render(
            { data: '<p class="control-gallery__data">{{ word }}</p>' },
            { word: notes.trim() },
          ),
        );
        $gallery.append(
          $('<p class="control-gallery__versions"></p>').text(
            [
              $.fn.jquery,
              moment.version,
              Backbone.VERSION,
              manifest.widget.version,
              typeof window.Twig.Templates.registry,
            ].join(' '),
          ),
        );
        $gallery.append(
          twig({ ref: '/tmpl/controls/input.twig' }).render({
            name: 'by_twig',
            placeholder: 'By twig',
          }),
        );
        this.render(
          {
            href: 'templates/own.twig',
            base_path: `${this.params.path}/`,
            v: this.get_version(),
            load: (template) => $gallery.append(template.render({ value: 'from a template' })),
          },
          {},
        );
        const area = document.getElementById(`work-area-${this.params.widget_code}`);
        $(area).html($gallery);
        $gallery.on('controls:change', '.control--select--input', (event) =>
          $gallery.attr('data-chosen', event.target.value),
        );
        $gallery.on('click', '.js-open-dialog', () => this.openDialog());
        $gallery.on('click', '.js-use-libraries', () =>
          require([`${this.params.path}/libraries.js`], (useAll) => {
            const $bench = $('<div class="control-gallery__bench"></div>').appendTo($gallery);
            useAll($bench).then((results) =>
              $gallery.append(
                $('<pre class="control-gallery__libraries"></pre>').text(JSON.stringify(results)),
              ),
            );
          }),
        );
        $gallery.on(
          'click',
          '.js-open-question',
          () => new Confirm({ text: 'Really?', accept: () => $gallery.attr('data-answer', 'yes') }),
        );
      },
    };

    this.openDialog = () =>
      new Modal({
        class_name: 'control-gallery__dialog',
        init: ($body) => {
          $body
            .trigger('modal:loaded')
            .html(
              '<h2 class="control-gallery__caption">A dialog</h2><button type="button" class="button-input js-modal-accept">Fine</button>',
            )
            .trigger('modal:centrify');
        },
        destroy: () => true,
      });
    return this;
  };
});
