import type { Db } from '../../platform/database/database.ts';
import { newPass, type ResealPass, reseal } from '../../platform/database/reseal.ts';
import type { SealContext, Secrets } from '../../platform/database/secrets.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { isRowId, openSecrets } from '../rows.ts';

/** A channel as its picture is looked for, with the picture that is kept. */
export interface PicturedChannel {
  id: string;
  connector: string;
  externalId: string;
  avatarUrl: string | null;
  pictureAt: Date | null;
  image: Buffer | undefined;
  credentials: Record<string, unknown> | undefined;
  webhookSecret: string | undefined;
}

/** Undefined when the channel is gone, or the install it belongs to. */
export async function findPicturedChannel(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<PicturedChannel | undefined> {
  if (!isRowId(id)) return undefined;
  const row = await db
    .selectFrom('channels')
    .innerJoin('accounts', 'accounts.id', 'channels.accountId')
    .leftJoin('pictures', 'pictures.channelId', 'channels.id')
    .select([
      'channels.id',
      'channels.connector',
      'channels.externalId',
      'channels.avatarUrl',
      'channels.pictureAt',
      'channels.credentials',
      'channels.webhookSecret',
      'pictures.image',
    ])
    .where('channels.id', '=', id)
    .whereRef('channels.epoch', '=', 'accounts.epoch')
    .executeTakeFirst();
  if (!row) return undefined;
  const image = row.image === null ? undefined : secrets.tryUnseal(row.image, place(id));
  const { credentials, webhookSecret } = openSecrets(secrets, row);
  return {
    ...row,
    // One that cannot be opened is fetched anew.
    pictureAt: row.image !== null && image === undefined ? null : row.pictureAt,
    image: image === undefined ? undefined : Buffer.from(image, 'base64'),
    credentials,
    webhookSecret,
  };
}

/** Keeps what the service answered, unless the channel was signed in as somebody else meanwhile. */
export async function keepPicture(
  db: Db,
  secrets: Secrets,
  channel: Pick<PicturedChannel, 'id' | 'externalId'>,
  picture: { image: Buffer; mark: string } | undefined,
  at: Date,
): Promise<void> {
  await transaction(db, async (trx) => {
    const kept = await trx
      .updateTable('channels')
      .set({ pictureMark: picture?.mark ?? '', pictureAt: at })
      .where('id', '=', channel.id)
      .where('externalId', '=', channel.externalId)
      .returning('id')
      .executeTakeFirst();
    if (!kept) return;
    if (picture === undefined) {
      await trx.deleteFrom('pictures').where('channelId', '=', channel.id).execute();
      return;
    }
    const image = secrets.seal(picture.image.toString('base64'), place(channel.id));
    await trx
      .insertInto('pictures')
      .values({ channelId: channel.id, image })
      .onConflict((conflict) => conflict.column('channelId').doUpdateSet({ image }))
      .execute();
  });
}

/** Has the picture looked for again only when one looked for then would be. */
export async function putOffPicture(
  db: Db,
  { id }: Pick<PicturedChannel, 'id'>,
  at: Date,
): Promise<void> {
  await db.updateTable('channels').set({ pictureAt: at }).where('id', '=', id).execute();
}

/** Seals pictures again that were sealed under an older key; see reseal.ts. @returns how many */
export function resealPictures(
  db: Db,
  secrets: Secrets,
  limit: number,
  pass: ResealPass = newPass(),
): Promise<number> {
  const columns = ['image'];
  return reseal(db, secrets, { table: 'pictures', id: 'channelId', columns }, limit, pass);
}

function place(channelId: string): SealContext {
  return `pictures:${channelId}:image`;
}
