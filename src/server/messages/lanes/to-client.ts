import { setTimeout as pause } from 'node:timers/promises';
import type { UndeliveredReason } from '../../../contract/api.ts';
import { toolsFor } from '../../channels/connector-tools.ts';
import { recordHealth } from '../../channels/health/channel-health.ts';
import {
  type Connector,
  ConnectorError,
  type Credentials,
  type Health,
  type MessageCarrier,
  type Tools,
} from '../../connectors/connector.ts';
import type { ChatAddress, OutgoingMessage, SendOutcome } from '../../connectors/messages.ts';
import { conversationRowId, serviceMessageIdOf } from '../addresses.ts';
import { listUnanswered } from '../chats/rows.ts';
import { findByKommoId } from '../known/rows.ts';
import { outgoingFile } from '../media/outgoing-file.ts';
import { takeTurn } from '../pace/rows.ts';
import type { OutgoingContent } from '../stored-content.ts';
import { accountOf } from './at-kommo.ts';
import { LaneLost } from './lane-runner.ts';
import { noted } from './noted.ts';
import {
  adoptChat,
  beginSending,
  claimHealthCheck,
  failMessage,
  finishPart,
  finishSent,
  undoSending,
} from './rows.ts';
import { backOff, countEnd, openMedia, openOutgoing, type Step, type Work } from './step.ts';

/** About a quarter of an hour in all: the manager must see soon that nobody can be reached. */
const MOST_TRIES = 15;
const LONGEST_PAUSE_SECONDS = 90;
/** An administrator may be signing in again; about ten minutes in all. */
const SIGNED_OUT_PAUSE_SECONDS = 20;
const MOST_SIGNED_OUT_TRIES = 30;
const RENEWED_SECONDS = 0.05;
const UNKNOWN_LIMIT_SECONDS = 5;

/** All that one call of the connector needs. */
interface Sending extends Work {
  carrier: MessageCarrier;
  tools: Tools;
  credentials: Credentials;
  address: ChatAddress;
  content: OutgoingContent;
}

/** Brings what a manager or bot wrote to the client. */
export async function toClient(work: Work): Promise<Step> {
  const { context, target, message } = work;
  const { channel, chat } = target;
  const carrier = channel && context.connectors.find(channel.connector)?.messages;
  if (!channel || !carrier) return fail(work, 'no_connection');
  if (channel.status === 'paused') {
    return fail(work, message.state === 'sending' ? 'may_have_arrived' : 'no_connection');
  }
  if (!chat?.person) return fail(work, 'chat_unknown');
  const content = openOutgoing(context, message);
  if (content === undefined) return fail(work, 'unreadable');
  const { credentials, webhookSecret } = channel;
  if (credentials === undefined || webhookSecret === undefined) return signedOut(work, undefined);
  // Its fate is unknown: the process that asked the service died before it could note the answer.
  if (message.state === 'sending' && carrier.repeatsAreSafe !== true) {
    return fail(work, 'may_have_arrived');
  }
  const { chatId, personId, phone } = chat.person;
  const address = { chatId, personId, ...(phone !== undefined && { phone }), isNew: chatId === '' };
  const tools = toolsFor(context, channel.connector, { id: channel.id, secret: webhookSecret });
  const sending = { ...work, carrier, tools, credentials, address, content };
  return message.event === 'reaction' ? sendReaction(sending) : sendMessage(sending);
}

async function sendMessage(sending: Sending): Promise<Step> {
  const { context, message, carrier, tools, credentials, address, confirm } = sending;
  const { bytes = 0 } = sending.content.file ?? {};
  if (bytes > context.config.messages.mediaMaxBytes) return fail(sending, 'too_large');
  const parts = carrier.compose(await outgoingOf(sending));
  const { chat, channel } = sending.target;
  const [lastReceivedId, ...earlierReceivedIds] =
    carrier.showsSeen && chat && channel
      ? await listUnanswered(context.db, { channelId: channel.id, conversationId: chat.id })
      : [];
  const seeing = {
    ...address,
    ...(lastReceivedId !== undefined && { lastReceivedId, earlierReceivedIds }),
  };
  for (let index = message.part; index < parts.length; index += 1) {
    const tooEarly = await keepPace(sending);
    if (tooEarly !== undefined) return tooEarly;
    const outcome = await attempt(sending, () =>
      carrier.send(tools, credentials, seeing, parts[index]),
    );
    if (outcome === 'taken') return 'done';
    if ('holdSeconds' in outcome) return outcome;
    if (outcome.state !== 'sent') return refuse(sending, outcome);
    const { messageId: serviceId, chatId, isDelivered } = outcome;
    if (chatId !== undefined && chatId !== address.chatId) await adopt(sending, chatId);
    const part = index + 1;
    const sent = { id: message.id, part, serviceId, isOneOfSeveral: parts.length > 1 };
    if (part === parts.length) {
      await noted(() => finishSent(context.db, { ...sent, isDelivered }));
      message.state = isDelivered ? 'delivered' : 'sent';
      countEnd(sending, 'delivered');
      break;
    }
    await noted(() => finishPart(context.db, sent));
    message.state = 'waiting';
    confirm();
  }
  return 'done';
}

