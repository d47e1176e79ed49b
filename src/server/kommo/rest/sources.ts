import { z } from 'zod';
import { type KommoAnswer, readAnswer } from '../answers.ts';
import { type AccountRequest, callAccount } from '../call-account.ts';
import { isKommoError, type KommoError } from '../errors.ts';
import type { Kommo } from '../kommo.ts';
import { ACCOUNT_REQUEST } from './account.ts';

/** Kommo's record of where leads come from. Only the integration's own are ever seen. */
export interface KommoSource {
  id: number;
  name: string;
  /** Ours, unique in the account, never changes. Null for a source we did not make. */
  externalId: string | null;
  pipelineId: number | null;
  isDefault: boolean;
  /** Code of the chat channel the source belongs to. */
  originCode: string | null;
}

export interface NewSource {
  externalId: string;
  name: string;
  pipelineId: number;
  isDefault: boolean;
}

/** What changes; anything left out stays. */
export interface SourceChange {
  id: number;
  name?: string;
  pipelineId?: number;
  isDefault?: boolean;
}

const sources = z.object({
  _embedded: z.object({
    sources: z.array(
      z.object({
        id: z.number().int().positive(),
        name: z.string().catch(''),
        external_id: z.string().nullable().catch(null),
        pipeline_id: z.number().int().nullable().catch(null),
        default: z.boolean().catch(false),
        origin_code: z.string().nullable().catch(null),
      }),
    ),
  }),
});

/** Most sources one request carries: the smallest of the limits Kommo's pages name. */
export const SOURCES_PER_REQUEST = 50;

/** Options for a caller that writes many sources. */
export interface BatchOptions {
  /** Runs before each batch; what it throws is thrown, and nothing more is sent. */
  beforeBatch?: () => Promise<void>;
  /**
   * Told of each source that Kommo does not accept. One faulty source fails its whole batch; sent alone it fails
   * only itself. Without this, the first refusal is thrown.
   */
  onRefused?: (error: KommoError) => void;
}

/**
 * All of the integration's sources; Kommo does not page them.
 *
 * @see https://developers.kommo.com/reference/sources
 */
export async function listSources(kommo: Kommo, accountId: number): Promise<KommoSource[]> {
  const request: AccountRequest = { method: 'GET', path: '/sources' };
  try {
    return read(await callAccount(kommo, accountId, { ...request, mayHideDeadToken: true }));
  } catch (error) {
    if (!isKommoError(error, 'forbidden')) throw error;
    // Here alone 403 may stand for a dead token. The account tells: this renews the token, or throws.
    await callAccount(kommo, accountId, ACCOUNT_REQUEST);
    return read(await callAccount(kommo, accountId, request));
  }
}

/** Updates those that exist already because the answer to an earlier try was lost. */
export async function createSources(
  kommo: Kommo,
  accountId: number,
  items: readonly NewSource[],
  options: BatchOptions = {},
): Promise<KommoSource[]> {
  const send = (batch: NewSource[]) => createBatch(kommo, accountId, batch);
  return await inBatches(items, send, options, (batch) => remaining(kommo, accountId, batch));
}

async function createBatch(
  kommo: Kommo,
  accountId: number,
  batch: NewSource[],
): Promise<KommoSource[]> {
  const json = batch.map((item) => ({
    name: item.name,
    external_id: item.externalId,
    pipeline_id: item.pipelineId,
    default: item.isDefault,
    origin_code: kommo.settings.channelCode,
  }));
  try {
    return read(await callAccount(kommo, accountId, { method: 'POST', path: '/sources', json }));
  } catch (error) {
    if (!mayExistAlready(error)) throw error;
    const { left, done } = await remaining(kommo, accountId, batch);
    if (done.length === 0) throw error;
    const wanted = new Map(batch.map((item) => [item.externalId, item]));
    const changes = done.map(({ id, externalId }) => ({ ...wanted.get(externalId ?? ''), id }));
    const updated = await updateSources(kommo, accountId, changes);
    return left.length === 0
      ? updated
      : [...updated, ...(await createSources(kommo, accountId, left))];
  }
}

