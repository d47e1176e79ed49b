import type { Budget } from '../platform/metrics.ts';
import { isKommoError } from './errors.ts';
import type { Kommo, SendToKommo } from './kommo.ts';

/** The same way out, with a count of what has left and of what came back. */
export function countRequests(send: SendToKommo, metrics: Kommo['metrics']): SendToKommo {
  return async (request, beforeSend) => {
    const { api } = request;
    let hasLeft = false;
    try {
      const answer = await send(request, () => {
        beforeSend?.();
        hasLeft = true;
      });
      metrics.kommoAnswered({ api, status: answer.status });
      return answer;
    } catch (error) {
      const status = isKommoError(error) ? error.status : undefined;
      if (hasLeft) metrics.kommoAnswered({ api, status, isBan: isKommoError(error, 'blocked') });
      throw error;
    }
  };
}

/** Waits for a turn as before, and notes how long that took, in vain or not. */
export function timeTurns<Place extends unknown[]>(
  wait: (...place: Place) => Promise<void>,
  budget: Budget,
  metrics: Kommo['metrics'],
): (...place: Place) => Promise<void> {
  return async (...place) => {
    const begunAt = performance.now();
    try {
      await wait(...place);
    } finally {
      metrics.turnEnded({ budget, seconds: (performance.now() - begunAt) / 1000 });
    }
  };
}
