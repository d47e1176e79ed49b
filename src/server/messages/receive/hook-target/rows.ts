import { sql } from 'kysely';
import type { Db } from '../../../platform/database/database.ts';
import { gathered } from '../../../platform/database/gathered.ts';
import { prepared } from '../../../platform/database/prepared.ts';

/** Where a chat webhook belongs. */
export interface HookTarget {
  accountId: number;
  epoch: number;
  channel: { id: string; connector: string; externalId: string } | undefined;
  /** The chat, where Kommo's id of it is known. */
  conversationId: string | undefined;
}

/** What a chat webhook says about where it belongs. */
interface HookPlace {
  scopeId: string;
  kommoChatId: string;
  conversationId: string | undefined;
  sourceExternalId: string | undefined;
}

/**
 * The channel is that of the chat, else that of the source; else the one that our own id of the chat names, which a
 * bot that was removed and connected again shares with its chats of before.
 *
 * @returns undefined for a scope that is not connected in this install epoch
 */
export const findHookTarget: (db: Db, hook: HookPlace) => Promise<HookTarget | undefined> =
  gathered(findHookTargets);

async function findHookTargets(
  db: Db,
  hooks: readonly HookPlace[],
): Promise<(HookTarget | undefined)[]> {
  const { rows } = await sql<{
    nth: number;
    accountId: number;
    epoch: number;
    conversationId: string | null;
    channelId: string | null;
    connector: string;
    externalId: string;
  }>`${prepared('hook-targets')}
    select hook.nth::integer as nth, accounts.id as account_id, accounts.epoch, chat.id as conversation_id,
      channels.id as channel_id, channels.connector, channels.external_id
    from unnest(${hooks.map(({ scopeId }) => scopeId)}::text[],
      ${hooks.map(({ kommoChatId }) => kommoChatId)}::text[],
      ${hooks.map(({ conversationId }) => conversationId ?? '')}::text[],
      ${hooks.map(({ sourceExternalId }) => sourceExternalId ?? null)}::text[])
      with ordinality as hook (scope_id, kommo_chat_id, conversation_id, source_external_id, nth)
    join scopes on scopes.scope_id = hook.scope_id
    join accounts on accounts.id = scopes.account_id and accounts.epoch = scopes.epoch
    left join lateral (
      select id, channel_id from conversations
      where conversations.kommo_chat_id = hook.kommo_chat_id and account_id = accounts.id
        and epoch = accounts.epoch
      -- A chat that the service has given another id: the newest one counts.
      order by created_at desc limit 1
    ) as chat on true
    left join sources on sources.account_id = accounts.id
      and sources.external_id = hook.source_external_id
    left join lateral (
      select id, connector, external_id from channels as one
      where one.account_id = accounts.id and one.epoch = accounts.epoch
        and (one.id = coalesce(chat.channel_id, sources.channel_id)
          or starts_with(hook.conversation_id, one.connector || ':' || one.external_id || ':'))
      order by (one.id = coalesce(chat.channel_id, sources.channel_id)) is true desc limit 1
    ) as channels on true`.execute(db);
  const targets = new Map(rows.map((row) => [row.nth, row]));
  return hooks.map((_, index) => {
    const row = targets.get(index + 1);
    if (!row) return undefined;
    const { accountId, epoch, channelId: id, connector, externalId, conversationId } = row;
    return {
      accountId,
      epoch,
      channel: id === null ? undefined : { id, connector, externalId },
      conversationId: conversationId ?? undefined,
    };
  });
}
