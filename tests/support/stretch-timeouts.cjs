const { PATIENCE } = require('./patience.ts');

/** A hook is started again for each test. */
const stretched = new WeakSet();

/**
 * For an environment's `handleTestEvent`. Timeouts, wherever they are written, are meant for a machine that does
 * nothing else.
 */
module.exports = function stretchTimeouts({ name, test, hook }, state) {
  if (name === 'run_start') state.testTimeout *= PATIENCE;
  const own = name === 'test_start' ? test : name === 'hook_start' ? hook : undefined;
  if (own?.timeout === undefined || stretched.has(own)) return;
  own.timeout *= PATIENCE;
  stretched.add(own);
};
