import { z } from 'zod';
import { ConnectorError, type Tools } from '../connector.ts';
import type { ChatAddress, SendOutcome } from '../messages.ts';
import { outcomeOfFile } from '../open-upload.ts';
import type { MediaPart, SlackPart } from './compose.ts';
import { isThreadGone, refusalOf } from './failures.ts';
import { isDirectMessage, messageKey, pendingFileKey, placeOf } from './message-id.ts';
import { escaped } from './mrkdwn.ts';
import { awaitShare, findShare, shareIn } from './shares.ts';
import { uploadFile } from './upload.ts';
import { askSlack, callSlack, type Verdict, type Workspace } from './web-api.ts';

const ts = z.string().regex(/^\d{1,11}\.\d{1,6}$/);

const posted = z.object({ ts, channel: z.string().optional().catch(undefined) });

const threadAnswer = z.object({
  messages: z.array(z.object({ ts, thread_ts: ts.optional().catch(undefined) })),
});

/**
 * Sends one part. An answer goes into the thread of the message it quotes; where that is gone, it stands by itself.
 *
 * @throws ConnectorError as `askSlack`
 */
export async function sendPart(
  tools: Tools,
  workspace: Workspace,
  { chatId: channel }: ChatAddress,
  part: SlackPart,
): Promise<SendOutcome> {
  // Nobody is known to Slack by a phone number: a chat that begins in Kommo has no channel.
  if (!isDirectMessage(channel)) return { state: 'refused', reason: 'chat_unknown' };
  if (part.kind === 'empty') return { state: 'refused', reason: 'unsupported' };
  const thread = await threadOf(tools, workspace, channel, part.replyTo);
  if (part.kind === 'media') return await sendFile(tools, workspace, { channel, thread }, part);
  const verdict = await inThread(thread, (thread_ts) =>
    askSlack(tools, workspace, 'chat.postMessage', {
      channel,
      text: escaped(part.text),
      unfurl_links: 'false',
      unfurl_media: 'false',
      thread_ts,
    }),
  );
  if (verdict.state === 'refused') return refusalOf(verdict.error);
  const message = verdict.state === 'accepted' ? posted.safeParse(verdict.answer).data : undefined;
  if (message === undefined) return { state: 'unknown' };
  const { channel: used = channel } = message;
  return {
    state: 'sent',
    messageId: messageKey(used, message.ts),
    ...(used !== channel && { chatId: used }),
    // Slack never says more than that it took a message.
    isDelivered: true,
  };
}

async function sendFile(
  tools: Tools,
  workspace: Workspace,
  { channel, thread }: { channel: string; thread: string | undefined },
  { media, comment }: MediaPart,
): Promise<SendOutcome> {
  let uploaded: Awaited<ReturnType<typeof uploadFile>>;
  try {
    uploaded = await uploadFile(tools, workspace, media);
  } catch (error) {
    return outcomeOfFile(error);
  }
  if ('state' in uploaded) return refusalOf(uploaded.error);
  const { fileId } = uploaded;
  const verdict = await inThread(thread, (thread_ts) =>
    askSlack(tools, workspace, 'files.completeUploadExternal', {
      files: JSON.stringify([{ id: fileId, title: media.fileName || 'file' }]),
      channel_id: channel,
      initial_comment: comment === undefined ? undefined : escaped(comment),
      thread_ts,
    }),
  );
  if (verdict.state === 'refused') return refusalOf(verdict.error);
  if (verdict.state === 'unknown') return verdict;
  const shown =
    shareIn(verdict.answer, fileId, channel) ??
    (await awaitShare(tools, workspace, fileId, channel));
  const messageId =
    shown === undefined ? pendingFileKey(channel, fileId) : messageKey(channel, shown);
  // Until Slack shows it, it may still find something wrong with it; the event of showing it is its word.
  return { state: 'sent', messageId, isDelivered: shown !== undefined };
}

/** Answers in a thread, and without it where Slack says that there is none: nothing was sent then. */
async function inThread(
  thread: string | undefined,
  ask: (thread: string | undefined) => Promise<Verdict>,
): Promise<Verdict> {
  const verdict = await ask(thread);
  const isGone = verdict.state === 'refused' && isThreadGone(verdict.error);
  return thread !== undefined && isGone ? await ask(undefined) : verdict;
}

/**
 * The `ts` of the message at the head of the thread that the quoted one is in, or itself. Slack wants this one and no
 * other, and events of reactions do not tell it, so it cannot be part of a message's id. Best effort: an answer in the
 * wrong place is better than none.
 *
 * @see https://docs.slack.dev/reference/methods/conversations.replies
 */
async function threadOf(
  tools: Tools,
  workspace: Workspace,
  channel: string,
  replyTo: string | undefined,
): Promise<string | undefined> {
  const quoted = await timeStampOf(tools, workspace, channel, replyTo);
  if (quoted === undefined) return undefined;
  try {
    const form = { channel, ts: quoted, limit: '1', inclusive: 'true' };
    const { json } = await callSlack(tools, workspace, 'conversations.replies', form);
    const [first] = threadAnswer.safeParse(json).data?.messages ?? [];
    return first?.thread_ts ?? first?.ts;
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

/** The `ts` behind a message's id; undefined when Slack has not shown it, or it is of another chat. */
export async function timeStampOf(
  tools: Tools,
  workspace: Workspace,
  channel: string,
  messageId: string | undefined,
): Promise<string | undefined> {
  const place = placeOf(messageId, channel);
  if (place === undefined) return undefined;
  return 'ts' in place ? place.ts : await findShare(tools, workspace, place.fileId, channel);
}
