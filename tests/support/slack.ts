import type { Emulator } from '../../src/emulator/emulator.ts';
import { call, type Reply } from './emulator-client.ts';
import type { TestServer } from './start-server.ts';

/**
 * Answers Slack's consent page as a person would. @returns where Slack sends the browser back to: path and
 * query of our callback
 */
export async function decideAtSlack(
  server: TestServer,
  authorizeUrl: string,
  choice: { decision: 'allow' | 'cancel'; team?: string },
): Promise<string> {
  const asked = new URL(authorizeUrl);
  const form = new URLSearchParams(asked.searchParams);
  form.set('decision', choice.decision);
  form.set('team_choice', choice.team ?? 'T0EMULATED1');
  const answer = await server.context.send({
    method: 'POST',
    url: `${asked.origin}/oauth/v2/authorize`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const target = URL.parse(answer.headers.location ?? '');
  if (!target) throw new Error(`Slack answered ${answer.status}: ${answer.body.toString()}`);
  return `${target.pathname}${target.search}`;
}

/** What a control act returns: see `Done` of the double. */
export interface SlackDone {
  team_id: string;
  channel: string;
  ts: string;
  event_id: string | null;
  client_msg_id?: string;
  unfurl_event_id?: string | null;
  files?: { id: string; name: string; size: number; sha256: string }[];
}

/** A message as the member sees it: see `SeenMessage` of the double. */
export interface SlackSeen {
  ts: string;
  from: 'app' | 'member';
  text: string;
  shown: string;
  files: {
    id: string;
    name: string;
    mimetype: string;
    size: number;
    sha256: string;
    url: string;
  }[];
  thread_ts: string | null;
  reactions: { name: string; users: string[] }[];
  earlier: string[];
  is_edited: boolean;
  is_deleted: boolean;
}

/** The scopes that an app needs which carries messages. */
const SLACK_SCOPES =
  'chat:write,im:history,im:read,im:write,team:read,users:read,files:read,files:write,reactions:read,reactions:write';

/** Plays the members of a workspace, and the app, by the emulator's remote control and the Web API. */
export function slackMember(emulator: Pick<Emulator, 'url'>, who: object = {}) {
  const path = (act: string) => `/__emulator/services/slack/${act}`;
  const host = '127.0.0.1';
  const post = (act: string, json: object = {}) => call(emulator, path(act), { host, json });
  const order = async <Answer = unknown>(act: string, json: object = {}): Promise<Answer> => {
    const reply = await post(act, json);
    if (reply.status !== 200) throw new Error(`${act}: ${reply.status} ${reply.text}`);
    return reply.json as Answer;
  };
  const query = new URLSearchParams(who as Record<string, string>);
  return {
    post,
    /** @throws Error when the double refuses */
    order,
    get: async (what: string) => (await call(emulator, path(what), { host })).json,
    /** What the member does: `send`, `edit`, `delete`, `react`. @throws Error when the double refuses */
    act: (act: string, json: object) => order<SlackDone>(act, { ...who, ...json }),
    /** Everything in the member's direct message with the app, oldest first. */
    chat: async (): Promise<SlackSeen[]> => {
      const { json } = await call(emulator, path(`chat?${query}`), { host });
      return (json as { messages: SlackSeen[] }).messages;
    },
    /** Waits for what the app brings. */
    wait: (json: object) =>
      order<{ is_complete: boolean; messages: SlackSeen[] }>('wait', { ...who, ...json }),
    /** Installs the app without the consent page. @returns its token */
    install: async (json: object = {}): Promise<string> =>
      (await order<{ token: string }>('install', { scopes: SLACK_SCOPES, ...json })).token,
  };
}

/** One call of the Web API: a form, or JSON where the method takes it. */
export async function slackApi(
  emulator: Pick<Emulator, 'url'>,
  token: string,
  method: string,
  { form, json }: { form?: Record<string, string>; json?: object } = {},
): Promise<Reply & { json: Record<string, unknown> }> {
  const reply = await call(emulator, `/api/${method}`, {
    host: `slack.localhost:${new URL(emulator.url).port}`,
    method: 'POST',
    token,
    ...(json !== undefined && { json }),
    ...(form !== undefined && {
      body: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  });
  return { ...reply, json: (reply.json ?? {}) as Record<string, unknown> };
}
