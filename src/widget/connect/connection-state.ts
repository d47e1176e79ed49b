import type { Attempt, Channel } from '../../contract/api.ts';
import type { ConnectorDescription } from '../../contract/connectors.ts';
import type { ApiError } from '../api-error.ts';

/** What is being connected: a new account of a service, or a channel once more. */
export interface Target {
  connector: ConnectorDescription;
  channel?: Channel;
}

/** What the panel draws itself from. */
export interface ConnectionState {
  /** Undefined while no connection panel is open. */
  target: Target | undefined;
  attempt: Attempt | undefined;
  /** The attempt is being created, or looked for after a reload. */
  isStarting: boolean;
  /** The attempt was begun before this modal opened: a sign-in window of it may still be open somewhere. */
  isResumed: boolean;
  /** Something the admin submitted is under way. */
  isBusy: boolean;
  error: ApiError | undefined;
  /** The server could not be asked the last time; the attempt goes on. */
  isCutOff: boolean;
  /** The server's clock minus the browser's, in milliseconds. */
  offsetMs: number;
}

export const CLOSED: ConnectionState = {
  target: undefined,
  attempt: undefined,
  isStarting: false,
  isResumed: false,
  isBusy: false,
  error: undefined,
  isCutOff: false,
  offsetMs: 0,
};
