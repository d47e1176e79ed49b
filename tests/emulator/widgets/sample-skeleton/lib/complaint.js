/** Asks for the store by its path from the widget's folder, not from this one, as the page prints it. */
define(['lib/components/base/modal', './lib/store.js'], (Modal, store) => ({
  show: () => new Modal()._showError(`${store.kept().login} is no login`),
}));
