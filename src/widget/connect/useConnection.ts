import { useSyncExternalStore } from 'react';
import type { Attempt } from '../../contract/api.ts';
import { type ServiceTexts, serviceTexts } from '../settings/service-texts.ts';
import { useApp, useTexts } from '../use-app.tsx';
import { type Phase, phaseOf } from './attempt.ts';
import type { ConnectionState, Target } from './connection-state.ts';
import type { ConnectionStore } from './connection-store.ts';

interface OpenConnection {
  state: ConnectionState;
  target: Target;
  attempt: Attempt | undefined;
  phase: Phase;
  service: ServiceTexts;
  connection: ConnectionStore;
}

/** Whoever fetched these panels has made the connection too. */
export function useConnectionStore(): ConnectionStore {
  const { connection } = useApp();
  if (!connection) throw new Error('the panels come with their connection');
  return connection;
}

export function useConnectionState(): ConnectionState {
  const connection = useConnectionStore();
  return useSyncExternalStore(connection.subscribe, connection.get);
}

/** For the parts of an open connection panel. */
export function useConnection(): OpenConnection {
  const connection = useConnectionStore();
  const texts = useTexts();
  const state = useConnectionState();
  const { target, attempt } = state;
  if (!target) throw new Error('useConnection is for an open panel');
  return {
    state,
    target,
    attempt,
    phase: phaseOf(attempt),
    service: serviceTexts(texts, target.connector),
    connection,
  };
}
