import { sql } from 'kysely';
import { openSecrets } from '../../channels/rows.ts';
import type { Tld } from '../../kommo/account-host.ts';
import type { Db } from '../../platform/database/database.ts';
import { gathered } from '../../platform/database/gathered.ts';
import { prepared } from '../../platform/database/prepared.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import type { ChatPerson } from '../receive/rows.ts';

/** What a message needs to go on. What is gone, or not there yet, is null or undefined. */
export interface Target {
  account: {
    id: number;
    epoch: number;
    language: string;
    amojoId: string | null;
    tld: Tld;
    isActive: boolean;
  };
  scopeId: string | null;
  channel:
    | {
        id: string;
        connector: string;
        externalId: string;
        accountName: string;
        status: string;
        isSaved: boolean;
        credentials: Record<string, unknown> | undefined;
        webhookSecret: string | undefined;
      }
    | undefined;
  /** The source that new chats are named with, once Kommo has it. */
  sourceExternalId: string | null;
  chat:
    | {
        id: string;
        person: ChatPerson | undefined;
        isGroup: boolean;
        kommoChatId: string | null;
        kommoPersonId: string | null;
        isBound: boolean;
        knownAs: string | null;
      }
    | undefined;
}

interface TargetRow {
  epoch: number;
  language: string;
  amojoId: string | null;
  tld: Tld;
  isActive: boolean;
  scopeId: string | null;
  channelId: string | null;
  connector: string;
  externalId: string;
  accountName: string;
  status: string;
  isSaved: boolean;
  credentials: string;
  webhookSecret: string;
  sourceExternalId: string | null;
  chatId: string | null;
  person: string;
  isGroup: boolean;
  kommoChatId: string | null;
  kommoPersonId: string | null;
  isBound: boolean;
  knownAs: string | null;
}

/** What a target is looked up by. */
interface TargetPlace {
  accountId: number;
  channelId: string;
  conversationId: string | null;
}

/** Everything around a message, in one statement; undefined when the account is gone. */
export async function findTarget(
  db: Db,
  secrets: Secrets,
  { accountId, channelId, conversationId }: TargetPlace,
): Promise<Target | undefined> {
  const row = await findTargetRow(db, { accountId, channelId, conversationId });
  return row && { ...targetOf(secrets, row), account: { ...accountOf(row), id: accountId } };
}

const findTargetRow = gathered(findTargetRows);

async function findTargetRows(
  db: Db,
  places: readonly TargetPlace[],
): Promise<(TargetRow | undefined)[]> {
  const { rows } = await sql<TargetRow & { nth: number }>`${prepared('message-targets')}
    select place.nth::integer as nth, accounts.epoch, accounts.language, accounts.amojo_id, accounts.tld,
      accounts.install_state <> 'disabled' as is_active, scopes.scope_id,
      channels.id as channel_id, channels.connector, channels.external_id, channels.account_name,
      channels.status, channels.is_saved, channels.credentials, channels.webhook_secret,
      source.external_id as source_external_id, conversations.id as chat_id, conversations.person,
      conversations.is_group, conversations.kommo_chat_id, conversations.kommo_person_id,
      conversations.is_bound, conversations.known_as
    from unnest(${places.map(({ accountId }) => accountId)}::bigint[],
      ${places.map(({ channelId }) => channelId)}::uuid[],
      ${places.map(({ conversationId }) => conversationId)}::uuid[])
      with ordinality as place (account_id, channel_id, conversation_id, nth)
    join accounts on accounts.id = place.account_id
    left join scopes on scopes.account_id = accounts.id and scopes.epoch = accounts.epoch
    left join channels on channels.id = place.channel_id and channels.account_id = accounts.id
      and channels.epoch = accounts.epoch
    left join conversations on conversations.id = place.conversation_id
      and conversations.channel_id = channels.id
    left join lateral (
      select sources.external_id from sources
      where sources.account_id = accounts.id and sources.channel_id = channels.id and sources.is_at_kommo
      -- Chats begin in the first of the channel's pipelines.
      order by (sources.pipeline_id = (channels.pipeline_ids ->> 0)::bigint) desc, sources.external_id
      limit 1
    ) as source on true`.execute(db);
  const found = new Map(rows.map((row) => [row.nth, row]));
  return places.map((_, index) => found.get(index + 1));
}

function accountOf({ epoch, language, amojoId, tld, isActive }: TargetRow) {
  return { epoch, language, amojoId, tld, isActive };
}

function targetOf(secrets: Secrets, row: TargetRow): Omit<Target, 'account'> {
  const { channelId, connector, externalId, accountName, status, isSaved, chatId } = row;
  const { credentials, webhookSecret } =
    channelId === null
      ? { credentials: undefined, webhookSecret: undefined }
      : openSecrets(secrets, { ...row, id: channelId });
  const person =
    chatId === null ? undefined : secrets.tryUnseal(row.person, `conversations:${chatId}:person`);
  return {
    scopeId: row.scopeId,
    channel:
      channelId === null
        ? undefined
        : {
            ...{ id: channelId, connector, externalId, accountName, status, isSaved },
            ...{ credentials, webhookSecret },
          },
    sourceExternalId: row.sourceExternalId,
    chat:
      chatId === null
        ? undefined
        : {
            id: chatId,
            person: person === undefined ? undefined : JSON.parse(person),
            isGroup: row.isGroup,
            kommoChatId: row.kommoChatId,
            kommoPersonId: row.kommoPersonId,
            isBound: row.isBound,
            knownAs: row.knownAs,
          },
  };
}
