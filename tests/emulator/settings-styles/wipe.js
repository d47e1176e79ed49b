/** Draws a page of its own in place of whatever it is handed. It has no field to save. */
define(['jquery'], () =>
  function Wipe() {
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($body) => {
        $body.html('<p class="style-wipe">Everything is set up on our site.</p>');
        return true;
      },
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
