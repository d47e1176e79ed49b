import { z } from 'zod';
import { NotReached, type Outbound, type OutboundAnswer } from '../../platform/outbound.ts';
import type { Tools } from '../connector.ts';
import {
  demandAnswer,
  failureOfCall,
  type JsonAnswer,
  notUnderstood,
  optionalText,
  rateLimited,
  refused,
  safeReason,
  unavailable,
} from '../http.ts';
import type { RefusalReason, SendOutcome } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { eventOf } from '../webhook-proof.ts';
import { signedHeaders } from './signature.ts';
import type { OutgoingEvent } from './write-event.ts';

/** The service at the other end, as one channel reaches it. */
export interface Peer {
  url: string;
  send: Outbound;
  headers?: Record<string, string>;
  /** What the service must not make us repeat. */
  secrets: readonly string[];
}

/** An answer is a few dozen bytes; more is a fault or an attack. */
const MAX_BYTES = 256 * 1024;

/** Statuses that say whose fault a refusal is. All others of 4xx are about the message. */
const NOT_PROVEN = [401, 403];
const NO_SUCH_ADDRESS = [404, 405];

/** What a status alone says about a message. */
const REASONS: Partial<Record<number, RefusalReason>> = {
  410: 'chat_unknown',
  413: 'too_large',
  415: 'unsupported',
};

const textOrNumber = z.union([z.string(), z.int()]).transform((id) => plainLine(String(id)));

const success = z.object({
  id: textOrNumber.optional().catch(undefined),
  conversation_id: textOrNumber.optional().catch(undefined),
  state: optionalText,
});

const refusal = z.object({
  code: z
    .enum([
      'blocked',
      'person_gone',
      'chat_unknown',
      'removed_from_chat',
      'too_large',
      'unsupported',
      'file_unavailable',
      'refused',
    ] satisfies RefusalReason[])
    .optional()
    .catch(undefined),
  reason: optionalText,
});

/**
 * Posts one event, signed.
 *
 * @param odd what an answer means that is none of ours, such as a page of HTML: of a message it is `lost`, and the
 *   message may be sent again; elsewhere it says that another service is there
 * @returns a success, or a refusal that is about this event
 * @throws ConnectorError `reauthorize` when the service does not accept the proof, `misconfigured` when there is no
 *   such service at the address, `rate_limited`, `unavailable`
 */
export async function post(
  tools: Tools,
  peer: Peer,
  event: OutgoingEvent,
  odd: 'lost' | 'foreign' = 'foreign',
): Promise<JsonAnswer> {
  const oddAnswer = odd === 'lost' ? unavailable : notUnderstood;
  const { status, headers, body } = await reach(tools, peer, event).catch((error: unknown) => {
    if (!(error instanceof NotReached)) throw error;
    throw error.reason === 'too_large' ? oddAnswer(error.reason) : failureOfCall(error);
  });
  const json = eventOf(body);
  const answer = { status, json };
  if (status === 429) throw rateLimited(headers['retry-after'], json);
  demandAnswer(status);
  if (NOT_PROVEN.includes(status)) {
    throw refused('reauthorize', { text: reasonIn(answer), secrets: secretsOf(tools, peer) });
  }
  if (NO_SUCH_ADDRESS.includes(status)) throw notUnderstood(`status ${status}`);
  const isOurs = body.length === 0 || (typeof json === 'object' && json !== null);
  if (status < 300 && !isOurs) throw oddAnswer('not JSON');
  return answer;
}

/** @throws NotReached */
async function reach(tools: Tools, peer: Peer, event: OutgoingEvent): Promise<OutboundAnswer> {
  if (tools.webhook === undefined) throw notUnderstood('no webhook');
  const body = JSON.stringify(event);
  return await peer.send({
    method: 'POST',
    url: peer.url,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...peer.headers,
      ...signedHeaders(tools.webhook.secret, tools.now(), body),
    },
    body,
    maxBytes: MAX_BYTES,
  });
}

/**
 * What an answer says about a message or reaction.
 *
 * @param of.messageId the id to keep where the answer need not name one
 * @throws ConnectorError `misconfigured` for a success without an id: whatever answers there does not know us
 */
export function outcomeOf(
  answer: JsonAnswer,
  of: { peer: Peer; tools: Tools; messageId?: string },
): SendOutcome {
  if (answer.status >= 300) {
    const { code } = refusal.safeParse(answer.json).data ?? {};
    const detail = safeReason(reasonIn(answer), secretsOf(of.tools, of.peer));
    const reason = code ?? REASONS[answer.status] ?? 'refused';
    return { state: 'refused', reason, ...(detail !== undefined && { detail }) };
  }
  const { id, conversation_id, state } = success.safeParse(answer.json).data ?? {};
  const messageId = id ?? of.messageId;
  if (messageId === undefined) throw notUnderstood('no id');
  return {
    state: 'sent',
    messageId,
    isDelivered: state === 'delivered',
    ...(conversation_id !== undefined && { chatId: conversation_id }),
  };
}

/** @throws ConnectorError for anything but a success: `failure` when the service refuses */
export function demandSuccess(
  answer: JsonAnswer,
  of: { peer: Peer; tools: Tools; failure: 'rejected' | 'misconfigured' },
): void {
  if (answer.status < 300) return;
  const secrets = secretsOf(of.tools, of.peer);
  throw refused(of.failure, { text: reasonIn(answer), secrets });
}

function reasonIn({ json }: JsonAnswer): string | undefined {
  return refusal.safeParse(json).data?.reason;
}

function secretsOf(tools: Tools, peer: Peer): string[] {
  return [...peer.secrets, tools.webhook?.secret ?? ''];
}
