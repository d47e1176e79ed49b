const { TestEnvironment } = require('jest-environment-jsdom');
const stretchTimeouts = require('./stretch-timeouts.cjs');

/**
 * jsdom lacks these, or has its own that Node's fetch and msw refuse. FormData stays jsdom's on purpose:
 * React's form actions build one from an HTMLFormElement, which Node's cannot read.
 */
const NODE_GLOBALS = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'BroadcastChannel',
  'Headers',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextDecoderStream',
  'TextEncoder',
  'TextEncoderStream',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'WritableStream',
  'fetch',
  // msw watches every socket of the process with it.
  'setImmediate',
  'structuredClone',
];

/** jsdom for React, Testing Library and msw 3 together. */
module.exports = class WidgetEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    // The builds for Node: msw's and Testing Library's browser builds expect a real browser.
    this.customExportConditions = [''];
    for (const name of NODE_GLOBALS) this.global[name] = globalThis[name];
    acceptNodeSignals(this.global.EventTarget.prototype);
  }

  handleTestEvent(event, state) {
    stretchTimeouts(event, state);
  }
};

/** jsdom's addEventListener refuses Node's AbortSignal, so the signal is honoured here. */
function acceptNodeSignals(prototype) {
  const add = prototype.addEventListener;
  prototype.addEventListener = function addEventListener(type, listener, options) {
    const signal = options !== null && typeof options === 'object' ? options.signal : undefined;
    if (!(signal instanceof AbortSignal)) return add.call(this, type, listener, options);
    if (signal.aborted) return undefined;
    const { signal: _handledHere, ...rest } = options;
    add.call(this, type, listener, rest);
    signal.addEventListener('abort', () => this.removeEventListener(type, listener, rest), {
      once: true,
    });
    return undefined;
  };
}
