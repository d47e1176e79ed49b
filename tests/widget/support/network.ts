import { setupServer } from 'msw/node';

/** Every request of a test that nobody expects fails it: see `onUnhandledFrame` in the setup. */
export const network = setupServer();
