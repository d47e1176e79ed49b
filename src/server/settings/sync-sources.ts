import type { ErrorCode } from '../../contract/errors.ts';
import { findAccount, findSettings } from '../accounts/rows.ts';
import { listChannels } from '../channels/rows.ts';
import { ensureScope } from '../channels/scope/chat-channel.ts';
import {
  beginSync,
  failSync,
  finishSync,
  listSources,
  noteSourcesAtKommo,
} from '../channels/sources/rows.ts';
import type { Context } from '../context.ts';
import { KommoError } from '../kommo/errors.ts';
import { findGrantFault } from '../kommo/grants/rows.ts';
import type { Kommo } from '../kommo/kommo.ts';
import {
  createSources,
  deleteSources,
  listSources as listSourcesAtKommo,
  updateSources,
} from '../kommo/rest/sources.ts';
import { AppError } from '../platform/app-error.ts';
import { type GoOn, JobLost, type Run } from '../platform/jobs.ts';
import { isLastingRefusal, toAppError } from '../to-app-error.ts';
import {
  isEmptyPlan,
  planSources,
  SOURCE_LIMIT,
  type SourcePlan,
  wantedSources,
} from './source-plan.ts';

const LONGEST_PAUSE_SECONDS = 300;
const BANNED_PAUSE_SECONDS = 300;
const UNPAID_PAUSE_SECONDS = 24 * 3600;
const REFUSED_PAUSE_SECONDS = 3600;

/** What stays refused until somebody changes something, in the settings or on the server. */
const UNCHANGED_BY_WAITING = new Set<ErrorCode>([
  'validation_failed',
  'source_limit_reached',
  'channel_refused',
  'kommo_misconfigured',
]);

/** Failures in a row after which an error of our own waits for the next save or the daily check. */
const MOST_ATTEMPTS = 20;

/**
 * Makes Kommo's sources equal the saved settings. Reads what is wanted when it runs, so a late or repeated job does no
 * harm. The outcome is kept with the account and shown to the admin.
 */
export async function syncSources(
  context: Context,
  accountId: number,
  run: Run,
): Promise<GoOn | undefined> {
  const begun = await beginSync(context.db, accountId);
  if (!begun) return undefined;
  const end = { accountId, claimed: begun.requested };
  try {
    // An administrator who waits for their save goes first.
    const kommo = run.isAwaited ? context.kommo : context.kommo.background();
    await reconcile(context, kommo, accountId, run);
    await run.confirm();
    await finishSync(context.db, { ...end, at: context.now() });
    await context.onSynced(accountId);
    return undefined;
  } catch (error) {
    if (error instanceof JobLost) throw error;
    await run.confirm();
    const failure = classify(error, begun.attempts);
    context.log.warn({ err: error, accountId, ...failure }, 'a sync failed');
    await failSync(context.db, { ...end, ...failure, at: context.now() });
    const { retrySeconds } = failure;
    return retrySeconds === undefined ? undefined : { againInSeconds: retrySeconds };
  }
}

async function reconcile(
  context: Context,
  kommo: Kommo,
  accountId: number,
  run: Run,
): Promise<void> {
  const account = await findAccount(context.db, accountId);
  if (account?.installState !== 'active') {
    const lacksRights = (await findGrantFault(context.db, accountId))?.lacksRights;
    throw new AppError(lacksRights === true ? 'kommo_forbidden' : 'kommo_reauthorize');
  }
  const settings = await findSettings(context.db, accountId, account.epoch);
  // Disabled and installed again since the request: nothing is saved that could be synced.
  if (settings.status !== 'active') return;
  await ensureScope(context, account, kommo);
  const channels = await listChannels(context.db, accountId, account.epoch);
  const wanted = wantedSources(
    channels.filter((channel) => channel.isSaved),
    await listSources(context.db, accountId),
    settings.defaultChannelId,
  );
  const existing = await listSourcesAtKommo(kommo, accountId);
  const plan = planSources(wanted, existing, context.config.kommo.channelCode);
  const others = existing.length - plan.remove.length;
  if (!isEmptyPlan(plan)) {
    if (others + plan.create.length > SOURCE_LIMIT) throw new AppError('source_limit_reached');
    await apply(kommo, accountId, plan, run);
  }
  const externalIds = wanted.map(({ externalId }) => externalId);
  await noteSourcesAtKommo(context.db, accountId, externalIds);
}

/** Removes first, to stay below Kommo's limit; creates last, when the old default is gone. */
async function apply(kommo: Kommo, accountId: number, plan: SourcePlan, run: Run): Promise<void> {
  const refusals: KommoError[] = [];
  const beforeBatch = () => run.confirm();
  const options = { beforeBatch, onRefused: (error: KommoError) => refusals.push(error) };
  await deleteSources(kommo, accountId, plan.remove, { beforeBatch });
  await updateSources(kommo, accountId, plan.update, options);
  await createSources(kommo, accountId, plan.create, options);
  const [first] = refusals;
  if (first) throw first;
}

/** What the admin is told, and when to try again; undefined: not before something changes. */
function classify(
  error: unknown,
  attempts: number,
): { errorCode: ErrorCode; retrySeconds: number | undefined } {
  const kind = error instanceof KommoError ? error.kind : undefined;
  const code =
    isLastingRefusal(error) && kind === 'forbidden' ? 'kommo_forbidden' : toAppError(error).code;
  const asked = error instanceof KommoError ? error.retryAfterSeconds : undefined;
  const pause = Math.min(2 ** attempts, LONGEST_PAUSE_SECONDS) * (0.5 + Math.random() / 2);
  // A new grant wakes these.
  if (code === 'kommo_reauthorize' || code === 'kommo_forbidden') {
    return { errorCode: code, retrySeconds: undefined };
  }
  if (code === 'kommo_payment_required') {
    return { errorCode: code, retrySeconds: UNPAID_PAUSE_SECONDS };
  }
  if (UNCHANGED_BY_WAITING.has(code)) {
    return { errorCode: code, retrySeconds: REFUSED_PAUSE_SECONDS };
  }
  if (kind === 'rate_limited') {
    return { errorCode: 'rate_limited', retrySeconds: Math.max(asked ?? 0, pause) };
  }
  if (kind === 'blocked') return { errorCode: code, retrySeconds: BANNED_PAUSE_SECONDS };
  if (code === 'internal' && attempts >= MOST_ATTEMPTS) {
    return { errorCode: code, retrySeconds: undefined };
  }
  return { errorCode: code, retrySeconds: Math.max(asked ?? 0, pause) };
}
