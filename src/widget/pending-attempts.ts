import type { Settings } from '../contract/api.ts';
import type { Clock } from './clock.ts';

/**
 * A connection attempt that may still be open, as the browser's tab remembers it over a reload. Never the
 * attempt's key: other widgets share the page. The request that began the attempt is repeated instead, and
 * its idempotency key is worth nothing without Kommo's word for this very user.
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

const PREFIX = 'chat-connector:attempt';

/** Whoever comes back later than this is not told any more what became of the attempt. */
const WORTH_TELLING_MS = 60 * 60_000;

/** @param saved the settings, once they were read: they say who is signed in */
export function createPendingAttempts(
  clock: Clock,
  saved: () => Settings | undefined,
): PendingAttempts {
  /** Without anybody signed in, and where the browser forbids storage, nothing is remembered. */
  function withStorage<T>(use: (storage: Storage, name: string) => T): T | undefined {
    const { account, user } = saved() ?? {};
    if (!account || !user) return undefined;
    try {
      return use(window.sessionStorage, `${PREFIX}:${account.id}:${user.id}`);
    } catch {
      return undefined;
    }
  }

  return {
    read() {
      const text = withStorage((storage, name) => storage.getItem(name));
      const pending = parse(text ?? 'null');
      if (!pending || pending.accountId !== saved()?.account.id) return undefined;
      const ageMs = clock.now() - pending.startedAt;
      return ageMs >= 0 && ageMs < WORTH_TELLING_MS ? pending : undefined;
    },
    write(pending) {
      const accountId = saved()?.account.id;
      withStorage((storage, name) =>
        storage.setItem(name, JSON.stringify({ ...pending, accountId })),
      );
    },
    forget() {
      withStorage((storage, name) => storage.removeItem(name));
    },
  };
}

/** The page is shared: what stands there need not be ours. */
function parse(text: string): PendingAttempt | undefined {
  try {
    const value = JSON.parse(text) as Partial<PendingAttempt> | null;
    const isOurs =
      typeof value?.idempotencyKey === 'string' &&
      typeof value.connector === 'string' &&
      typeof value.startedAt === 'number';
    return isOurs ? (value as PendingAttempt) : undefined;
  } catch {
    return undefined;
  }
}
