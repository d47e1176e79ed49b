import type { App } from '../app.ts';

/** The event on the document by which a development build tells its client of the screen's `App`. */
export const APP_CREATED = 'chat-connector-app-created';

export type AppCreated = CustomEvent<App>;
