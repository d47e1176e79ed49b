import { useEffect } from 'react';
import type { App } from '../app.ts';

/** Fetches what the list shows on demand once the page has nothing else to do, so that it opens at once. */
export function useIdleFetch(app: App): void {
  useEffect(() => {
    if (app.list.get().module) return;
    const fetch = () => void app.list.load();
    // Safari has no idle callbacks.
    if (!window.requestIdleCallback) {
      const timer = setTimeout(fetch, 200);
      return () => clearTimeout(timer);
    }
    const callback = window.requestIdleCallback(fetch, { timeout: 2000 });
    return () => window.cancelIdleCallback(callback);
  }, [app]);
}
