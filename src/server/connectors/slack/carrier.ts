import type { Credentials, MessageCarrier, Tools } from '../connector.ts';
import { composeParts, type SlackPart } from './compose.ts';
import { openFile } from './media.ts';
import { parseEvent } from './parse.ts';
import { findPerson } from './person.ts';
import { reactTo } from './react.ts';
import { sendPart } from './send.ts';
import { type Workspace, workspaceOf } from './web-api.ts';

/**
 * Direct messages between a person and our bot. Slack tells neither who reads nor who is writing, and knows nobody by
 * phone.
 *
 * @param url `https://slack.com`, or a double
 */
export function slackMessages(url: string): MessageCarrier<SlackPart> {
  const workspace = (tools: Tools, credentials: Credentials): Workspace =>
    workspaceOf(url, tools, credentials);
  return {
    options: [],
    test: { target: 'last_chat' },
    parse: parseEvent,
    compose: composeParts,
    // Also refusals of ours wait for a token: whether a channel works is asked first.
    send: async (tools, credentials, chat, part) =>
      await sendPart(tools, workspace(tools, credentials), chat, part),
    openMedia: async (tools, credentials, ref) =>
      await openFile(tools, workspace(tools, credentials), ref),
    react: async (tools, credentials, { chatId }, reaction) =>
      await reactTo(tools, workspace(tools, credentials), chatId, reaction),
    findPerson: async (tools, credentials, personId) =>
      await findPerson(tools, workspace(tools, credentials), personId),
  };
}
