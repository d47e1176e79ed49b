import { useCallback, useEffect, useState } from 'react';
import type { Undelivered } from '../../contract/api.ts';
import { type ApiError, asApiError } from '../api-error.ts';
import { useApp, useTexts } from '../use-app.tsx';

/** What the dialog of undelivered messages renders. */
interface UndeliveredState {
  /** Undefined until they are read. */
  items: Undelivered[] | undefined;
  loadError: ApiError | undefined;
  /** What is being done: `all`, `forget`, or the id of the message that is tried again. */
  busy: string | undefined;
  failure: { action: 'retry' | 'forget'; error: ApiError } | undefined;
  /** What the last action did. */
  result: string;
}

const NOTHING: UndeliveredState = {
  items: undefined,
  loadError: undefined,
  busy: undefined,
  failure: undefined,
  result: '',
};

interface UndeliveredActions {
  load(): Promise<void>;
  /** Tries one message again, or everything that can be. */
  retry(id?: string): Promise<void>;
  forget(): Promise<void>;
}

/** After a retry, messages may fail again: when to look, in milliseconds after the look before. */
const LOOKS_MS = [2_000, 4_000, 8_000];

/** A channel's undelivered messages. After every action, they and the channel's figures are read again. */
export function useUndelivered(channelId: string): UndeliveredState & UndeliveredActions {
  const { api, settings } = useApp();
  const { t } = useTexts();
  const [state, setState] = useState(NOTHING);

  const set = useCallback(
    (change: Partial<UndeliveredState>) => setState((before) => ({ ...before, ...change })),
    [],
  );

  const read = useCallback(async () => {
    try {
      const { _embedded } = await api.loadUndelivered(channelId);
      set({ items: _embedded.undelivered });
    } catch (caught) {
      set({ items: undefined, loadError: asApiError(caught) });
    }
  }, [api, channelId, set]);

  useEffect(() => void read(), [read]);

  const [looks, setLooks] = useState<readonly number[]>([]);
  useEffect(() => {
    const [afterMs, ...rest] = looks;
    if (afterMs === undefined) return undefined;
    const timer = setTimeout(async () => {
      await Promise.all([read(), settings.refreshFigures()]);
      setLooks(rest);
    }, afterMs);
    return () => clearTimeout(timer);
  }, [looks, read, settings]);

  async function act(
    busy: string,
    action: 'retry' | 'forget',
    work: () => Promise<string>,
  ): Promise<void> {
    if (state.busy !== undefined) return;
    set({ busy, failure: undefined, result: '' });
    try {
      const result = await work();
      // The list first: what is announced has to be true of what is shown.
      await Promise.all([read(), settings.refreshFigures()]);
      set({ result });
    } catch (caught) {
      set({ failure: { action, error: asApiError(caught) } });
    }
    set({ busy: undefined });
  }

  return {
    ...state,
    async load() {
      set({ items: undefined, loadError: undefined });
      await read();
    },
    retry: (id) =>
      act(id ?? 'all', 'retry', async () => {
        const retry = id === undefined ? {} : { ids: [id] };
        const { retried } = await api.retryUndelivered(channelId, retry);
        if (retried > 0) setLooks(LOOKS_MS);
        return retried === 0
          ? t('undelivered.retried_none')
          : t('undelivered.retried', { count: retried });
      }),
    forget: () =>
      act('forget', 'forget', async () => {
        await api.forgetUndelivered(channelId);
        return t('undelivered.forgotten');
      }),
  };
}
