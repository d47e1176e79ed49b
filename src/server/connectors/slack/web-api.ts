import { z } from 'zod';
import type { OutboundAnswer } from '../../platform/outbound.ts';
import { askOnce } from '../ask-once.ts';
import { ConnectorError, type Credentials, type Tools } from '../connector.ts';
import {
  demandAnswer,
  notUnderstood,
  optionalText,
  rateLimited,
  refused,
  sendJson,
  unavailable,
} from '../http.ts';
import { eventOf } from '../webhook-proof.ts';
import { failureOf, isHalfway } from './failures.ts';
import { usableGrant } from './grant.ts';

/** Who calls Slack's Web API. */
export interface Caller {
  /** `https://slack.com`, or a double. */
  url: string;
  /** The whole header. */
  authorization: string;
  /** What Slack must not make us repeat. */
  secrets: readonly string[];
  /** The app itself, by the operator's settings, and not a workspace that signed in. */
  isApp?: true;
}

/** A workspace, as our bot in it sees it. */
export interface Workspace extends Caller {
  botUserId: string | undefined;
}

/** Slack answers a few kilobytes. */
const MAX_ANSWER_BYTES = 256 * 1024;

const envelope = z.object({ ok: z.boolean(), error: optionalText });

/** What Slack made of a call about one message. */
export type Verdict =
  | { state: 'accepted'; answer: unknown }
  | { state: 'refused'; error: string }
  /** Asked, and not answered in a way that says what happened. */
  | { state: 'unknown' };

/** @throws ConnectorError `reauthorize` when the token is about to end: `health` renews it */
export function workspaceOf(url: string, tools: Tools, credentials: Credentials): Workspace {
  const { accessToken, botUserId } = usableGrant(credentials, tools.now());
  return { ...bearer(url, accessToken), botUserId };
}

export function bearer(url: string, accessToken: string): Caller {
  return { url, authorization: `Bearer ${accessToken}`, secrets: [accessToken] };
}

/**
 * Calls a method that may be repeated. Slack says most refusals with status 200 and `ok: false`; here they become
 * failures again.
 *
 * @throws ConnectorError `rejected` for a refusal that is about what was asked; `reauthorize`, `misconfigured`,
 *   `rate_limited`, `unavailable`
 */
export async function callSlack(
  tools: Pick<Tools, 'send'>,
  caller: Caller,
  method: string,
  form: Record<string, string>,
): Promise<{ json: unknown; headers: Record<string, string> }> {
  const { status, json, headers } = await sendJson(tools.send, {
    method: 'POST',
    url: addressOf(caller, method),
    headers: { authorization: caller.authorization },
    form,
  });
  const body = envelope.safeParse(json).data;
  if (body?.ok === true && status < 300) return { json, headers };
  const { error } = body ?? {};
  if (error === undefined) {
    if (status !== 401) throw notUnderstood(`slack ${method}: status ${status}`);
    throw new ConnectorError(caller.isApp ? 'misconfigured' : 'reauthorize');
  }
  if (isHalfway(error)) throw unavailable(`slack ${method}`);
  const secrets = [...caller.secrets, ...Object.values(form)];
  throw failureOf(error, headers['retry-after']) ?? refused('rejected', { text: error, secrets });
}

/**
 * Asks for something that must not happen twice: Slack has no key to tell a repeat by.
 *
 * @throws ConnectorError `reauthorize`, `misconfigured`, `rate_limited`, `unavailable` (surely not done)
 */
export async function askSlack(
  tools: Pick<Tools, 'send'>,
  caller: Caller,
  method: string,
  form: Record<string, string | undefined>,
): Promise<Verdict> {
  const given = Object.entries(form).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const answer = await askOnce(() =>
    tools.send({
      method: 'POST',
      url: addressOf(caller, method),
      headers: {
        accept: 'application/json',
        authorization: caller.authorization,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(given).toString(),
      maxBytes: MAX_ANSWER_BYTES,
    }),
  );
  return answer === undefined ? { state: 'unknown' } : verdictOf(answer);
}

/**
 * The same, where nothing is shown to anybody yet: what got lost may be asked again.
 *
 * @throws ConnectorError as `askSlack`
 */
export async function askAhead(
  tools: Pick<Tools, 'send'>,
  caller: Caller,
  method: string,
  form: Record<string, string | undefined>,
): Promise<Exclude<Verdict, { state: 'unknown' }>> {
  const verdict = await askSlack(tools, caller, method, form);
  if (verdict.state === 'unknown') throw unavailable(`slack ${method}`);
  return verdict;
}

function verdictOf({ status, headers, body }: OutboundAnswer): Verdict {
  const json = eventOf(body);
  const said = envelope.safeParse(json).data;
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && said?.ok === true) return { state: 'accepted', answer: json };
  if (status === 429) throw rateLimited(headers['retry-after']);
  const error = said?.ok === false ? said.error : undefined;
  if (error !== undefined && !isHalfway(error)) {
    const failure = failureOf(error, headers['retry-after']);
    if (failure !== undefined) throw failure;
    if (status < 500 && status !== 401) return { state: 'refused', error };
  }
  // It got through to somebody, and nobody says what became of it.
  if (isSuccess || status >= 500) return { state: 'unknown' };
  if (status === 401) throw new ConnectorError('reauthorize');
  demandAnswer(status);
  throw notUnderstood(`slack: status ${status}`);
}

function addressOf({ url }: Caller, method: string): string {
  return `${url}/api/${method}`;
}
