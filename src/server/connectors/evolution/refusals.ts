import { z } from 'zod';
import type { OutboundAnswer } from '../../platform/outbound.ts';
import { ConnectorError } from '../connector.ts';
import { demandAnswer, notUnderstood, rateLimited } from '../http.ts';
import type { RefusalReason } from '../messages.ts';
import { eventOf } from '../webhook-proof.ts';

export type EvolutionAnswer = OutboundAnswer;

/** `{ response: { message } }`, where the message is a text, or a list of texts, of lists of texts, or of things. */
const refusal = z.object({ response: z.object({ message: z.unknown() }) });

/** What the server says about a number that WhatsApp does not know. */
const unknownNumber = z.object({ exists: z.literal(false) });

/**
 * The server is there, and its connection to WhatsApp is not: whatever was asked did not leave it. These are the words
 * of WhatsApp's library, and of JavaScript where an instance has no connection at all.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/issues/1772
 */
const DISCONNECTED =
  /^(?:Boom: |Error: )?(?:Connection (?:Closed|Terminated|Lost|Failure)|Connection was lost|Timed Out|Media upload failed on all hosts)\b|reading '(?:onWhatsApp|sendMessage|groupMetadata|waUploadToServer|presenceSubscribe|user)'/i;

/**
 * The server's database failed it. It writes a message down when it has sent it, and answers with this then.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/issues/978
 */
const DATABASE = /prisma/i;

/** The server could not prepare a file for the way it was to be shown in. */
const NOT_THIS_WAY =
  /unsupported image format|input (?:buffer|file)|vips|webp|ffmpeg|convert audio|conversion failed|output stream|invalid (?:media|data found)|prepare video/i;

const WHAT_IS_REFUSED: [RegExp, RefusalReason][] = [
  [/forbidden|not-authorized|item-not-found|not-acceptable|group not found/i, 'removed_from_chat'],
  [/too large/i, 'too_large'],
  [/must be a url|base64/i, 'file_unavailable'],
  [/text is required|reaction must be|single emoji/i, 'unsupported'],
];

/** The words of a refusal; those it gives a list of, the first; empty when it says nothing. */
function wordsOf({ body }: EvolutionAnswer): string {
  return firstText(messageOf(body)) ?? '';
}

/** Whether the number that was written to is not on WhatsApp. */
export function isUnknownNumber({ body }: EvolutionAnswer): boolean {
  return [messageOf(body)].flat(2).some((one) => unknownNumber.safeParse(one).success);
}

/**
 * Sorts out what is not about a message.
 *
 * @returns the words of the refusal
 * @throws ConnectorError `rate_limited`; `misconfigured` when the server refuses its key, or it is not the server that
 *   answers; `reauthorize` when it does not know the instance
 */
export function demandWorkingServer(answer: EvolutionAnswer): string {
  const { status, headers, body } = answer;
  const words = wordsOf(answer);
  if (status === 429) throw rateLimited(headers['retry-after'], eventOf(body));
  if (/rate-overlimit/i.test(words)) throw rateLimited(undefined);
  // Only the operator can correct the key.
  if (status === 401) throw new ConnectorError('misconfigured');
  if (status === 404 && /instance does not exist/i.test(words)) {
    throw new ConnectorError('reauthorize');
  }
  if (status === 400 || status === 413 || status >= 500) return words;
  demandAnswer(status);
  throw notUnderstood(`evolution: status ${status}`);
}

export function isDisconnected(words: string): boolean {
  return DISCONNECTED.test(words);
}

export function isDatabaseFailure(words: string): boolean {
  return DATABASE.test(words);
}

export function mayPassAsDocument(words: string): boolean {
  return NOT_THIS_WAY.test(words);
}

export function reasonOf(status: number, words: string): RefusalReason {
  if (status === 413) return 'too_large';
  return WHAT_IS_REFUSED.find(([pattern]) => pattern.test(words))?.[1] ?? 'refused';
}

function messageOf(body: Buffer): unknown {
  return refusal.safeParse(eventOf(body)).data?.response.message;
}

function firstText(message: unknown): string | undefined {
  return [message].flat(4).find((one): one is string => typeof one === 'string');
}
