import type amplitude from 'amplitude-js';

/**
 * Counts what admins do, without names, texts or account data. Without a key at build time this file does
 * nothing, and Amplitude's code is not in the package.
 */
type Event = 'settings_opened' | 'service_chosen' | 'channel_connected' | 'settings_saved';

type Send = (event: Event, properties: Record<string, string | number>) => void;

let send: Send = () => undefined;

/** Loads Amplitude from the widget's own folder. Failures are ignored. */
export function startAnalytics(folder: string): void {
  if (AMPLITUDE_API_KEY !== '') {
    const waiting: Parameters<Send>[] = [];
    send = (...event) => waiting.push(event);
    window.require(
      [`${folder}/amplitude.js?v=${WIDGET_VERSION}`],
      (library) => {
        try {
          const client = (library as typeof amplitude).getInstance();
          client.init(AMPLITUDE_API_KEY, undefined, {
            disableCookies: true,
            includeReferrer: false,
            includeUtm: false,
            trackingOptions: { ip_address: false },
          });
          send = (event, properties) => client.logEvent(event, properties);
          for (const event of waiting) send(...event);
        } catch {
          send = () => undefined;
        }
      },
      () => {
        send = () => undefined;
      },
    );
  }
}

export function track(event: Event, properties: Record<string, string | number> = {}): void {
  try {
    send(event, properties);
  } catch {
    // Counting must never disturb the admin.
  }
}
