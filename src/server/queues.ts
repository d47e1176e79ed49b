import { queue } from './platform/jobs.ts';

/**
 * Every kind of background work, with its payload and its policy. A job carries ids only: what to do is read
 * when it runs.
 */

/** Make an account's sources equal its settings. Kommo's budget is per account, so more places help many accounts. */
export const SYNC_SOURCES = queue<{ accountId: number }>('sync', {
  key: ({ accountId }) => String(accountId),
  places: 8,
  longestPauseSeconds: 300,
});

/** End sessions at the chat services and forget the secrets of a finished install epoch. */
export const CLEAN_UP = queue<{ accountId: number; epoch: number }>('clean-up', {
  key: ({ accountId }) => String(accountId),
  places: 2,
  // The secrets are to be gone a minute after the uninstall.
  longestPauseSeconds: 2,
});

/** End a session at a chat service that nobody uses any more. One service that hangs leaves room for the others. */
export const SIGN_OUT = queue<{ endingId: string; connector: string }>('sign-out', {
  key: ({ endingId }) => endingId,
  places: 4,
  group: { of: ({ connector }) => connector, places: 10 },
  longestPauseSeconds: 60,
});

/** Trade the code of an install call or a consent for a grant. `accounts/install` picks whose turn it is. */
export const EXCHANGE_INSTALL_CODE = queue<{ codeId: string }>('exchange-install-code', {
  key: ({ codeId }) => codeId,
  places: 8,
  longestPauseSeconds: 60,
});

/** See what the host of an install call is, before it is sent a secret. */
export const LOOK_AT_HOST = queue<{ host: string }>('look-at-host', {
  key: ({ host }) => host,
  places: 4,
  longestPauseSeconds: 60,
});

/** What recurs, once for all processes; the duties themselves stand in `worker.ts`. */
export const DUTIES = queue<{ duty: string }>('duties', {
  key: ({ duty }) => duty,
  places: 2,
  longestPauseSeconds: 60,
});

export const QUEUES = [
  SYNC_SOURCES,
  CLEAN_UP,
  SIGN_OUT,
  EXCHANGE_INSTALL_CODE,
  LOOK_AT_HOST,
  DUTIES,
];

/** Of an earlier version. */
export const FORMER_QUEUES = ['sync-sources', 'clean-up-account', 'end-session'];
