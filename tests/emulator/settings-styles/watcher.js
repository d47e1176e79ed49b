/** Does not wait for a second call: watches the document and draws wherever its own node is missing. */
define(['jquery'], ($) =>
  function Watcher() {
    let observer;
    const draw = () => {
      const $place = $('.widget-settings__desc-space');
      if ($place.length === 0 || $place.find('.style-watcher').length > 0) return;
      $place.find('.widget_settings_block').prepend('<p class="style-watcher">watched</p>');
    };
    this.callbacks = {
      render: () => true,
      init: () => true,
      bind_actions: () => true,
      settings: () => {
        draw();
        observer ??= new MutationObserver(draw);
        observer.observe(document.body, { childList: true, subtree: true });
        return true;
      },
      onSave: () => true,
      destroy: () => observer?.disconnect(),
    };
    return this;
  });
