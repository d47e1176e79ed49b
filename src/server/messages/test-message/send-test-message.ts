import { setTimeout as pause } from 'node:timers/promises';
import type { TestAnswer } from '../../../contract/api.ts';
import type { Caller } from '../../accounts/caller.ts';
import { getChannel } from '../../channels/channels.ts';
import { toolsFor } from '../../channels/connector-tools.ts';
import { recordHealth } from '../../channels/health/channel-health.ts';
import type { StoredChannel } from '../../channels/rows.ts';
import {
  type Connector,
  ConnectorError,
  type Credentials,
  type MessageCarrier,
  type Tools,
} from '../../connectors/connector.ts';
import type { ChatAddress, SendOutcome } from '../../connectors/messages.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { conversationRowId } from '../addresses.ts';
import { claimHealthCheck, dropMessage } from '../lanes/rows.ts';
import { messageText } from '../message-text.ts';
import { takeTurn } from '../pace/rows.ts';
import { shownName } from '../shown-name.ts';
import { findTarget, type Target } from '../target/rows.ts';
import { beginTest, claimTest, findLastChat, finishTest } from './rows.ts';

/** Clients read it, too. */
const EVERY_SECONDS = 10;

type Testable = MessageCarrier & Required<Pick<MessageCarrier, 'test'>>;

/** A test message, and all it needs. */
interface Test {
  context: Context;
  channel: StoredChannel;
  connector: Connector;
  carrier: Testable;
  tools: Tools;
  credentials: Credentials;
  chat: ChatAddress;
  conversationId: string;
  language: string;
}

/**
 * Sends a test message by the connector itself, at once: it waits for no message that is stuck. Kommo hears nothing of
 * it, and what the service tells of it is recognised.
 *
 * @throws AppError `not_found`, `test_unsupported`, `channel_not_connected`, `no_test_chat`, `rate_limited`,
 *   `test_refused`, `test_unanswered`, and as `toAppError` has them, the failures of a connector
 */
export async function sendTestMessage(
  context: Context,
  caller: Caller,
  id: string,
): Promise<TestAnswer> {
  const channel = await getChannel(context, caller, id);
  const connector = context.connectors.find(channel.connector);
  const carrier = connector?.messages;
  if (!connector || !isTestable(carrier)) throw new AppError('test_unsupported');
  if (channel.status === 'paused' || channel.status === 'action_needed') {
    throw new AppError('channel_not_connected');
  }
  const { chat: known, conversationId, sentTo } = await placeOf(context, channel, carrier);
  const target = await findTarget(context.db, context.secrets, {
    accountId: channel.accountId,
    channelId: channel.id,
    conversationId,
  });
  const { credentials, webhookSecret } = target?.channel ?? {};
  if (!target || !credentials || webhookSecret === undefined) {
    throw new AppError('channel_not_connected');
  }
  const chat = known ?? chatOf(target);
  if (chat === undefined) throw new AppError('no_test_chat');
  const claim = { now: context.now(), everySeconds: EVERY_SECONDS };
  const waitSeconds = await claimTest(context.db, id, claim);
  if (waitSeconds > 0) throw new AppError('rate_limited', { retryAfterSeconds: waitSeconds });
  const tools = toolsFor(context, channel.connector, { id, secret: webhookSecret });
  const { language } = target.account;
  await carry({
    ...{ context, channel, connector, carrier, tools, credentials },
    ...{ chat, conversationId, language },
  });
  return { sent_to: sentTo ?? shownName(target.chat?.person?.name ?? '') };
}

function isTestable(carrier: MessageCarrier | undefined): carrier is Testable {
  return carrier?.test !== undefined;
}

/** Where the message goes. A chat that is known by its row only is read with the rest. */
async function placeOf(
  { db }: Context,
  channel: StoredChannel,
  { test }: Testable,
): Promise<{ conversationId: string; chat?: ChatAddress; sentTo?: string }> {
  if (test.target === 'own_number') {
    const { external_id: externalId, handle } = channel.account;
    const chat = test.ownChat({ externalId });
    const conversationId = conversationRowId(channel.id, chat.chatId);
    return { conversationId, chat, sentTo: channel.phone || (handle ?? '') };
  }
  const conversationId = await findLastChat(db, channel.id);
  if (conversationId === undefined) throw new AppError('no_test_chat');
  return { conversationId };
}

function chatOf({ chat }: Target): ChatAddress | undefined {
  if (!chat?.person?.chatId) return undefined;
  const { chatId, personId, phone } = chat.person;
  return { chatId, personId, ...(phone !== undefined && { phone }), isNew: false };
}

async function carry(test: Test): Promise<void> {
  const { context, channel, conversationId } = test;
  const { accountId, id: channelId } = channel;
  const at = context.now();
  await keepPace(test);
  const id = await beginTest(context.db, { accountId, channelId, conversationId, at });
  let outcome: SendOutcome;
  try {
    outcome = await send(test, id, at);
  } catch (error) {
    await dropMessage(context.db, id);
    throw error;
  }
  if (outcome.state === 'sent') return await finishTest(context.db, id, outcome.messageId);
  await dropMessage(context.db, id);
  if (outcome.state === 'unknown') throw new AppError('test_unanswered');
  const { reason: code, detail: reason } = outcome;
  const field = { path: 'message', code, ...(reason !== undefined && { reason }) };
  throw new AppError('test_refused', { fields: [field] });
}

/** A phone writes no faster for a test. @throws AppError `rate_limited` where many messages wait for their turn */
async function keepPace({ context, channel, carrier }: Test): Promise<void> {
  const { secondsBetweenMessages: seconds = 0 } = carrier;
  if (seconds <= 0) return;
  const { isTaken, waitSeconds } = await takeTurn(context.db, channel.id, seconds);
  if (!isTaken) throw new AppError('rate_limited', { retryAfterSeconds: Math.ceil(waitSeconds) });
  if (waitSeconds > 0) await pause(waitSeconds * 1000);
}

async function send(test: Test, id: string, at: Date): Promise<SendOutcome> {
  const { carrier, tools, chat, language } = test;
  const text = messageText(language, 'test', 'text');
  const [part] = carrier.compose({ id, atMs: at.getTime(), text });
  const sendWith = (credentials: Credentials) => carrier.send(tools, credentials, chat, part);
  try {
    return await sendWith(test.credentials);
  } catch (error) {
    const isSignIn =
      error instanceof ConnectorError && ['rejected', 'reauthorize'].includes(error.failure);
    if (!isSignIn) throw error;
    const renewed = await renew(test);
    if (renewed === undefined) throw new AppError('connector_reauthorize', { cause: error });
    return await sendWith(renewed);
  }
}

/** Asking how the channel is renews what can be renewed, and shows the rest in its status. */
async function renew({
  context,
  channel,
  connector,
  tools,
  credentials,
}: Test): Promise<Credentials | undefined> {
  if (!(await claimHealthCheck(context.db, channel.id))) return undefined;
  const asOf = context.now();
  const health = await connector.health(tools, credentials);
  await recordHealth(context, channel, health, asOf);
  return health.credentials;
}
