import type { AttemptReason } from '../../../contract/api.ts';
import { mainPipelineIds } from '../../accounts/kommo-lists.ts';
import { findSettings, storeDefaultChannel } from '../../accounts/rows.ts';
import type { Config } from '../../config.ts';
import type { Context } from '../../context.ts';
import { lockAccount } from '../../platform/database/account-lock.ts';
import type { Db, Trx } from '../../platform/database/database.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { isAtLimit } from '../channels.ts';
import { retireEpochs } from '../clean-up/retire-epochs.ts';
import { getConnector, linkedAccountOf, toolsForAttempt, webhookIdOf } from '../connector-tools.ts';
import {
  findChannel,
  insertChannel,
  isConnectedElsewhere,
  listChannels,
  replaceSignIn,
  type SignedIn,
  type StoredChannel,
} from '../rows.ts';
import { signOutChannelLater, signOutLater } from '../sign-outs/sign-out.ts';
import type { AttemptEnd } from './end-attempt.ts';
import { type Candidate, changeAttempt, isLive, lockAttempt, type StoredAttempt } from './rows.ts';

/** Why a signed-in account cannot become a channel. */
export type Obstacle = Extract<AttemptReason, 'already_connected' | 'channel_limit_reached'>;

interface FoundObstacle {
  reason: Obstacle;
  /** The channel that has the account already. */
  channelId?: string;
}

export type Acceptance =
  /** The attempt is `connected`, or `confirm` while the administrator has to answer. */
  | { outcome: 'changed'; attempt: StoredAttempt }
  | ({ outcome: 'obstacle' } & FoundObstacle)
  /** The attempt or its install epoch has ended since; nothing was stored. */
  | { outcome: 'over' };

/**
 * Makes a signed-in chat account a channel, or asks first. The same for all three kinds of sign-in: the service
 * is told (`link`) before anything is stored, and everything is stored at once.
 *
 * @param consent `given` when the administrator has seen who signed in and agreed; `asked` always asks first
 * @throws ConnectorError from `link`; nothing is stored then
 */
export async function acceptAccount(
  context: Context,
  attempt: StoredAttempt,
  candidate: Candidate,
  consent: 'given' | 'unless_questionable' | 'asked',
): Promise<Acceptance> {
  const obstacle = await findObstacle(context.db, context.config, attempt, candidate);
  if (obstacle) return { outcome: 'obstacle', ...obstacle };
  const question = await findQuestion(context.db, attempt, candidate);
  if (consent === 'asked' || (consent === 'unless_questionable' && question !== null)) {
    return ask(context, attempt, candidate, question);
  }
  const connector = getConnector(context, attempt.connector);
  const credentials = connector.link
    ? await connector.link(toolsForAttempt(context, attempt), candidate)
    : candidate.credentials;
  const linked = { ...candidate, credentials };
  const pipelineIds = attempt.channelId === null ? await mainPipelineIds(context, attempt) : [];
  const acceptance = await transaction(context.db, (trx) =>
    store(trx, context, attempt, linked, pipelineIds),
  );
  // This undoes what `link` did for a key. Other sign-ins are given back when their attempt ends.
  if (acceptance.outcome !== 'changed' && attempt.auth === 'api_key') {
    await discardSignIn(context, attempt, linked);
  }
  if (acceptance.outcome === 'changed' && attempt.channelId !== null) {
    context.wakeMessages();
  }
  return acceptance;
}

/** How an attempt ends whose account did not become a channel: with who it was, and which channel has it. */
export function endOfUnaccepted(
  acceptance: Exclude<Acceptance, { outcome: 'changed' }>,
  candidate: Candidate,
): AttemptEnd {
  if (acceptance.outcome === 'over') return { state: 'cancelled', reason: null };
  const { reason, channelId } = acceptance;
  return {
    state: 'failed',
    reason,
    account: linkedAccountOf(candidate),
    ...(channelId !== undefined && { existingChannelId: channelId }),
  };
}

/** Has the service forget a sign-in that does not become a channel. */
export async function discardSignIn(
  context: Context,
  attempt: StoredAttempt,
  candidate: Candidate,
): Promise<void> {
  await transaction(context.db, (trx) =>
    signOutLater(trx, context, {
      accountId: attempt.accountId,
      connector: attempt.connector,
      kind: 'unlink',
      externalId: candidate.externalId,
      webhookId: webhookIdOf(attempt),
      webhookSecret: attempt.webhookSecret ?? '',
      content: candidate.credentials,
    }),
  );
}