async function sendReaction(sending: Sending): Promise<Step> {
  const { context, message, carrier, tools, credentials, address, content } = sending;
  const original = await originalOf(sending);
  if (carrier.react && original !== undefined) {
    const { react } = carrier;
    const { messageId, isOurs } = original;
    const reaction = { messageId, isOurs, emoji: content.emoji ?? null };
    const outcome = await attempt(sending, () =>
      react.call(carrier, tools, credentials, address, reaction),
    );
    if (outcome === 'taken') return 'done';
    if ('holdSeconds' in outcome) return outcome;
  }
  // Kommo has no status for reactions.
  const done = { part: 1, serviceId: null, isOneOfSeveral: false, isDelivered: false };
  await finishSent(context.db, { id: message.id, ...done });
  message.state = 'sent';
  countEnd(sending, 'delivered');
  return 'done';
}

/** Waits for the channel's turn, where its service wants a human pace. @returns how the lane waits when that takes long */
async function keepPace({
  context,
  carrier,
  message,
  confirm,
}: Sending): Promise<Step | undefined> {
  const { secondsBetweenMessages: seconds = 0 } = carrier;
  // One that is marked already may be out: nothing is to be waited for.
  if (seconds <= 0 || message.state !== 'waiting') return undefined;
  confirm();
  const { isTaken, waitSeconds } = await takeTurn(context.db, message.channelId, seconds);
  if (!isTaken) return { holdSeconds: waitSeconds, counts: false };
  if (waitSeconds > 0) await pause(waitSeconds * 1000);
  return undefined;
}

/** Marks the message as being sent, asks the service, and sorts out what is not about the message itself. */
async function attempt(
  sending: Sending,
  ask: () => Promise<SendOutcome>,
): Promise<SendOutcome | { holdSeconds: number; counts: boolean } | 'taken'> {
  const { context, message, confirm } = sending;
  confirm();
  if (message.state === 'waiting' && !(await begin(sending))) return 'taken';
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LaneLost) throw error;
    if (error instanceof ConnectorError) {
      // It was not sent: whatever goes wrong from here on must not look as if it had been.
      await noted(() => undoSending(context.db, message.id));
      message.state = 'waiting';
      return afterFailure(sending, error);
    }
    // A bug of ours, while the service may have been asked already.
    const name = error instanceof Error ? error.name : typeof error;
    context.log.error({ channelId: message.channelId, fault: name }, 'sending a message failed');
    return { state: 'unknown' };
  }
}

/**
 * Marks the message as being sent. What fails in here fails before the service is asked, so that the mark can be taken
 * back: it is ours, or nobody else can have made it while the lane is ours.
 */
async function begin({ context: { db }, message: { id }, confirm }: Sending): Promise<boolean> {
  let isOurs = false;
  try {
    isOurs = await beginSending(db, id);
    if (isOurs) confirm();
    return isOurs;
  } catch (error) {
    await noted(async () => {
      if (!isOurs) confirm();
      await undoSending(db, id);
    });
    throw error;
  }
}

async function afterFailure(
  sending: Sending,
  error: ConnectorError,
): Promise<SendOutcome | { holdSeconds: number; counts: boolean }> {
  const { context, message } = sending;
  const { tries } = message;
  const connector = sending.target.channel?.connector;
  const details = { channelId: message.channelId, connector, failure: error.failure };
  context.log.warn(details, 'a message could not be sent yet');
  switch (error.failure) {
    case 'rate_limited':
      return { holdSeconds: error.retryAfterSeconds ?? UNKNOWN_LIMIT_SECONDS, counts: false };
    case 'rejected':
    case 'reauthorize':
      return signedOut(sending, sending);
    default:
      if (tries >= MOST_TRIES) return failed(sending, 'timed_out');
      return { holdSeconds: backOff(tries, LONGEST_PAUSE_SECONDS), counts: true };
  }
}

