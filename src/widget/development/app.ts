import { type App, createApp as create } from '../app.ts';
import type { Clock } from '../clock.ts';
import type { Host } from '../host.ts';
import { APP_CREATED, type AppCreated } from './app-created.ts';

/** Stands in for `createApp` in a development build, whose client keeps what the developer was looking at. */
export function createApp(host: Host, clock: Clock): App {
  const app = create(host, clock);
  document.dispatchEvent(new CustomEvent(APP_CREATED, { detail: app }) satisfies AppCreated);
  return app;
}
