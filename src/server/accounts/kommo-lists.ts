import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { type Pipeline, pipeline, type Template, template } from '../../contract/api.ts';
import type { Context } from '../context.ts';
import { isKommoError } from '../kommo/errors.ts';
import { getAccount, listPipelines } from '../kommo/rest/account.ts';
import { listTemplates } from '../kommo/rest/templates.ts';
import { isLastingRefusal } from '../to-app-error.ts';
import {
  type Account,
  type CachedAnswer,
  type CacheKind,
  claimProfileRefresh,
  findCached,
  outdateCached,
  storeCached,
  storeProfile,
} from './rows.ts';

/**
 * How long one of Kommo's lists is shown without asking again, in seconds. Otherwise each time the screen opens
 * it would cost some of the request budget that all accounts share.
 */
export const LIST_SECONDS = 30;

/** How long the screen waits for Kommo when it could show what Kommo said last. */
const PATIENCE_MS = 4_000;

/** Whose list, and in which install epoch it is asked for. */
type Owner = Pick<Account, 'id' | 'epoch'>;

const pipelines = z.array(pipeline);
const templates = z.array(template);

/** Requests under way, by account and kind: callers at the same moment share one. */
const underway = new WeakMap<Context, Map<string, Promise<unknown>>>();

/**
 * The account's pipelines: the last answer while it is fresh, otherwise Kommo's. While Kommo is in trouble, the
 * last known ones.
 *
 * @param known what is stored, as read by the caller
 * @throws KommoError when nothing is known, or when waiting does not help
 */
export function readPipelines(
  context: Context,
  owner: Owner,
  known: CachedAnswer | undefined,
): Promise<Pipeline[]> {
  const ask = () => listPipelines(context.kommo, owner.id);
  return read(context, owner, { kind: 'pipelines', schema: pipelines, known, ask });
}

/** As `readPipelines`, but always asks: a save is checked against what Kommo has now. */
export function askPipelines(
  context: Context,
  owner: Owner,
  known: CachedAnswer | undefined,
): Promise<Pipeline[]> {
  const ask = () => listPipelines(context.kommo, owner.id);
  return read(context, owner, { kind: 'pipelines', schema: pipelines, known, ask, isForced: true });
}

/** The templates this integration made; otherwise as `readPipelines`. */
export function readTemplates(
  context: Context,
  owner: Owner,
  known: CachedAnswer | undefined,
): Promise<Template[]> {
  const ask = () => listTemplates(context.kommo, owner.id);
  return read(context, owner, { kind: 'templates', schema: templates, known, ask });
}

/** As `readTemplates`, for callers that have read nothing yet. */
export async function loadTemplates(context: Context, owner: Owner): Promise<Template[]> {
  const key = { accountId: owner.id, kind: 'templates' } as const;
  return readTemplates(context, owner, await findCached(context.db, key, LIST_SECONDS));
}

/** The last known templates however old, or Kommo's answer where none are known. */
export function knownTemplates(
  context: Context,
  owner: Owner,
  known: CachedAnswer | undefined,
): Promise<Template[]> {
  return readTemplates(context, owner, known && { ...known, isFresh: true });
}

/** A template was added: the next reader must see it. */
export function outdateTemplates(context: Context, accountId: number): Promise<void> {
  return outdateCached(context.db, { accountId, kind: 'templates' });
}

/** What a new channel begins with: the main pipeline, if known. Never fails. */
export async function mainPipelineIds(
  context: Context,
  { accountId, epoch }: { accountId: number; epoch: number },
): Promise<number[]> {
  try {
    const key = { accountId, kind: 'pipelines' } as const;
    const known = await findCached(context.db, key, LIST_SECONDS);
    const list = await readPipelines(
      context,
      { id: accountId, epoch },
      known && { ...known, isFresh: true },
    );
    return list.filter((one) => one.is_main && !one.is_archived).map((one) => one.id);
  } catch (error) {
    context.log.warn({ err: error, accountId }, 'the main pipeline could not be read');
    return [];
  }
}

/**
 * Keeps up with the account's name, language and country. Never fails, and does not wait long; a late answer
 * shows next time.
 */
export function refreshProfile(context: Context, account: Account): Promise<void> {
  return Promise.race([askProfile(context, account), wait(PATIENCE_MS, undefined, { ref: false })]);
}

async function askProfile(context: Context, account: Account): Promise<void> {
  try {
    if (!(await claimProfileRefresh(context.db, account.id, LIST_SECONDS))) return;
    const { name, language, country, amojoId } = await getAccount(context.kommo, account.id);
    await storeProfile(context.db, account.id, account.epoch, { name, language, country, amojoId });
  } catch (error) {
    context.log.warn({ err: error, accountId: account.id }, 'the account could not be read again');
  }
}

async function read<T>(
  context: Context,
  owner: Owner,
  list: {
    kind: CacheKind;
    schema: z.ZodType<T>;
    known: CachedAnswer | undefined;
    ask: () => Promise<T>;
    /** Asks Kommo although a fresh answer is known. */
    isForced?: boolean;
  },
): Promise<T> {
  const { kind, schema, isForced = false } = list;
  const read = (answer: CachedAnswer | undefined) => answer && schema.safeParse(answer.body).data;
  const known = read(list.known);
  if (known !== undefined && list.known?.isFresh && !isForced) return known;
  const asking = share(context, `${owner.id} ${kind} ${isForced}`, async () => {
    if (!isForced) {
      // Another caller, here or on another replica, may have asked since this one read what is stored.
      const key = { accountId: owner.id, kind };
      const latest = await findCached(context.db, key, LIST_SECONDS);
      const body = latest?.isFresh ? read(latest) : undefined;
      if (body !== undefined) return body;
    }
    const body = await list.ask();
    await storeCached(context.db, { accountId: owner.id, epoch: owner.epoch, kind, body });
    return body;
  });
  if (known === undefined) return asking;
  const impatience = new AbortController();
  try {
    const late = wait(PATIENCE_MS, known, { signal: impatience.signal, ref: false });
    return await Promise.race([asking, late]);
  } catch (error) {
    if (!isPassing(error)) throw error;
    context.log.warn(
      { err: error, accountId: owner.id, kind },
      "Kommo's last answer is shown instead",
    );
    return known;
  } finally {
    impatience.abort();
  }
}

/** Trouble that passes. A dead grant or missing rights do not: the administrator must be told to act. */
function isPassing(error: unknown): boolean {
  return isKommoError(error) && !isLastingRefusal(error);
}

function share<T>(context: Context, key: string, ask: () => Promise<T>): Promise<T> {
  const mine = underway.get(context) ?? new Map<string, Promise<unknown>>();
  underway.set(context, mine);
  const known = mine.get(key) as Promise<T> | undefined;
  if (known !== undefined) return known;
  const asking = ask().finally(() => mine.delete(key));
  // Callers that lost patience no longer listen; the failure is reported to those that do.
  asking.catch(() => undefined);
  mine.set(key, asking);
  return asking;
}
