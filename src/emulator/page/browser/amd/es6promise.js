/**
 * Kommo's older pages offered a library of promises under this name; widgets of that time read its `Promise`. Browsers
 * have promises of their own now.
 */
define([], () => {
  class ES6Promise extends Promise {
    static polyfill() {}
  }
  ES6Promise.Promise = ES6Promise;
  return ES6Promise;
});
