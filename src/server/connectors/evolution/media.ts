import { Readable } from 'node:stream';
import { z } from 'zod';
import { NotReached, type StreamAnswer } from '../../platform/outbound.ts';
import { ConnectorError, type Tools } from '../connector.ts';
import { failureOfCall, unavailable } from '../http.ts';
import type { OpenMedia } from '../messages.ts';
import { bareMessageId } from '../whatsapp/message-id.ts';
import { Base64Member, NotBase64 } from './base64-member.ts';
import type { EvolutionServer } from './client.ts';
import { demandWorkingServer, type EvolutionAnswer, isDisconnected } from './refusals.ts';

/** The server fetches the file from WhatsApp first, and tries a second time after five seconds. */
const HEADERS_MS = 90_000;

/** Longer than any text that the server's JavaScript can make. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

/** Refusals are short; of what is longer, the beginning says enough. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** What `content.ts` leaves with a message. */
const fileRef = z.object({ messageId: z.string() });

/**
 * Opens a file that a client sent. The server answers with JSON that holds the file as text, which is decoded as it
 * comes in. Where the server keeps files in a store of its own is not used: such an address opens the file to anybody.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/chat-controller/get-base64
 * @throws ConnectorError `rejected` when the file is gone, `reauthorize` when the instance is, `unavailable`,
 *   `rate_limited`, `misconfigured`
 */
export async function openFile(
  tools: Tools,
  { server, instance }: { server: EvolutionServer; instance: string },
  ref: unknown,
): Promise<OpenMedia> {
  const id = bareMessageId(fileRef.safeParse(ref).data?.messageId);
  if (id === undefined) throw new ConnectorError('rejected');
  const request = {
    method: 'POST' as const,
    url: `${server.url}/chat/getBase64FromMediaMessage/${instance}`,
    headers: {
      apikey: server.apiKey,
      accept: 'application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ message: { key: { id } }, convertToMp4: false }),
    headersMs: HEADERS_MS,
    maxBytes: MAX_ANSWER_BYTES,
  };
  const answer = await tools.stream(request).catch((error: unknown) => {
    throw error instanceof NotReached ? failureOfCall(error) : error;
  });
  if (answer.status < 200 || answer.status >= 300) await refuse(answer);
  return { body: await decodedFile(answer.body) };
}

/** @throws ConnectorError */
async function refuse({ status, headers, body }: StreamAnswer): Promise<never> {
  const answer: EvolutionAnswer = { status, headers, body: await beginningOf(body) };
  const words = demandWorkingServer(answer);
  if (isDisconnected(words)) throw unavailable('evolution: not connected');
  if (status >= 500) throw unavailable(`status ${status}`);
  throw new ConnectorError('rejected');
}

/** Waits until the file begins, because an answer without one is a refusal. */
async function decodedFile(body: Readable): Promise<Readable> {
  const member = new Base64Member('base64');
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    let first: Buffer = Buffer.alloc(0);
    while (!member.isFound) {
      const { done, value } = await pieces.next();
      if (done === true) throw new ConnectorError('rejected');
      first = member.push(value);
    }
    return readableOf(body, restOf(pieces, member, first));
  } catch (error) {
    body.destroy();
    if (error instanceof NotReached) throw failureOfCall(error);
    throw error instanceof NotBase64 ? unavailable('evolution: no base64') : error;
  }
}

async function* restOf(
  pieces: AsyncIterator<Buffer>,
  member: Base64Member,
  first: Buffer,
): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first;
    for (;;) {
      const { done, value } = await pieces.next();
      if (done === true) break;
      const bytes = member.push(value);
      if (bytes.length > 0) yield bytes;
    }
    member.finish();
  } catch (error) {
    throw error instanceof NotBase64 ? new NotReached('connection') : error;
  }
}

/** Whoever gives it up frees the connection, also before the first byte was read. */
function readableOf(source: Readable, bytes: AsyncGenerator<Buffer>): Readable {
  const file = Readable.from(bytes, { objectMode: false });
  file.once('close', () => source.destroy());
  return file;
}

async function beginningOf(body: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece);
      size += piece.length;
      if (size >= MAX_REFUSAL_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
  }
  return Buffer.concat(pieces);
}
