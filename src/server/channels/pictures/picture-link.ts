import type { Context } from '../../context.ts';
import type { StoredAttempt } from '../attempts/rows.ts';
import type { StoredChannel } from '../rows.ts';

const DAY_MS = 24 * 3600 * 1000;

/** How long a picture is shown before the service is asked for it again. */
export const PICTURE_AGE_MS = DAY_MS;

/** Stands for a picture that nobody has looked at yet. */
export const UNSEEN = 'new';

/** What a link names: whose picture, which one, and until when. */
export interface PictureLink {
  id: string;
  v: string;
  e: string;
  s: string;
}

type Signing = Pick<Context, 'config' | 'secrets' | 'now'>;

/**
 * The address from which a page shows the picture of a channel's account. It has an end and a signature, because an
 * `<img>` sends no token; it stays the same for a day, so that browsers keep what they fetched.
 *
 * @returns undefined where the service has no pictures, or said within a day that this account has none
 */
export function channelPictureLink(
  context: Signing & Pick<Context, 'connectors'>,
  channel: Pick<StoredChannel, 'id' | 'connector' | 'pictureMark' | 'pictureAt'>,
): string | undefined {
  if (!context.connectors.find(channel.connector)?.findPicture) return undefined;
  const { pictureMark: mark } = channel;
  if (mark === '' && isFresh(context, channel.pictureAt)) return undefined;
  return pictureLink(context, channel.id, mark || UNSEEN);
}

/** The same for an account that waits for the administrator's yes. */
export function attemptPictureLink(
  context: Signing & Pick<Context, 'connectors'>,
  attempt: Pick<StoredAttempt, 'id' | 'connector' | 'state'>,
): string | undefined {
  if (attempt.state !== 'confirm') return undefined;
  if (!context.connectors.find(attempt.connector)?.findPicture) return undefined;
  return pictureLink(context, attempt.id, UNSEEN);
}

/** Whether a picture that was looked for then need not be looked for again. */
export function isFresh({ now }: Pick<Context, 'now'>, at: Date | null): boolean {
  return at !== null && now().getTime() - at.getTime() < PICTURE_AGE_MS;
}

/** Whether a link is one of ours and has not ended. */
export function isOpenPictureLink(
  { secrets, now }: Pick<Context, 'secrets' | 'now'>,
  { id, v, e, s }: PictureLink,
): boolean {
  if (!/^\d{1,12}$/.test(e)) return false;
  return secrets.isSigned(signedText(id, v, e), s) && now().getTime() < Number(e) * 1000;
}

function pictureLink({ config, secrets, now }: Signing, id: string, v: string): string {
  const ends = String(((Math.floor(now().getTime() / DAY_MS) + 2) * DAY_MS) / 1000);
  const url = new URL(`/pictures/${id}`, config.publicUrl);
  url.searchParams.set('v', v);
  url.searchParams.set('e', ends);
  url.searchParams.set('s', secrets.sign(signedText(id, v, ends)));
  return url.href;
}

function signedText(id: string, v: string, e: string): string {
  return `picture\n${id}\n${v}\n${e}`;
}
