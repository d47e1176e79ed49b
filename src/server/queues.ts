import { queue } from './platform/jobs.ts';

/**
 * Every kind of background work, with its payload and its policy. A job carries ids only: what to do is read
 * when it runs.
 */

/** Make an account's sources equal its settings. Kommo's budget is per account, so several at once help many accounts. */
export const SYNC_SOURCES = queue<{ accountId: number }>('sync', {
  key: ({ accountId }) => String(accountId),
  concurrency: 8,
  longestPauseSeconds: 300,
});

/** End sessions at the chat services and forget the secrets of a finished install epoch. */
export const CLEAN_UP = queue<{ accountId: number; epoch: number }>('clean-up', {
  key: ({ accountId }) => String(accountId),
  concurrency: 2,
  // The secrets must be gone a minute after the uninstall.
  longestPauseSeconds: 2,
});

/** End a session at a chat service that nobody uses any more. A service that hangs leaves room for the others. */
export const SIGN_OUT = queue<{ signOutId: string; connector: string }>('sign-out', {
  key: ({ signOutId }) => signOutId,
  concurrency: 4,
  group: { of: ({ connector }) => connector, concurrency: 10 },
  longestPauseSeconds: 60,
});

/** Trade the code of an install call or a consent for a grant. `accounts/install` picks whose turn it is. */
export const EXCHANGE_INSTALL_CODE = queue<{ codeId: string }>('exchange-install-code', {
  key: ({ codeId }) => codeId,
  concurrency: 8,
  longestPauseSeconds: 60,
});

/** Check what the host of an install call is, before it is sent a secret. */
export const CHECK_HOST = queue<{ host: string }>('check-host', {
  key: ({ host }) => host,
  concurrency: 4,
  longestPauseSeconds: 60,
});

/** Forget the messages of a removed channel, or of an install that ended. */
export const FORGET_MESSAGES = queue<{ accountId: number; channelId?: string }>('forget-messages', {
  key: ({ accountId, channelId }) => channelId ?? String(accountId),
  concurrency: 2,
  longestPauseSeconds: 5,
});

/** Find what managers wrote while nobody could receive it. Times are in milliseconds since 1970. */
export const COMPARE_HISTORY = queue<{ fromMs: number; toMs: number }>('compare-history', {
  key: ({ fromMs }) => String(fromMs),
  concurrency: 1,
  longestPauseSeconds: 60,
});

/** What recurs, once for all processes; the list is in `scheduled-jobs.ts`. */
export const SCHEDULED = queue<{ name: string }>('scheduled', {
  key: ({ name }) => name,
  concurrency: 2,
  longestPauseSeconds: 60,
});

export const QUEUES = [
  SYNC_SOURCES,
  CLEAN_UP,
  SIGN_OUT,
  EXCHANGE_INSTALL_CODE,
  CHECK_HOST,
  FORGET_MESSAGES,
  COMPARE_HISTORY,
  SCHEDULED,
];

/** Of an earlier version. */
export const FORMER_QUEUES = ['sync-sources', 'clean-up-account', 'end-session'];
