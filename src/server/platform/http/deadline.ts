import { AppError } from '../app-error.ts';

const RETRY_AFTER_SECONDS = 5;

/**
 * Waits no longer than `ms` for storage. The work itself goes on; its queries have their own time limits.
 *
 * @throws AppError `storage_unavailable` when the time is up
 */
export async function withDeadline<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new AppError('storage_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
  }, ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
