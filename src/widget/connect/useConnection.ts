import { useSyncExternalStore } from 'react';
import type { Attempt, Settings } from '../../contract/api.ts';
import { type ServiceTexts, serviceTexts } from '../service-texts.ts';
import { useApp, useTexts } from '../use-app.tsx';
import { type Phase, phaseOf } from './attempt.ts';
import type { ConnectionState, ConnectionStore, Target } from './connection-store.ts';

interface OpenConnection {
  state: ConnectionState;
  target: Target;
  attempt: Attempt | undefined;
  phase: Phase;
  service: ServiceTexts;
  connection: ConnectionStore;
}

/** The store exists whenever these panels do: they are loaded together. */
export function useConnectionStore(): ConnectionStore {
  const { connection } = useApp();
  if (!connection) throw new Error('the panels come with their connection');
  return connection;
}

export function useConnectionState(): ConnectionState {
  const connection = useConnectionStore();
  return useSyncExternalStore(connection.subscribe, connection.get);
}

/** For the components of an open connection panel. */
export function useConnection(): OpenConnection {
  const connection = useConnectionStore();
  const texts = useTexts();
  const state = useConnectionState();
  const offered = useSaved()?.connectors ?? [];
  const { target, attempt } = state;
  if (!target) throw new Error('useConnection is for an open panel');
  return {
    state,
    target,
    attempt,
    phase: phaseOf(attempt),
    service: serviceTexts(texts, target.connector, offered),
    connection,
  };
}

/** The settings as the backend last confirmed them; undefined until they are loaded. */
export function useSaved(): Settings | undefined {
  const { settings } = useApp();
  return useSyncExternalStore(settings.subscribe, settings.get).saved;
}
