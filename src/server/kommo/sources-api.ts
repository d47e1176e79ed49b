import { z } from 'zod';
import { ACCOUNT_REQUEST } from './account-api.ts';
import type { AccountCaller, AccountRequest } from './account-caller.ts';
import { type KommoAnswer, readAnswer } from './answers.ts';
import { inBatches } from './batches.ts';
import { isKommoError, KommoError } from './errors.ts';

/** Kommo's record of where leads come from. Only the integration's own are ever seen. */
export interface KommoSource {
  id: number;
  name: string;
  /** Ours, unique in the account, never changes. Null for a source somebody else's hand made. */
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

/** What is to change; what is left out stays. */
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

/** Sources of one account. @see https://developers.kommo.com/reference/sources */
export class SourcesApi {
  readonly #caller: AccountCaller;
  readonly #originCode: string;

  /** `originCode`: the registered chat channel's code, written to every source. */
  constructor(caller: AccountCaller, originCode: string) {
    this.#caller = caller;
    this.#originCode = originCode;
  }

  /** All of the integration's sources; Kommo does not page them. */
  async list(accountId: number): Promise<KommoSource[]> {
    const request: AccountRequest = { method: 'GET', path: '/sources' };
    try {
      return read(await this.#caller.call(accountId, { ...request, mayHideDeadToken: true }));
    } catch (error) {
      if (!isKommoError(error, 'forbidden')) throw error;
      // Here alone 403 may stand for a dead token. The account tells: this renews the token, or throws.
      await this.#caller.call(accountId, ACCOUNT_REQUEST);
      return read(await this.#caller.call(accountId, request));
    }
  }

  /** Those that are there already, since the answer to an earlier try was lost, are made equal instead. */
  async create(accountId: number, items: readonly NewSource[]): Promise<KommoSource[]> {
    return await inBatches(
      items,
      (batch) => this.#createBatch(accountId, batch),
      (batch) => this.#remaining(accountId, batch),
    );
  }

  async #createBatch(accountId: number, batch: NewSource[]): Promise<KommoSource[]> {
    const json = batch.map((item) => ({
      name: item.name,
      external_id: item.externalId,
      pipeline_id: item.pipelineId,
      default: item.isDefault,
      origin_code: this.#originCode,
    }));
    try {
      return read(await this.#caller.call(accountId, { method: 'POST', path: '/sources', json }));
    } catch (error) {
      if (!mayExistAlready(error)) throw error;
      const { left, done } = await this.#remaining(accountId, batch);
      if (done.length === 0) throw error;
      const wanted = new Map(batch.map((item) => [item.externalId, item]));
      const updated = await this.update(
        accountId,
        done.map(({ id, externalId }) => ({ ...wanted.get(externalId ?? ''), id })),
      );
      return left.length === 0 ? updated : [...updated, ...(await this.create(accountId, left))];
    }
  }

  /** What of a batch Kommo has, and what it has not. */
  async #remaining(
    accountId: number,
    batch: NewSource[],
  ): Promise<{ left: NewSource[]; done: KommoSource[] }> {
    const wanted = new Set(batch.map((item) => item.externalId));
    const done = (await this.list(accountId)).filter(
      ({ externalId }) => externalId !== null && wanted.has(externalId),
    );
    const existing = new Set(done.map((source) => source.externalId));
    return { left: batch.filter((item) => !existing.has(item.externalId)), done };
  }

  async update(accountId: number, items: readonly SourceChange[]): Promise<KommoSource[]> {
    return await inBatches(
      items,
      async (batch) =>
        read(
          await this.#caller.call(accountId, {
            method: 'PATCH',
            path: '/sources',
            json: batch.map((item) => ({
              id: item.id,
              name: item.name,
              pipeline_id: item.pipelineId,
              default: item.isDefault,
              origin_code: this.#originCode,
            })),
          }),
        ),
      // Writing the same values again changes nothing.
      (batch) => Promise.resolve({ left: batch, done: [] }),
    );
  }

  /** Sources that are gone already are no error. */
  async delete(accountId: number, ids: readonly number[]): Promise<void> {
    await inBatches(
      ids,
      async (batch) => {
        await this.#deleteBatch(accountId, batch);
        return [];
      },
      (batch) => Promise.resolve({ left: batch, done: [] }),
    );
  }

  async #deleteBatch(accountId: number, ids: number[]): Promise<void> {
    try {
      await this.#caller.call(accountId, {
        method: 'DELETE',
        path: '/sources',
        json: ids.map((id) => ({ id })),
        mayBeMissing: true,
      });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // One unknown id fails the whole batch, so each is deleted for itself.
      for (const id of ids) await this.#deleteOne(accountId, id);
    }
  }

  async #deleteOne(accountId: number, id: number): Promise<void> {
    try {
      await this.#caller.call(accountId, {
        method: 'DELETE',
        path: `/sources/${id}`,
        mayBeMissing: true,
      });
    } catch (error) {
      if (!isKommoError(error, 'not_found')) throw error;
    }
  }
}

/** Whether a refusal may be about an external id that is taken; which code says so is not documented. */
function mayExistAlready(error: unknown): boolean {
  if (!isKommoError(error, 'rejected')) return false;
  return error.fields?.some(({ path }) => path.includes('external_id')) ?? true;
}

function isRefusal(error: unknown): boolean {
  return error instanceof KommoError && (error.kind === 'rejected' || error.kind === 'not_found');
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
