import type { Settings } from '../contract/api.ts';
import type { Clock } from './clock.ts';
import { createTabStorage } from './tab-storage.ts';

/**
 * A connection attempt that may still be open, as the browser tab remembers it across a reload. Never the
 * attempt's key, because other widgets share the page. Instead the request that started the attempt is
 * repeated; its idempotency key is worthless to anyone Kommo does not identify as this user.
 */
export interface PendingAttempt {
  idempotencyKey: string;
  connector: string;
  /** The channel being signed in again. */
  channelId?: string;
  accountId: number;
  /** Milliseconds since 1970. */
  startedAt: number;
}

/** Remembers at most one attempt of the signed-in user in this tab. */
export interface PendingAttempts {
  read(): PendingAttempt | undefined;
  write(pending: Omit<PendingAttempt, 'accountId'>): void;
  forget(): void;
}

/** After this long, the outcome of the attempt is no longer news. */
const WORTH_TELLING_MS = 60 * 60_000;

/** @param saved returns the settings once they are loaded: they say who is signed in */
export function createPendingAttempts(
  clock: Clock,
  saved: () => Settings | undefined,
): PendingAttempts {
  const storage = createTabStorage('attempt', saved);
  return {
    read() {
      const pending = storage.read();
      if (!isPending(pending) || pending.accountId !== saved()?.account.id) return undefined;
      const ageMs = clock.now() - pending.startedAt;
      return ageMs >= 0 && ageMs < WORTH_TELLING_MS ? pending : undefined;
    },
    write: (pending) => storage.write({ ...pending, accountId: saved()?.account.id }),
    forget: storage.forget,
  };
}

/** Other widgets share the page, so the stored value may not be ours. */
function isPending(value: unknown): value is PendingAttempt {
  const pending = value as Partial<PendingAttempt> | null | undefined;
  return (
    typeof pending?.idempotencyKey === 'string' &&
    typeof pending.connector === 'string' &&
    typeof pending.startedAt === 'number'
  );
}
