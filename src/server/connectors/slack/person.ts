import { z } from 'zod';
import { ConnectorError, type Tools } from '../connector.ts';
import { optionalText } from '../http.ts';
import type { ReceivedPerson } from '../messages.ts';
import { pictureAddress, plainLine } from '../plain-text.ts';
import { callSlack, type Workspace } from './web-api.ts';

const answer = z.object({
  user: z.object({
    name: optionalText,
    real_name: optionalText,
    profile: z
      .object({ display_name: optionalText, real_name: optionalText, image_192: optionalText })
      .optional()
      .catch(undefined),
  }),
});

/**
 * Who a person is: events name people by their id alone.
 *
 * @returns undefined for somebody whom Slack does not know or show
 * @throws ConnectorError `reauthorize`, `misconfigured`, `rate_limited`, `unavailable`
 * @see https://docs.slack.dev/reference/methods/users.info
 */
export async function findPerson(
  tools: Tools,
  workspace: Workspace,
  personId: string,
): Promise<Omit<ReceivedPerson, 'id'> | undefined> {
  let json: unknown;
  try {
    ({ json } = await callSlack(tools, workspace, 'users.info', { user: personId }));
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'rejected') return undefined;
    throw error;
  }
  const user = answer.safeParse(json).data?.user;
  const { profile } = user ?? {};
  const names = [profile?.display_name, profile?.real_name, user?.real_name, user?.name];
  const name = names.map((one) => plainLine(one)).find((one) => one !== undefined);
  if (name === undefined) return undefined;
  const avatarUrl = pictureAddress(profile?.image_192);
  return { name, ...(avatarUrl !== undefined && { avatarUrl }) };
}
