import { createHash } from 'node:crypto';
import { ConnectorError } from '../connectors/connector.ts';
import type { Parts } from '../context.ts';
import { KommoError, wasNeverSent } from '../kommo/errors.ts';
import { AppError } from '../platform/app-error.ts';
import type { Trx } from '../platform/database/database.ts';
import { isStorageUnavailable } from '../platform/database/storage-errors.ts';
import {
  claimIdempotencyKey,
  type KeyClaim,
  type KeyUse,
  releaseIdempotencyKey,
  renewIdempotencyKey,
  storeAnswer,
} from './rows.ts';

export interface Answer {
  status: number;
  body: unknown;
}

export interface Once {
  /**
   * Stores the answer in the work's own transaction, so that a crash right after the commit cannot make
   * a repeated request do the work twice.
   */
  keep: (trx: Trx, answer: Answer) => Promise<void>;
  /**
   * The same request was begun before and nobody knows how it ended: what it does outside the database may
   * be done already.
   */
  isRepeat: boolean;
  /** Names this very request, in 32 letters and digits: the same each time it is repeated. */
  reference: string;
}

/** Renewed while the work runs; what a killed process leaves behind is free again after this. */
const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 5_000;

const RETRY_AFTER_SECONDS = 2;

/**
 * Does the work unless it was done under this key before; then answers as it was answered then.
 *
 * @throws AppError `idempotency_key_reused`, `in_progress`
 */
export async function runUnderKey(
  parts: Parts,
  use: KeyUse,
  work: (once: Once) => Promise<Answer>,
): Promise<Answer> {
  const { db, secrets } = parts;
  const state = await claimIdempotencyKey(db, secrets, use, LEASE_SECONDS);
  switch (state.kind) {
    case 'answered':
      return state.answer;
    case 'other_request':
      throw new AppError('idempotency_key_reused');
    case 'answer_lost':
      // Doing it a second time would be worse: the caller looks at what is there, and takes a new key.
      parts.log.error({ accountId: use.accountId }, 'a stored answer cannot be opened');
      throw new AppError('idempotency_key_reused');
    case 'running':
      throw new AppError('in_progress', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    case 'claimed':
      break;
  }
  const lease = holdLease(parts, state.claim);
  let isKept = false;
  const keep = async (trx: Trx, answer: Answer) => {
    await storeAnswer(trx, secrets, use, answer);
    isKept = true;
  };
  try {
    const { isRepeat } = state;
    const answer = await work({ keep, isRepeat, reference: referenceOf(use) });
    if (!isKept) await storeAnswer(db, secrets, use, answer);
    return answer;
  } catch (error) {
    const isUnknown = isOutcomeUnknown(error);
    await releaseIdempotencyKey(db, lease.claim, isUnknown).catch((cause: unknown) => {
      parts.log.warn({ err: cause }, 'an idempotency key could not be given back');
    });
    throw error;
  } finally {
    lease.end();
  }
}

function referenceOf({ accountId, key }: KeyUse): string {
  return createHash('sha256').update(`${accountId} ${key}`).digest('hex').slice(0, 32);
}

/** Whether a request that failed may have had its effect all the same: the answer to it was lost. */
function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof KommoError) return error.kind === 'unavailable' && !wasNeverSent(error);
  if (error instanceof ConnectorError) return error.failure === 'unavailable';
  return isStorageUnavailable(error);
}

function holdLease(parts: Parts, claim: KeyClaim): { claim: KeyClaim; end: () => void } {
  const lease = { claim, end: () => clearInterval(timer) };
  const timer = setInterval(() => {
    renewIdempotencyKey(parts.db, lease.claim, LEASE_SECONDS).then(
      (renewed) => {
        lease.claim = renewed;
      },
      (error: unknown) => {
        parts.log.warn({ err: error }, 'the lease of an idempotency key could not be renewed');
      },
    );
  }, RENEW_EVERY_MS).unref();
  return lease;
}
