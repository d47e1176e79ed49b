import { z } from 'zod';
import { ConnectorError, type Tools } from '../connector.ts';
import { optionalText, readAs } from '../http.ts';
import type { SendOutcome } from '../messages.ts';
import { emojiNameOf } from './emoji.ts';
import { refusalOf } from './failures.ts';
import { timeStampOf } from './send.ts';
import { askAhead, callSlack, type Workspace } from './web-api.ts';

const reactions = z.object({
  message: z.object({
    reactions: z
      .array(z.object({ name: z.string(), users: z.array(z.string()).optional().catch(undefined) }))
      .optional()
      .catch(undefined),
  }),
});

const identity = z.object({ user_id: optionalText });

/** What was to be done is done already. */
const DONE = new Set(['already_reacted', 'no_reaction']);

/**
 * Makes a reaction the only one that our bot has on a message: at Slack one may have many, at Kommo one. Every call
 * may be repeated.
 *
 * @throws ConnectorError as `callSlack`
 * @see https://docs.slack.dev/reference/methods/reactions.add
 */
export async function reactTo(
  tools: Tools,
  workspace: Workspace,
  channel: string,
  { messageId, emoji }: { messageId: string; emoji: string | null },
): Promise<SendOutcome> {
  const timestamp = await timeStampOf(tools, workspace, channel, messageId);
  if (timestamp === undefined) return { state: 'refused', reason: 'chat_unknown' };
  const wanted = emoji === null ? undefined : emojiNameOf(emoji);
  if (emoji !== null && wanted === undefined) return { state: 'refused', reason: 'unsupported' };
  const place = { channel, timestamp };
  const asked = await askAhead(tools, workspace, 'reactions.get', { ...place, full: 'true' });
  if (asked.state === 'refused') return refusalOf(asked.error);
  const ours = await namesOfOurs(tools, workspace, asked.answer);
  const calls = ours
    .filter((name) => name !== wanted)
    .map((name) => ({ method: 'reactions.remove', name }));
  if (wanted !== undefined) calls.push({ method: 'reactions.add', name: wanted });
  for (const { method, name } of calls) {
    const verdict = await askAhead(tools, workspace, method, { ...place, name });
    if (verdict.state === 'refused' && !DONE.has(verdict.error)) return refusalOf(verdict.error);
  }
  return { state: 'sent', messageId, isDelivered: true };
}

async function namesOfOurs(tools: Tools, workspace: Workspace, answer: unknown): Promise<string[]> {
  const all = reactions.safeParse(answer).data?.message.reactions ?? [];
  if (all.length === 0) return [];
  const us = workspace.botUserId ?? (await whoWeAre(tools, workspace));
  return all.filter(({ users }) => users?.includes(us) === true).map(({ name }) => name);
}

/** Grants of the time before messages do not say it. */
async function whoWeAre(tools: Tools, workspace: Workspace): Promise<string> {
  const { json } = await callSlack(tools, workspace, 'auth.test', {});
  const { user_id: us } = readAs(identity, json);
  if (us === undefined) throw new ConnectorError('misconfigured');
  return us;
}
