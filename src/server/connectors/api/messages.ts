import { z } from 'zod';
import { NotReached, type StreamAnswer } from '../../platform/outbound.ts';
import {
  ConnectorError,
  type Credentials,
  type MessageCarrier,
  type Tools,
  type WebhookRequest,
} from '../connector.ts';
import { demandAnswer, failureOfCall, notUnderstood, rateLimited } from '../http.ts';
import type { OpenMedia, ReceivedItem } from '../messages.ts';
import type { Addresses } from './addresses.ts';
import { outcomeOf, type Peer, post } from './post.ts';
import { eventReader } from './read-event.ts';
import { demandSignature } from './signature.ts';
import { isEmpty, type MessagePart, messagePart, recipientOf } from './write-event.ts';

/** Whatever an operator allows for a file is less; it is streamed, never held. */
const MAX_FILE_BYTES = 1024 ** 3;

const storedRef = z.object({ url: z.string() });

/** Both directions of the protocol, for every connector that speaks it. */
export interface ApiMessages {
  carrier: MessageCarrier<MessagePart>;
  /**
   * Proves an event and reads it once, so that the developer of a service hears of a faulty one.
   *
   * @throws ConnectorError `signature`, `invalid_event`
   */
  receive(tools: Tools, request: WebhookRequest): void;
}

/**
 * Messages as signed JSON, as `docs/api-connector.md` describes them.
 *
 * @param addresses which may be called, for the files that events name
 * @param peerOf the service behind a channel. It may throw ConnectorError `reauthorize`
 */
export function apiMessages(
  addresses: Addresses,
  peerOf: (tools: Tools, credentials: Credentials) => Peer,
): ApiMessages {
  const read = eventReader(addresses.isAllowed);

  return {
    receive(tools, request) {
      demandSignature(tools, request);
      read(request.body);
    },

    carrier: {
      options: ['own_device'],
      repeatsAreSafe: true,

      parse(event): ReceivedItem[] {
        try {
          return [read(event.body)];
        } catch (error) {
          // `receive` has said so to the service; only a body stored by another version gets here.
          if (error instanceof ConnectorError) return [];
          throw error;
        }
      },

      compose: (message) => [messagePart(message)],

      async send(tools, credentials, chat, part) {
        if (isEmpty(part)) return { state: 'refused', reason: 'unsupported' };
        const event = { type: 'message' as const, ...part, ...recipientOf(chat) };
        const peer = peerOf(tools, credentials);
        return outcomeOf(await post(tools, peer, event, 'lost'), { peer, tools });
      },

      async react(tools, credentials, chat, { messageId, emoji }) {
        const event = {
          type: 'reaction' as const,
          id: messageId,
          ...recipientOf(chat),
          timestamp_ms: tools.now().getTime(),
          emoji,
        };
        const peer = peerOf(tools, credentials);
        return outcomeOf(await post(tools, peer, event, 'lost'), { peer, tools, messageId });
      },

      async typing(tools, credentials, chat) {
        const event = {
          type: 'typing' as const,
          ...recipientOf(chat),
          timestamp_ms: tools.now().getTime(),
        };
        await post(tools, peerOf(tools, credentials), event);
      },

      openMedia: (tools, _credentials, ref) => openFile(tools, addresses, ref),
    },
  };
}

/**
 * Opens a file where the service has it. The address may hold a secret, so nothing of it gets into an error.
 *
 * @throws ConnectorError `rejected` for what will not come any more
 */
async function openFile(tools: Tools, addresses: Addresses, ref: unknown): Promise<OpenMedia> {
  const { data } = storedRef.safeParse(ref);
  if (data === undefined || !addresses.isAllowed(data.url)) throw new ConnectorError('rejected');
  const stream = addresses.stream(tools, data.url);
  let answer: StreamAnswer;
  try {
    answer = await stream({ url: data.url, maxBytes: MAX_FILE_BYTES });
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    const isFinal = error.reason === 'too_large' || error.reason === 'refused_address';
    throw isFinal ? new ConnectorError('rejected', { cause: error.reason }) : failureOfCall(error);
  }
  const { status, headers, body } = answer;
  if (status !== 200) {
    body.destroy();
    if (status === 429) throw rateLimited(headers['retry-after']);
    // A redirect leads to an address nobody has checked.
    if (status >= 300 && status < 400) throw new ConnectorError('rejected', { cause: 'redirect' });
    demandAnswer(status);
    throw status < 300
      ? notUnderstood(`status ${status}`)
      : new ConnectorError('rejected', { cause: `status ${status}` });
  }
  const bytes = Number(headers['content-length']);
  const type = headers['content-type'];
  return {
    body,
    ...(Number.isSafeInteger(bytes) && headers['content-length'] !== undefined && { bytes }),
    ...(type !== undefined && { type }),
  };
}
