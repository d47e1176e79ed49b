/** A sample widget that fills the log: many lines, one that is larger than a batch, and a sheet of thousands of rules. */
define(['jquery'], ($) =>
  function Chatterbox() {
    this.callbacks = {
      render: () => {
        for (let line = 0; line < 60; line += 1) console.trace(`line ${line} ${'é'.repeat(1400)}`);
        return true;
      },
      init: () => {
        let rules = '';
        for (let rule = 0; rule < 7000; rule += 1)
          rules += `i.ui-${rule} { color: red; } p${rule} { margin: 0; }\n`;
        $('head').append(`<style>${rules}</style>`);
        return true;
      },
      bind_actions: () => true,
      settings: () => ({
        exits: [{ code: 'success', title: 'Sent' }],
        parts: Array.from({ length: 90 }, () => 'x'.repeat(1900)),
      }),
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
