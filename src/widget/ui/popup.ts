/** Largest size of a sign-in window, in CSS pixels. */
const WIDTH = 600;
const HEIGHT = 720;

/** Messages between the backend's callback page and the widget. */
const HINT = 'chat-connector:attempt';
const AUTHORIZED = 'chat-connector:authorized';
const ACKNOWLEDGED = 'chat-connector:ack';
const VERSION = 1;

/**
 * Opens a sign-in window. Call it directly in the click handler, or browsers block it. Without an address, an
 * empty window opens and waits for one.
 *
 * @returns the window, or undefined when the browser blocked it
 */
export function openPopup(name: string, address = 'about:blank'): Window | undefined {
  const width = Math.min(WIDTH, window.screen.availWidth || WIDTH);
  const height = Math.min(HEIGHT, window.screen.availHeight || HEIGHT);
  // Centred on the admin's window, which may not be on the main screen.
  const left = Math.round(window.screenX + Math.max(0, (window.outerWidth - width) / 2));
  const top = Math.round(window.screenY + Math.max(0, (window.outerHeight - height) / 2));
  const features = `popup=yes,width=${width},height=${height},left=${left},top=${top}`;
  const popup = window.open(address, name, features);
  return popup && !popup.closed ? popup : undefined;
}

/**
 * Listens for messages from the callback page, from the backend's exact origin only. A message is never
 * trusted: it is just a reason to ask the backend.
 *
 * @returns a function that stops listening
 */
export function listenForHints(
  apiOrigin: string,
  isExpected: (session: string) => boolean,
  onHint: () => void,
): () => void {
  function onMessage(event: MessageEvent<unknown>): void {
    if (event.origin !== apiOrigin) return;
    const message = event.data as { type?: unknown; version?: unknown; session?: unknown } | null;
    if (typeof message !== 'object' || message === null || message.version !== VERSION) return;
    if (message.type !== HINT && message.type !== AUTHORIZED) return;
    const session = typeof message.session === 'string' ? message.session : '';
    if (!isExpected(session)) return;
    // The window may close itself once its message is acknowledged.
    event.source?.postMessage(
      { type: ACKNOWLEDGED, version: VERSION, session },
      { targetOrigin: apiOrigin },
    );
    onHint();
  }
  window.addEventListener('message', onMessage);
  return () => window.removeEventListener('message', onMessage);
}
