const { registerHooks } = require('node:module');
const { pathToFileURL } = require('node:url');

/** Where circus, jest's test framework, looks for what `jest.setTimeout` has set. */
const TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');

/** Where circus keeps those who follow the tests of a file. */
const HANDLERS = Symbol.for('EVENT_HANDLERS');

/** All that a test of ours may ask of jest: own modules are never mocked, and the clock is a parameter. */
globalThis.jest = {
  setTimeout: (milliseconds) => {
    globalThis[TIMEOUT] = milliseconds;
  },
};

// The package itself only throws unless jest's own runtime replaces it.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals'
      ? { url: 'data:text/javascript,export const { jest } = globalThis;', shortCircuit: true }
      : next(specifier, context),
});

let imports = 0;

/**
 * Node's own module loader in the place of jest-runtime: TypeScript by Node's type stripping, as in
 * production, and what the tests share (server, emulator, libraries) evaluated once per worker instead of
 * once per test file. Only the test file itself is evaluated each time.
 */
module.exports = class BareRuntime {
  /** Circus begins anew with each test file. */
  requireInternalModule(path) {
    delete require.cache[path];
    delete globalThis[HANDLERS];
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(path) {
    imports += 1;
    return import(`${pathToFileURL(path)}?import=${imports}`);
  }

  setGlobalsForRuntime() {}

  enterTestCode() {}

  leaveTestCode() {}

  getSourceMaps() {
    return new Map();
  }

  getAllCoverageInfoCopy() {
    return undefined;
  }

  teardown() {
    delete globalThis[TIMEOUT];
  }
};
