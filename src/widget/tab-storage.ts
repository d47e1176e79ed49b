import type { Settings } from '../contract/api.ts';

/** What the browser tab remembers across a reload, by account and user: other people may use the tab later. */
export interface TabStorage {
  /** Whatever is stored, for the caller to check: other widgets share the page. */
  read(): unknown;
  write(value: unknown): void;
  forget(): void;
}

/**
 * Remembers nothing when no one is signed in or the browser forbids storage.
 *
 * @param saved returns the settings once they are loaded: they say who is signed in
 */
export function createTabStorage(name: string, saved: () => Settings | undefined): TabStorage {
  function withStorage<T>(use: (storage: Storage, key: string) => T): T | undefined {
    const { account, user } = saved() ?? {};
    if (!account || !user) return undefined;
    try {
      return use(window.sessionStorage, `chat-connector:${name}:${account.id}:${user.id}`);
    } catch {
      return undefined;
    }
  }
  return {
    read: () => withStorage((storage, key) => JSON.parse(storage.getItem(key) ?? 'null')),
    write: (value) => withStorage((storage, key) => storage.setItem(key, JSON.stringify(value))),
    forget: () => withStorage((storage, key) => storage.removeItem(key)),
  };
}
