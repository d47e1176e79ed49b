import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { signatureOf } from '../../../src/server/connectors/api/signature.ts';
import type { WebhookRequest } from '../../../src/server/connectors/connector.ts';
import { WEBHOOK_SECRET } from './tools.ts';

export interface Posted {
  headers: IncomingHttpHeaders;
  /** As sent. */
  body: string;
}

export interface ServiceAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A chat service of one's own: it remembers what it was posted, and answers what a test wants. */
export async function startApiService(): Promise<{
  url: string;
  posted: Posted[];
  answer(next: ServiceAnswer | ((posted: Posted) => Promise<ServiceAnswer> | ServiceAnswer)): void;
  close(): Promise<void>;
}> {
  const posted: Posted[] = [];
  let next: (posted: Posted) => Promise<ServiceAnswer> | ServiceAnswer = () => ({ status: 204 });
  const server = createServer(async (request, response) => {
    const one = { headers: request.headers, body: await text(request) };
    posted.push(one);
    const { status, headers, body } = await next(one);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/kommo`,
    posted,
    answer: (given) => {
      next = typeof given === 'function' ? given : () => given;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** An event as a service with the channel's secret posts it. */
export function signed(event: unknown, at: Date, secret = WEBHOOK_SECRET): WebhookRequest {
  const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const headers = {
    'x-timestamp': timestamp,
    'x-signature': signatureOf(secret, timestamp, body),
  };
  return { headers, body };
}

/** What every event but a status has. */
export const FROM_ANA = {
  conversation: { id: 'c-1' },
  person: { id: 'p-1', name: 'Ana' },
  timestamp_ms: 1_763_812_800_000,
};
