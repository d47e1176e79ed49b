import { z } from 'zod';
import { ConnectorError, type Outside, type Tools } from '../connector.ts';
import { fetchPicture } from '../fetch-picture.ts';
import { optionalText } from '../http.ts';
import { type Caller, callSlack } from './web-api.ts';

const teamInfo = z.object({
  team: z.object({
    icon: z.object({
      image_default: z.boolean().catch(false),
      image_132: optionalText,
      image_102: optionalText,
      image_88: optionalText,
    }),
  }),
});

/**
 * The workspace's icon; undefined for the one that Slack draws itself. An installation from before the right to read
 * it was asked for goes without.
 *
 * @param send calls public addresses only: icons lie at a host of their own
 * @see https://docs.slack.dev/reference/methods/team.info
 * @throws ConnectorError
 */
export async function findPicture(
  tools: Tools,
  workspace: Caller,
  send: Outside['send'],
): Promise<Buffer | undefined> {
  let answer: { json: unknown };
  try {
    answer = await callSlack(tools, workspace, 'team.info', {});
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'rejected') return undefined;
    throw error;
  }
  const icon = teamInfo.safeParse(answer.json).data?.team.icon;
  if (icon === undefined || icon.image_default) return undefined;
  return await fetchPicture(send, icon.image_132 ?? icon.image_102 ?? icon.image_88);
}
