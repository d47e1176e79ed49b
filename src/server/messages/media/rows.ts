import { openSecrets } from '../../channels/rows.ts';
import type { Db } from '../../platform/database/database.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import type { OutgoingContent, ReceivedContent, StoredMedia } from '../stored-content.ts';

/** A file of a message, and the channel it came through. */
export interface LinkedFile {
  media: StoredMedia;
  /** Of a received message without a text any more, a general one. */
  fileName: string;
  type: string | undefined;
  channel: {
    id: string;
    connector: string;
    credentials: Record<string, unknown> | undefined;
    webhookSecret: string | undefined;
  };
}

/** Undefined when the message, its file or its channel is gone. */
export async function findLinkedFile(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<LinkedFile | undefined> {
  const row = await db
    .selectFrom('messages')
    .innerJoin('channels', 'channels.id', 'messages.channelId')
    .innerJoin('accounts', 'accounts.id', 'channels.accountId')
    .select([
      'messages.content',
      'messages.media',
      'messages.direction',
      'channels.id as channelId',
      'channels.connector',
      'channels.credentials',
      'channels.webhookSecret',
    ])
    .where('messages.id', '=', id)
    .whereRef('channels.epoch', '=', 'accounts.epoch')
    .executeTakeFirst();
  if (!row || row.media === null) return undefined;
  const media = secrets.tryUnseal(row.media, `messages:${id}:media`);
  if (media === undefined) return undefined;
  const content =
    row.content === null ? undefined : secrets.tryUnseal(row.content, `messages:${id}:content`);
  const file = content === undefined ? undefined : fileOf(JSON.parse(content));
  const { channelId, connector } = row;
  return {
    media: JSON.parse(media),
    fileName: file?.fileName ?? 'file',
    type: file?.type,
    channel: { id: channelId, connector, ...openSecretsOf(secrets, { ...row, id: channelId }) },
  };
}

function openSecretsOf(secrets: Secrets, row: Parameters<typeof openSecrets>[1]) {
  const { credentials, webhookSecret } = openSecrets(secrets, row);
  return { credentials, webhookSecret };
}

function fileOf(content: ReceivedContent & OutgoingContent) {
  if (content.file) return content.file;
  return content.content && 'media' in content.content ? content.content.media : undefined;
}
