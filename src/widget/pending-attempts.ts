import type { Settings } from '../contract/api.ts';
import type { Clock } from './clock.ts';

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

const PREFIX = 'chat-connector:attempt';

/** After this long, the outcome of the attempt is no longer news. */
const WORTH_TELLING_MS = 60 * 60_000;

/** @param saved returns the settings once they are loaded: they say who is signed in */
export function createPendingAttempts(
  clock: Clock,
  saved: () => Settings | undefined,
): PendingAttempts {
  /** Remembers nothing when no one is signed in or the browser forbids storage. */
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

/** Other widgets share the page, so the stored value may not be ours. */
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
