import type { Context } from '../../context.ts';
import { HISTORY_LIMIT, type HistoryMessage, readHistory } from '../../kommo/amojo/history.ts';
import { isKommoError } from '../../kommo/errors.ts';
import type { Run } from '../../platform/jobs.ts';
import { scopeOf } from '../lanes/step.ts';
import { storeOutgoing } from '../receive/receive-chat-hook.ts';
import { findTarget } from '../target/rows.ts';
import { findChatChannel, listActiveChats, listKnown } from './rows.ts';

/** Chats that were quiet for longer before the outage are left alone. */
const ACTIVE_MS = 3_600_000;
/** What a manager wrote longer ago must not surprise the client now. */
const OLDEST_MS = 24 * 3_600_000;
/** Kommo's clock and ours. */
const SKEW_MS = 60_000;
const PAGE = 200;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Finds what managers wrote while nobody could receive it, and puts it on its way. What is known already is recognised,
 * so that running twice, or over a time that was no outage, does nothing.
 */
export async function compareHistory(
  context: Context,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  run: Run,
): Promise<void> {
  const begin = Math.max(fromMs - SKEW_MS, context.now().getTime() - OLDEST_MS);
  let afterId = NO_ID;
  for (;;) {
    const since = new Date(fromMs - ACTIVE_MS);
    const chats = await listActiveChats(context.db, since, { afterId, limit: PAGE });
    for (const chat of chats) {
      if (run.signal.aborted) await run.confirm();
      await compareChat(context, chat, { begin, end: toMs + SKEW_MS });
      afterId = chat.id;
    }
    if (chats.length < PAGE) return;
  }
}

async function compareChat(
  context: Context,
  chat: { id: string; accountId: number; kommoChatId: string },
  { begin, end }: { begin: number; end: number },
): Promise<void> {
  const channelId = await findChatChannel(context.db, chat.id);
  if (channelId === undefined) return;
  const of = { accountId: chat.accountId, channelId, conversationId: chat.id };
  const target = await findTarget(context.db, context.secrets, of);
  if (!target?.channel || target.scopeId === null) return;
  const written: HistoryMessage[] = [];
  try {
    for (let offset = 0; ; offset += HISTORY_LIMIT) {
      const page = await readHistory(
        context.kommo.background(),
        scopeOf({ target }),
        chat.kommoChatId,
        {
          limit: HISTORY_LIMIT,
          offset,
        },
      );
      written.push(...page.filter((one) => one.atMs >= begin && one.atMs <= end));
      if (page.length < HISTORY_LIMIT || page.some(({ atMs }) => atMs < begin)) break;
    }
  } catch (error) {
    if (!isKommoError(error)) throw error;
    context.log.warn({ err: error, channelId }, 'a chat could not be compared with its history');
    return;
  }
  // What has an id of ours came from us; what has a person of ours, from the client.
  const byStaff = written.filter(
    ({ msgid, senderId }) => msgid === undefined && senderId === undefined,
  );
  const ids = byStaff.map(({ kommoMessageId }) => kommoMessageId);
  const known = await listKnown(context.db, channelId, ids);
  const missed = byStaff.filter(({ kommoMessageId }) => !known.has(kommoMessageId)).toReversed();
  const { channel, account } = target;
  for (const { atMs, senderKommoId, senderId: _, ...message } of missed) {
    const hook = {
      accountId: chat.accountId,
      epoch: account.epoch,
      channel,
      conversationId: chat.id,
    };
    await storeOutgoing(context, hook, {
      kind: 'message',
      conversation: { kommoChatId: chat.kommoChatId },
      sender: { kommoId: senderKommoId ?? '' },
      receiver: { kommoId: target.chat?.kommoPersonId ?? '' },
      atMs,
      message,
    });
  }
  if (missed.length > 0) {
    context.log.info(
      { channelId, count: missed.length },
      'missed messages were found in a history',
    );
    context.wakeMessages();
  }
}
