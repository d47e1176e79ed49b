import { z } from 'zod';
import type { PicturedAccount, Tools } from '../connector.ts';
import { fetchPicture } from '../fetch-picture.ts';
import { type Bot, fileAddress, questionTelegram } from './client.ts';
import { pathOf } from './media.ts';

/** In pixels: what a list shows on a dense screen. */
const WANTED_WIDTH = 160;

const profilePhotos = z.object({
  photos: z.array(z.array(z.object({ file_id: z.string(), width: z.number() }))),
});

/**
 * The bot's own photo. The address of a file holds the bot's token, so it never leaves the server.
 *
 * @see https://core.telegram.org/bots/api#getuserprofilephotos
 * @throws ConnectorError
 */
export async function findPicture(
  tools: Tools,
  bot: Bot,
  { externalId }: PicturedAccount,
): Promise<Buffer | undefined> {
  const question = { user_id: Number(externalId), limit: 1 };
  const answer = await questionTelegram(tools.send, bot, 'getUserProfilePhotos', question);
  const sizes = answer.ok ? (profilePhotos.safeParse(answer.result).data?.photos[0] ?? []) : [];
  // From the smallest to the largest.
  const chosen = sizes.find(({ width }) => width >= WANTED_WIDTH) ?? sizes.at(-1);
  if (chosen === undefined) return undefined;
  return await fetchPicture(tools.send, fileAddress(bot, await pathOf(tools, bot, chosen.file_id)));
}
