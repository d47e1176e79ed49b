import { createHmac } from 'node:crypto';
import type { ActResult, Outgoing } from '../../src/emulator/kommo/amojo/outgoing.ts';
import type { Chat, Message } from '../../src/emulator/kommo/chat-entities.ts';
import { testEnvironment } from '../support/config.ts';
import { type SlackSeen, slackMember } from '../support/slack.ts';
import type { TestServer } from '../support/start-server.ts';
import { waitFor } from '../support/wait-for.ts';

export const TEAM = 'T0EMULATED1';
export const SECOND_TEAM = 'T0EMULATED2';

/** Both sides of one member's conversation with the app. */
export interface SlackConversation {
  /** The member writes. @returns the time stamp of the message */
  write(text: string): Promise<string>;
  act: ReturnType<typeof slackMember>['act'];
  /** The manager of an account writes. */
  answer(what: string | Outgoing, account?: string): Promise<ActResult>;
  /** The chat in Kommo, one for each account that has it. */
  chats(): Chat[];
  chat(): Promise<Chat>;
  /** What the member's messages say, as Kommo shows them, in all those chats. */
  fromClient(): unknown[];
  seen(): Promise<SlackSeen[]>;
  toClient(): Promise<string[]>;
  delivered(messageId: string | null, status?: number): Promise<Message>;
}

/** @param member `U` and letters; a new one is made */
export function slackConversation(
  server: Pick<TestServer, 'emulator'>,
  member: string,
  { team = TEAM }: { team?: string } = {},
): SlackConversation {
  const { emulator } = server;
  const person = slackMember(emulator, { team, member });
  const id = `slack:${team}:${member.replace(/^U/, 'D')}`;
  const chats = () => emulator.state.chats.filter((one) => one.conversation_id === id);
  const chat = () => waitFor(() => chats()[0]);
  const messages = () => chats().flatMap((one) => one.messages);
  const seen = async () => (await person.chat()).filter(({ from }) => from === 'app');
  return {
    ...{ act: person.act, chats, chat, seen },
    write: async (text) => (await person.act('send', { text })).ts,
    answer: async (what, account = 'demo') =>
      emulator.chat(account, {
        conversation_id: id,
        ...(typeof what === 'string' ? { text: what } : what),
      }),
    fromClient: () =>
      messages()
        .filter(({ origin }) => origin === 'channel')
        .map(({ message }) => message.text),
    toClient: async () => (await seen()).map(({ text }) => text),
    delivered: (messageId, status = 1) =>
      waitFor(() =>
        messages().find((one) => one.id === messageId && one.delivery?.status === status),
      ),
  };
}

/** Posts to the app's one Request URL. `secret` is what signs it, `ageSeconds` how old it says it is. */
export async function postToSlackUrl(
  server: Pick<TestServer, 'url' | 'emulator'>,
  event: object,
  { secret, ageSeconds = 0 }: { secret?: string; ageSeconds?: number } = {},
): Promise<{ status: number; body: string }> {
  const known = testEnvironment(server.emulator.port).SLACK_SIGNING_SECRET ?? '';
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(Date.now() / 1_000) - ageSeconds);
  const signature = createHmac('sha256', secret ?? known)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  const answer = await fetch(`${server.url}/connect/webhooks/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  });
  return { status: answer.status, body: await answer.text() };
}
