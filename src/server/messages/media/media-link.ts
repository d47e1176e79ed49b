import type { Context } from '../../context.ts';

const DAY_SECONDS = 24 * 3600;

/**
 * The address by which Kommo or a service fetches a message's file. It has an end and a signature, and nothing in it
 * opens anything elsewhere. The same message always has the same one.
 */
export function mediaLink(
  { config, secrets }: Pick<Context, 'config' | 'secrets'>,
  message: { id: string; storedAt: Date },
): string {
  const ends =
    Math.floor(message.storedAt.getTime() / 1000) + config.messages.linkDays * DAY_SECONDS;
  const url = new URL(`/media/${message.id}`, config.publicUrl);
  url.searchParams.set('e', String(ends));
  url.searchParams.set('s', secrets.sign(signedText(message.id, ends)));
  return url.href;
}

/** Whether a link is one of ours and has not ended. */
export function isOpenLink(
  { secrets, now }: Pick<Context, 'secrets' | 'now'>,
  link: { id: string; e: string; s: string },
): boolean {
  if (!/^\d{1,12}$/.test(link.e)) return false;
  const ends = Number(link.e);
  return secrets.isSigned(signedText(link.id, ends), link.s) && now().getTime() < ends * 1000;
}

function signedText(id: string, ends: number): string {
  return `media\n${id}\n${ends}`;
}
