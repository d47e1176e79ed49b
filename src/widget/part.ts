import { createStore, type Store } from './store.ts';

/** Whether a part of the widget can be shown. */
export interface PartState<T> {
  module: T | undefined;
  hasFailed: boolean;
}

/** A part of the widget that is fetched when it is first needed. */
export interface Part<T> extends Pick<Store<PartState<T>>, 'get' | 'subscribe'> {
  /** Never rejects. Can be called again after a failure. */
  load(): Promise<void>;
}

export function createPart<T>(fetchModule: () => Promise<T>): Part<T> {
  const store = createStore<PartState<T>>({ module: undefined, hasFailed: false });
  return {
    get: store.get,
    subscribe: store.subscribe,
    async load() {
      store.set({ hasFailed: false });
      try {
        store.set({ module: await fetchModule() });
      } catch {
        store.set({ hasFailed: true });
      }
    },
  };
}