/**
 * The channel's sign-in is dead, has to be renewed, or cannot be read. Asking how the channel is doing renews what can
 * be renewed, and tells the administrator of the rest.
 */
async function signedOut(
  work: Work,
  signIn: Pick<Sending, 'tools' | 'credentials'> | undefined,
): Promise<{ holdSeconds: number; counts: boolean }> {
  const { context, message, target } = work;
  const id = message.channelId;
  const connector = context.connectors.find(target.channel?.connector ?? '');
  if (connector && signIn && (await claimHealthCheck(context.db, id))) {
    const asOf = context.now();
    const health = await healthOf(connector, signIn);
    if (health) await recordHealth(context, { id }, health, asOf);
    if (health?.credentials) return { holdSeconds: RENEWED_SECONDS, counts: true };
  }
  if (message.tries >= MOST_SIGNED_OUT_TRIES) return failed(work, 'signed_out');
  return { holdSeconds: SIGNED_OUT_PAUSE_SECONDS, counts: true };
}

/** Undefined when the service asks to be asked later. */
async function healthOf(
  connector: Connector,
  { tools, credentials }: Pick<Sending, 'tools' | 'credentials'>,
): Promise<Health | undefined> {
  try {
    return await connector.health(tools, credentials);
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

/** Failed, and its report is due: the lane goes on with it at once. */
async function failed(
  work: Work,
  reason: UndeliveredReason,
): Promise<{ holdSeconds: number; counts: boolean }> {
  await fail(work, reason);
  return { holdSeconds: 0, counts: false };
}

async function refuse(
  sending: Sending,
  outcome: Exclude<SendOutcome, { state: 'sent' }>,
): Promise<Step> {
  if (outcome.state === 'unknown') return fail(sending, 'may_have_arrived');
  return fail(sending, outcome.reason, outcome.detail);
}

async function fail(work: Work, reason: UndeliveredReason, detail?: string): Promise<Step> {
  const { context, message } = work;
  const content = detail === undefined ? undefined : openOutgoing(context, message);
  const failed = {
    id: message.id,
    reason,
    isReported: message.event === 'message',
    // The service's own words are for the manager only, in the report that follows.
    ...(content && { content: { ...content, detail } }),
  };
  await noted(() => failMessage(context.db, context.secrets, failed));
  countEnd(work, 'undelivered');
  context.log.warn({ channelId: message.channelId, reason }, 'a message could not be delivered');
  return 'done';
}

async function outgoingOf(sending: Sending): Promise<OutgoingMessage> {
  const { context, message, content } = sending;
  const media = openMedia(context, message);
  const file =
    content.file === undefined ? undefined : outgoingFile(context, message, content.file, media);
  const replyTo = await originalOf(sending);
  return {
    id: message.id,
    atMs: message.at.getTime(),
    ...(content.text !== undefined && { text: content.text }),
    ...(file && { media: file }),
    ...(content.buttons && { buttons: content.buttons }),
    ...(replyTo && { replyTo: replyTo.messageId, isReplyToOurs: replyTo.isOurs }),
    ...(content.groupId !== undefined && { groupId: content.groupId }),
    ...(content.authorName !== undefined && { authorName: content.authorName }),
  };
}

/** The service's id of the message that is quoted or reacted to. */
async function originalOf(
  sending: Sending,
): Promise<{ messageId: string; isOurs: boolean } | undefined> {
  const { context, message, content, target } = sending;
  const { kommoId, msgid } = content.target ?? {};
  const found =
    kommoId === undefined ? undefined : await findByKommoId(context.db, message.channelId, kommoId);
  const isOurs = found?.direction === 'out';
  if (isOurs) return found.serviceId === null ? undefined : { messageId: found.serviceId, isOurs };
  const messageId = found?.key ?? (msgid && serviceMessageIdOf(accountOf({ target }), msgid));
  return messageId ? { messageId, isOurs } : undefined;
}

/** The service gave the chat an id of its own: what the client writes there belongs to this chat. */
async function adopt({ context, target }: Sending, chatId: string): Promise<void> {
  const { channel, chat } = target;
  if (!channel || !chat?.person) return;
  await adoptChat(context.db, context.secrets, {
    fromId: chat.id,
    toId: conversationRowId(channel.id, chatId),
    person: { ...chat.person, chatId, personId: chat.person.personId || chatId },
  });
}
