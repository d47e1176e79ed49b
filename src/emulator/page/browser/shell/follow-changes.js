// @ts-check
import { $ } from '../core/page.js';

/**
 * What reaches the page from outside: the order to load itself again when the widget's files changed, messages of the
 * account's socket, and notifications (POST to /__emulator/reload, socket, notification).
 */
export function followChanges() {
  const changes = new EventSource('/__emulator/changes');
  changes.addEventListener('reload', () => window.location.reload());
  changes.addEventListener('socket', (event) => {
    const { channel, message } = JSON.parse(event.data);
    $(document).trigger('emulator:socket', [channel, message]);
  });
  changes.addEventListener('notification', (event) => {
    const { code, entry } = JSON.parse(event.data);
    $(document).trigger('emulator:notification', [code, entry]);
  });
  // A page that goes away must not hold its connection while the next one loads.
  window.addEventListener('pagehide', () => changes.close());
}
