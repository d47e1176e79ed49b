import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { type Pipeline, pipeline, type Template, template } from '../../contract/api.ts';
import { isKommoError } from '../kommo/errors.ts';
import type { Parts } from '../parts.ts';
import { claimProfileRefresh, storeProfile } from '../storage/account-profile.ts';
import { type Account, findAccount } from '../storage/accounts.ts';
import { type CacheKind, findCached, storeCached } from '../storage/kommo-cache.ts';

/** So long the screen waits for Kommo when it could show what Kommo said last. */
const PATIENCE_MS = 4_000;

/** Name, language and country are asked for again after this. */
const PROFILE_SECONDS = 10;

/** Answers under way, by account and kind: callers at the same moment share one request to Kommo. */
const underway = new WeakMap<Parts, Map<string, Promise<unknown>>>();

/**
 * The account's pipelines. In Kommo's trouble the last known ones.
 *
 * @throws KommoError when nothing is known, or when the grant is dead
 */
export function readPipelines(parts: Parts, accountId: number): Promise<Pipeline[]> {
  return read(parts, accountId, 'pipelines', z.array(pipeline), () =>
    parts.kommo.pipelines(accountId),
  );
}

/** The templates this integration made. As `readPipelines` for the rest. */
export function readTemplates(parts: Parts, accountId: number): Promise<Template[]> {
  return read(parts, accountId, 'templates', z.array(template), () =>
    parts.kommo.templates(accountId),
  );
}

/** The last known templates, or Kommo's answer where none are known. */
export async function knownTemplates(parts: Parts, accountId: number): Promise<Template[]> {
  const known = await cached(parts, accountId, 'templates', z.array(template));
  return known ?? readTemplates(parts, accountId);
}

/** What a new channel is given: the main pipeline, where it is known. Never fails. */
export async function mainPipelineIds(
  parts: Parts,
  { accountId }: { accountId: number },
): Promise<number[]> {
  try {
    const known = await cached(parts, accountId, 'pipelines', z.array(pipeline));
    const pipelines = known ?? (await readPipelines(parts, accountId));
    return pipelines.filter((one) => one.is_main && !one.is_archived).map((one) => one.id);
  } catch (error) {
    parts.log.warn({ err: error, accountId }, 'the main pipeline could not be read');
    return [];
  }
}

/**
 * Follows name, language and country of the account, when they were last asked for a while ago. Never
 * fails, and waits no longer than it is worth; a late answer shows next time.
 */
export function refreshProfile(parts: Parts, account: Account): Promise<void> {
  return Promise.race([askProfile(parts, account), wait(PATIENCE_MS, undefined, { ref: false })]);
}

async function askProfile(parts: Parts, account: Account): Promise<void> {
  try {
    if (!(await claimProfileRefresh(parts.db, account.id, PROFILE_SECONDS))) return;
    const { name, language, country, amojoId } = await parts.kommo.account(account.id);
    await storeProfile(parts.db, account.id, account.epoch, { name, language, country, amojoId });
  } catch (error) {
    parts.log.warn({ err: error, accountId: account.id }, 'the account could not be read again');
  }
}

async function read<T>(
  parts: Parts,
  accountId: number,
  kind: CacheKind,
  schema: z.ZodType<T>,
  ask: () => Promise<T>,
): Promise<T> {
  const asking = share(parts, `${accountId} ${kind}`, async () => {
    const epoch = (await findAccount(parts.db, accountId))?.epoch ?? 0;
    const body = await ask();
    await storeCached(parts.db, { accountId, epoch, kind, body, fetchedAt: parts.now() });
    return body;
  });
  const impatience = new AbortController();
  try {
    const answer = await Promise.race([
      asking.then((body) => ({ body })),
      wait(PATIENCE_MS, undefined, { signal: impatience.signal, ref: false }),
    ]);
    if (answer) return answer.body;
    return (await cached(parts, accountId, kind, schema)) ?? (await asking);
  } catch (error) {
    if (!isPassing(error)) throw error;
    const known = await cached(parts, accountId, kind, schema);
    if (known === undefined) throw error;
    parts.log.warn({ err: error, accountId, kind }, "Kommo's last answer is shown instead");
    return known;
  } finally {
    impatience.abort();
  }
}

async function cached<T>(
  parts: Parts,
  accountId: number,
  kind: CacheKind,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  return schema.safeParse(await findCached(parts.db, accountId, kind)).data;
}

/** Trouble that passes. A dead grant does not: the admin has to act, so he has to be told. */
function isPassing(error: unknown): boolean {
  return isKommoError(error) && error.kind !== 'reauthorize' && error.kind !== 'unauthorized';
}

function share<T>(parts: Parts, key: string, ask: () => Promise<T>): Promise<T> {
  const mine = underway.get(parts) ?? new Map<string, Promise<unknown>>();
  underway.set(parts, mine);
  const known = mine.get(key) as Promise<T> | undefined;
  if (known) return known;
  const asking = ask().finally(() => mine.delete(key));
  // Whoever lost patience no longer listens; the failure is reported to those who do.
  asking.catch(() => undefined);
  mine.set(key, asking);
  return asking;
}
