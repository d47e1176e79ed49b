// @ts-check
import { $ } from '../core/page.js';

/**
 * What reaches the page from outside: the order to reload when the widget's files have changed, messages of the
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
  // A closing page must not hold its connection while the next one loads.
  window.addEventListener('pagehide', () => changes.close());
}
