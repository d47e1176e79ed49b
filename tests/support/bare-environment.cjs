const stretchTimeouts = require('./stretch-timeouts.cjs');

/**
 * Node as it is, for jest: a test shares its globals with the worker it runs in. Together with
 * bare-runtime.cjs it spares each test file a `vm` context and the modules evaluated anew in it.
 */
module.exports = class BareEnvironment {
  global = globalThis;
  #globals;
  #console = globalThis.console;
  #exit = process.exit;

  constructor({ projectConfig }) {
    this.#globals = projectConfig.globals;
  }

  setup() {
    Object.assign(globalThis, this.#globals);
  }

  /** What jest and the test's project have set is not there for the next file. */
  teardown() {
    for (const name of Object.keys(this.#globals)) delete globalThis[name];
    globalThis.console = this.#console;
    process.exit = this.#exit;
  }

  handleTestEvent(event, state) {
    stretchTimeouts(event, state);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return null;
  }
};
