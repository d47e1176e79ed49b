import { z } from 'zod';
import { askOnce, uploadOnce } from '../ask-once.ts';
import type { Tools } from '../connector.ts';
import { safeReason, unavailable } from '../http.ts';
import type { RefusalReason } from '../messages.ts';
import type { Upload } from '../multipart.ts';
import { eventOf } from '../webhook-proof.ts';
import type { EvolutionServer } from './client.ts';
import {
  demandWorkingServer,
  type EvolutionAnswer,
  isDatabaseFailure,
  isDisconnected,
  isUnknownNumber,
  mayPassAsDocument,
  reasonOf,
} from './refusals.ts';

/** What the server made of a message. */
export type Verdict =
  | { state: 'accepted'; messageId: string; remoteJid: string | undefined }
  | {
      state: 'refused';
      reason: RefusalReason;
      /** The server's own words, one plain line without secrets. */
      detail?: string;
      /** The same file may pass as a document. */
      mayPassAsDocument: boolean;
      /** The server found no group, or something else that it has no words for. */
      isNameless: boolean;
    }
  /** Asked, and not answered in a way that says what happened. */
  | { state: 'unknown' };

/** A sent message, with small pictures in it. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** The server asks WhatsApp for the number, and the pages that a text links to for what they show. */
const SEND_MS = 30_000;

/** It converts a file and brings it to WhatsApp before it answers. */
const UPLOAD_HEADERS_MS = 120_000;

/** What the server answers where it only has a thing to say and no words: `String({})`. */
const NAMELESS = '[object Object]';

const sentMessage = z.object({
  key: z.object({ id: z.string().min(1), remoteJid: z.string().optional().catch(undefined) }),
});

/**
 * Asks for something that must not happen twice: the server has no key to tell a repeat by.
 *
 * @param path such as `/message/sendText/<instance>`
 * @param body JSON, or JSON around a file
 * @throws ConnectorError `unavailable` (surely not done), and as `demandWorkingServer`
 * @throws FileFailed
 */
export async function askEvolution(
  tools: Tools,
  { url, apiKey }: EvolutionServer,
  path: string,
  body: { json: object } | { upload: Upload },
): Promise<Verdict> {
  const request = {
    method: 'POST' as const,
    url: url + path,
    headers: { apikey: apiKey, accept: 'application/json' },
    maxBytes: MAX_ANSWER_BYTES,
  };
  const answer =
    'json' in body
      ? await askOnce(() =>
          tools.send({
            ...request,
            headers: { ...request.headers, 'content-type': 'application/json' },
            body: JSON.stringify(body.json),
            deadlineMs: SEND_MS,
          }),
        )
      : await uploadOnce(tools.stream, { ...request, headersMs: UPLOAD_HEADERS_MS }, body.upload);
  return answer === undefined
    ? { state: 'unknown' }
    : verdictOf(answer, [apiKey, tools.webhook?.secret]);
}

function verdictOf(answer: EvolutionAnswer, secrets: readonly (string | undefined)[]): Verdict {
  const { status, body } = answer;
  if (status >= 200 && status < 300) {
    const sent = sentMessage.safeParse(eventOf(body)).data;
    if (sent === undefined) return { state: 'unknown' };
    return { state: 'accepted', messageId: sent.key.id, remoteJid: sent.key.remoteJid };
  }
  const words = demandWorkingServer(answer);
  if (isDatabaseFailure(words)) return { state: 'unknown' };
  if (isDisconnected(words)) throw unavailable('evolution: not connected');
  const isFileRefused = mayPassAsDocument(words);
  if (status >= 500 && !isFileRefused) return { state: 'unknown' };
  const isUnknown = isUnknownNumber(answer);
  const detail = isUnknown ? undefined : safeReason(words, secrets);
  return {
    state: 'refused',
    reason: isUnknown ? 'chat_unknown' : reasonOf(status, words),
    ...(detail !== undefined && { detail }),
    mayPassAsDocument: isFileRefused,
    isNameless: words === NAMELESS,
  };
}
