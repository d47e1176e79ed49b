/** Appends a note to the settings, without asking whether it is there: as the vendor's samples do. */
define(['jquery'], ($) =>
  function Append() {
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: ($body) => {
        $body.append($('<p class="style-append"></p>').text('Ask us for a key.'));
        return true;
      },
      onSave: () => true,
      destroy: () => {},
    };
    return this;
  });