/** The administrator decides about another account than the channel's, and about one in use elsewhere. */
async function findQuestion(
  db: Db,
  attempt: StoredAttempt,
  candidate: Candidate,
): Promise<AttemptReason | null> {
  const { accountId, connector, channelId } = attempt;
  const channel =
    channelId === null ? undefined : await findChannel(db, { ...attempt, id: channelId });
  const isSame = channel?.account.external_id === candidate.externalId;
  if (channel && !isSame) return 'different_account';
  if (candidate.warning === 'webhook_taken') return 'webhook_taken';
  const isElsewhere = await isConnectedElsewhere(db, accountId, connector, candidate.externalId);
  // The address of a channel that is gone is nobody's: a bot deleted and connected again at once is still signed out.
  if (candidate.warning === 'webhook_here') return isElsewhere ? 'webhook_taken' : null;
  // When a channel is signed in again with its own account, the question was answered before.
  return isElsewhere && !isSame ? 'connected_elsewhere' : null;
}

async function findObstacle(
  db: Db,
  config: Config,
  attempt: StoredAttempt,
  candidate: Candidate,
): Promise<FoundObstacle | undefined> {
  const channels = await listChannels(db, attempt.accountId, attempt.epoch);
  const existing = channels.find(
    (channel) =>
      channel.id !== attempt.channelId &&
      channel.connector === attempt.connector &&
      channel.account.external_id === candidate.externalId,
  );
  if (existing) return { reason: 'already_connected', channelId: existing.id };
  const isFull = attempt.channelId === null && isAtLimit(config, channels, attempt.connector);
  return isFull ? { reason: 'channel_limit_reached' } : undefined;
}

async function ask(
  context: Context,
  attempt: StoredAttempt,
  candidate: Candidate,
  question: AttemptReason | null,
): Promise<Acceptance> {
  const asking = await changeAttempt(context.db, context.secrets, attempt.id, {
    state: 'confirm',
    reason: question,
    account: linkedAccountOf(candidate),
    candidate,
    shown: {},
    now: context.now(),
  });
  return asking ? { outcome: 'changed', attempt: asking } : { outcome: 'over' };
}

async function store(
  trx: Trx,
  context: Context,
  attempt: StoredAttempt,
  linked: Candidate,
  pipelineIds: number[],
): Promise<Acceptance> {
  const account = await lockAccount(trx, attempt.accountId);
  if (account?.epoch !== attempt.epoch || account.installState === 'disabled') {
    return { outcome: 'over' };
  }
  const current = await lockAttempt(trx, context.secrets, attempt.id);
  // Confirmed twice, by two clicks or in two tabs: once is enough.
  if (current?.state === 'connected') return { outcome: 'changed', attempt: current };
  if (!current?.isReadable || !isLive(current.state)) return { outcome: 'over' };
  const obstacle = await findObstacle(trx, context.config, current, linked);
  if (obstacle) return { outcome: 'obstacle', ...obstacle };

  const signedIn: SignedIn = {
    account: linkedAccountOf(linked),
    avatarUrl: linked.avatarUrl,
    phone: linked.phone ?? '',
    secrets: { credentials: linked.credentials, webhookSecret: current.webhookSecret ?? '' },
    keyEnding: linked.keyEnding,
    now: context.now(),
  };
  const channelId = webhookIdOf(current);
  if (current.channelId === null) {
    await retireEpochs(trx, context, current.accountId, account.epoch - 1);
    const isAdded = await addChannel(trx, context, current, signedIn, pipelineIds);
    if (!isAdded) return { outcome: 'obstacle', reason: 'channel_limit_reached' };
  } else {
    const channel = await findChannel(trx, { ...current, id: current.channelId });
    if (!channel) return { outcome: 'over' };
    await renewChannel(trx, context, channel, signedIn);
  }
  const connected = await changeAttempt(trx, context.secrets, current.id, {
    state: 'connected',
    reason: null,
    account: signedIn.account,
    resultChannelId: channelId,
    now: context.now(),
  });
  return connected ? { outcome: 'changed', attempt: connected } : { outcome: 'over' };
}

async function addChannel(
  trx: Trx,
  context: Context,
  attempt: StoredAttempt,
  signedIn: SignedIn,
  pipelineIds: number[],
): Promise<boolean> {
  const { accountId, epoch, connector } = attempt;
  const isAdded = await insertChannel(
    trx,
    context.secrets,
    { ...signedIn, id: attempt.id, accountId, epoch, connector, pipelineIds },
    context.config.maxChannels,
  );
  if (!isAdded) return false;
  const { defaultChannelId } = await findSettings(trx, accountId, epoch);
  if (defaultChannelId === null) await storeDefaultChannel(trx, accountId, epoch, attempt.id);
  return true;
}

async function renewChannel(
  trx: Trx,
  context: Context,
  channel: StoredChannel,
  signedIn: SignedIn,
): Promise<void> {
  const isOther = channel.account.external_id !== signedIn.account.external_id;
  // A QR sign-in is a new session of the same number; elsewhere the same account keeps its one grant.
  const isNewSession = context.connectors.find(channel.connector)?.auth === 'qr';
  if (isOther || isNewSession) await signOutChannelLater(trx, context, channel);
  await replaceSignIn(trx, context.secrets, channel.id, signedIn);
  await context.onCarryingAgain(trx, channel.id);
}