/** Which sources of a batch Kommo has, and which it lacks. */
async function remaining(
  kommo: Kommo,
  accountId: number,
  batch: NewSource[],
): Promise<{ left: NewSource[]; done: KommoSource[] }> {
  const wanted = new Set(batch.map((item) => item.externalId));
  const done = (await listSources(kommo, accountId)).filter(
    ({ externalId }) => externalId !== null && wanted.has(externalId),
  );
  const existing = new Set(done.map((source) => source.externalId));
  return { left: batch.filter((item) => !existing.has(item.externalId)), done };
}

export async function updateSources(
  kommo: Kommo,
  accountId: number,
  items: readonly SourceChange[],
  options: BatchOptions = {},
): Promise<KommoSource[]> {
  const send = async (batch: SourceChange[]) => {
    const json = batch.map((item) => ({
      id: item.id,
      name: item.name,
      pipeline_id: item.pipelineId,
      default: item.isDefault,
      origin_code: kommo.settings.channelCode,
    }));
    return read(await callAccount(kommo, accountId, { method: 'PATCH', path: '/sources', json }));
  };
  return await inBatches(items, send, options);
}

/** Sources that are gone already are no error. */
export async function deleteSources(
  kommo: Kommo,
  accountId: number,
  ids: readonly number[],
  options: BatchOptions = {},
): Promise<void> {
  await inBatches(ids, (batch) => deleteBatch(kommo, accountId, batch), options);
}

async function deleteBatch(kommo: Kommo, accountId: number, ids: number[]): Promise<never[]> {
  const request = { method: 'DELETE', mayBeMissing: true } as const;
  try {
    const json = ids.map((id) => ({ id }));
    await callAccount(kommo, accountId, { ...request, path: '/sources', json });
  } catch (error) {
    if (!isKommoError(error, 'rejected') && !isKommoError(error, 'not_found')) throw error;
    // One unknown id fails the whole batch, so each is deleted for itself.
    for (const id of ids) {
      try {
        await callAccount(kommo, accountId, { ...request, path: `/sources/${id}` });
      } catch (missing) {
        if (!isKommoError(missing, 'not_found')) throw missing;
      }
    }
  }
  return [];
}

/**
 * Sends `items` in batches, one after the other. A batch that takes Kommo too long (504) is sent again in
 * halves, as its documentation advises, after `remaining` has said which items are left; without it, all of them are
 * sent again.
 */
async function inBatches<Item, Result>(
  items: readonly Item[],
  send: (batch: Item[]) => Promise<Result[]>,
  { beforeBatch, onRefused }: BatchOptions,
  remaining?: (batch: Item[]) => Promise<{ left: Item[]; done: Result[] }>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = cut(items, SOURCES_PER_REQUEST);
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    await beforeBatch?.();
    try {
      results.push(...(await send(batch)));
    } catch (error) {
      const tookTooLong = isKommoError(error, 'unavailable') && error.status === 504;
      if (isKommoError(error, 'rejected') && onRefused !== undefined) {
        if (batch.length === 1) onRefused(error);
        else queue.unshift(...cut(batch, 1));
      } else if (tookTooLong && batch.length > 1) {
        const { left, done } = (await remaining?.(batch)) ?? { left: batch, done: [] };
        results.push(...done);
        queue.unshift(...cut(left, Math.ceil(batch.length / 2)));
      } else throw error;
    }
  }
  return results;
}

function cut<Item>(items: readonly Item[], size: number): Item[][] {
  const batches: Item[][] = [];
  for (let from = 0; from < items.length; from += size)
    batches.push(items.slice(from, from + size));
  return batches;
}

/** Whether a refusal may be about an external id that is taken; which code says so is not documented. */
function mayExistAlready(error: unknown): boolean {
  if (!isKommoError(error, 'rejected')) return false;
  return error.fields?.some(({ path }) => path.includes('external_id')) ?? true;
}

function read(answer: KommoAnswer): KommoSource[] {
  // Kommo's way to say that a list is empty.
  if (answer.status === 204) return [];
  return readAnswer(answer, sources)._embedded.sources.map((source) => ({
    id: source.id,
    name: source.name,
    externalId: source.external_id,
    pipelineId: source.pipeline_id,
    isDefault: source.default,
    originCode: source.origin_code,
  }));
}
