// Runs in the page before everything else: notes when Kommo calls `settings`, and when its answer is seen and usable.
(() => {
  const marks = {};
  window.screenMarks = marks;
  let define;
  Object.defineProperty(window, 'define', {
    configurable: true,
    get: () => define,
    set(original) {
      define = (...parts) => {
        const asked = document.currentScript?.getAttribute('data-requiremodule') ?? '';
        const factory = parts.at(-1);
        if (/\/script\.js/.test(asked) && typeof factory === 'function')
          parts[parts.length - 1] = (...lent) => watched(factory(...lent));
        return original(...parts);
      };
      Object.assign(define, original);
    },
  });

  /** The widget as it is, with its `settings` watched. */
  function watched(Widget) {
    if (typeof Widget !== 'function') return Widget;
    return new Proxy(Widget, {
      construct: (target, values, as) => watchSettings(Reflect.construct(target, values, as)),
      apply: (target, self, values) => watchSettings(Reflect.apply(target, self, values)) ?? self,
    });
  }

  function watchSettings(widget) {
    const callbacks = widget?.callbacks;
    const settings = callbacks?.settings;
    if (typeof settings !== 'function') return widget;
    callbacks.settings = function (...values) {
      marks.called = performance.now();
      requestAnimationFrame(look);
      return settings.apply(this, values);
    };
    return widget;
  }

  /** Once a frame: what is found in one frame is seen at its end. */
  function look() {
    const root = document.querySelector('.chat-connector, .new_widget_settings');
    const control = root?.querySelector('.kcc-empty button, .kcc-toolbar button, textarea');
    const isSeen = isVisible(root);
    const isThere = isVisible(control) && !control.disabled;
    setTimeout(() => {
      const now = performance.now();
      if (isSeen) marks.painted ??= now;
      if (!isThere) return requestAnimationFrame(look);
      requestAnimationFrame(() => {
        // A task of 50 ms or more between two frames would hold up a press.
        if (performance.now() - now < 50) marks.usable = now;
        else look();
      });
    });
  }

  function isVisible(node) {
    const { width = 0, height = 0 } = node?.getBoundingClientRect() ?? {};
    return width > 0 && height > 0;
  }
})();
