import { createHash } from 'node:crypto';
import { LIMITS } from '../../contract/api.ts';
import { ConnectorError } from '../connectors/connector.ts';
import type { Context } from '../context.ts';
import { KommoError, wasNeverSent } from '../kommo/errors.ts';
import { AppError } from '../platform/app-error.ts';
import type { Trx } from '../platform/database/database.ts';
import { isStorageUnavailable } from '../platform/database/storage-errors.ts';
import { holdLease } from '../platform/lease.ts';
import {
  claimIdempotencyKey,
  type KeyState,
  type KeyUse,
  releaseIdempotencyKey,
  renewIdempotencyKey,
  type StoredAnswer,
  storeAnswer,
} from './rows.ts';

/** A write as it came in: everything that makes it equal to another one or not. */
export interface KeyedRequest {
  accountId: number;
  userId: number;
  method: string;
  /** Without the query. */
  path: string;
  /** As it was parsed. */
  body: unknown;
  /** Every `Idempotency-Key` header it came with. */
  keys: readonly string[];
}

export interface Once {
  /**
   * Stores the answer in the work's own transaction. Without it, a crash right after the commit would make
   * the repeated request do the work twice.
   */
  keep: (trx: Trx, answer: StoredAnswer) => Promise<void>;
  /**
   * The same request was begun before, and how it ended is unknown: what it does outside the database may
   * already be done.
   */
  isRepeat: boolean;
  /** Names this very request in 32 letters and digits, the same in every repeat. */
  reference: string;
}

/** The work of a request, which runs once under its key. */
export type KeyedWork = (once: Once) => Promise<StoredAnswer>;

/** Renewed while the work runs. The key of a killed process is free again after this. */
const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 5_000;

const RETRY_AFTER_SECONDS = 2;

/** A request without a key: nothing is kept, and no two are told apart. */
const UNKEYED: Once = { keep: () => Promise.resolve(), isRepeat: false, reference: '' };

/**
 * Runs a write once per `Idempotency-Key` of the account. A repeat by the same user gets the stored answer; another
 * request under the key is refused. Only success is stored: a failure may be tried again.
 *
 * @param options.required whether a request without the header is refused (the default) or simply run
 * @throws AppError `idempotency_key_required`, `idempotency_key_reused`, `in_progress`
 */
export async function runUnderKey(
  context: Context,
  request: KeyedRequest,
  work: KeyedWork,
  options: { required?: boolean } = {},
): Promise<StoredAnswer> {
  const key = readKey(request.keys);
  if (key === undefined) {
    if (options.required === false) return work(UNKEYED);
    throw new AppError('idempotency_key_required');
  }
  const use = { accountId: request.accountId, key, requestHash: hashOf(request) };
  const state = await claimIdempotencyKey(context.db, context.secrets, use, LEASE_SECONDS);
  switch (state.kind) {
    case 'answered':
      return state.answer;
    case 'other_request':
      throw new AppError('idempotency_key_reused');
    case 'answer_lost':
      // Doing the work again would be worse: the caller checks what is there and takes a new key.
      context.log.error({ accountId: use.accountId }, 'a stored answer cannot be opened');
      throw new AppError('idempotency_key_reused');
    case 'running':
      throw new AppError('in_progress', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    case 'claimed':
      return runClaimed(context, state, work);
  }
}

async function runClaimed(
  { db, secrets, log }: Context,
  { claim: first, isRepeat }: Extract<KeyState, { kind: 'claimed' }>,
  work: KeyedWork,
): Promise<StoredAnswer> {
  let claim = first;
  let isKept = false;
  const keep = async (trx: Trx, answer: StoredAnswer) => {
    await storeAnswer(trx, secrets, claim, answer);
    isKept = true;
  };
  const renew = async () => {
    const renewed = await renewIdempotencyKey(db, claim, LEASE_SECONDS);
    claim = renewed ?? claim;
    return renewed !== undefined;
  };
  return holdLease(RENEW_EVERY_MS, renew, async () => {
    try {
      const answer = await work({ keep, isRepeat, reference: referenceOf(claim) });
      if (!isKept) await storeAnswer(db, secrets, claim, answer);
      return answer;
    } catch (error) {
      await releaseIdempotencyKey(db, claim, isOutcomeUnknown(error)).catch((cause: unknown) => {
        log.warn({ err: cause }, 'an idempotency key could not be given back');
      });
      throw error;
    }
  });
}

function readKey([key, ...others]: readonly string[]): string | undefined {
  if (key === undefined) return undefined;
  if (others.length > 0 || key.length > LIMITS.idempotencyKey || !/^[\x21-\x7e]+$/.test(key)) {
    throw new AppError('bad_request', { fields: [{ path: 'Idempotency-Key', code: 'invalid' }] });
  }
  return key;
}

/**
 * Two requests are the same when method, address, parsed body and user are. The user counts because an answer
 * may hold the key of an attempt, which no other administrator may have.
 */
function hashOf({ userId, method, path, body }: KeyedRequest): string {
  return createHash('sha256')
    .update(`${userId} ${method} ${path}\n${JSON.stringify(body ?? null)}`)
    .digest('base64url');
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
