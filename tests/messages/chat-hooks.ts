import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { Chat } from '../../src/emulator/kommo/chat-entities.ts';
import type { TestServer } from '../support/start-server.ts';

const CHANNEL_ID = '344a5002-f8ca-454d-af3d-396180102ac7';
const CHANNEL_SECRET = 'f2d7f8704eff95087ed45b23ba99c0b5aac8278e';

/** Lower-case hex HMAC-SHA1, as Kommo signs its chat webhooks. */
export function signed(body: string | Buffer, secret = CHANNEL_SECRET): string {
  return createHmac('sha1', secret).update(body).digest('hex');
}

export interface HookCall {
  account?: 'demo' | 'other';
  /** Several are several headers; absent: the right one; null: none. */
  signature?: string | string[] | null;
}

/** Posts a chat webhook to the address of an account. @returns the status, and how long it took */
export function postHook(
  server: Pick<TestServer, 'url' | 'emulator'>,
  body: string | Buffer,
  { account = 'demo', signature = signed(body) }: HookCall = {},
): Promise<{ status: number; body: string; tookMs: number }> {
  const { amojo_id: amojoId } = server.emulator.world.account(account);
  const { promise, resolve, reject } =
    Promise.withResolvers<Awaited<ReturnType<typeof postHook>>>();
  const began = performance.now();
  const call = request(`${server.url}/kommo/chats/${CHANNEL_ID}_${amojoId}`, {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(signature !== null && { 'x-signature': signature }),
    },
  });
  let isAnswered = false;
  // A body that is too large is refused before all of it was sent.
  call.on('error', (error) => (isAnswered ? undefined : reject(error)));
  call.on('response', async (response) => {
    isAnswered = true;
    let text = '';
    for await (const chunk of response) text += String(chunk);
    resolve({ status: response.statusCode ?? 0, body: text, tookMs: performance.now() - began });
  });
  call.end(body);
  return promise;
}

/** A fresh webhook of a message that a manager wrote. `message` and `envelope` are laid over it. */
export function messageHook(
  server: Pick<TestServer, 'emulator'>,
  chat: Pick<Chat, 'id' | 'conversation_id' | 'source_external_id' | 'user'>,
  message: Record<string, unknown> = {},
  envelope: Record<string, unknown> = {},
) {
  const now = Date.now();
  const { id, conversation_id: ours, source_external_id: source, user } = chat;
  return {
    account_id: server.emulator.world.account('demo').amojo_id,
    time: Math.floor(now / 1000),
    message: {
      receiver: { id: user.id, phone: '', email: '', ...named(user.client_id) },
      sender: { id: '76fc2bea-902f-425c-9a3d-dcdac4766090' },
      conversation: { id, ...named(ours) },
      ...(source !== null && { source: { external_id: source } }),
      timestamp: Math.floor(now / 1000),
      msec_timestamp: now,
      message: {
        ...{ id: randomUUID(), type: 'text', text: '', markup: null, tag: '' },
        ...{ media: '', thumbnail: '', file_name: '', file_size: 0 },
        ...message,
      },
    },
    ...envelope,
  };
}

function named(ours: string | null): object {
  return ours === null ? {} : { client_id: ours };
}
