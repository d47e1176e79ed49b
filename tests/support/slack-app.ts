import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from './wait-for.ts';

/** What came to an app's Request URL. */
export interface SlackDelivery {
  headers: IncomingHttpHeaders;
  raw: string;
  body: {
    type: string;
    team_id: string;
    event_id: string;
    event: Record<string, unknown> & { type: string };
  };
}

type Answer = number | { status: number; headers: Record<string, string> } | 'hang';

/** An app that answers the challenge, records its events and answers as it is told. */
export interface SlackApp {
  url: string;
  deliveries: SlackDelivery[];
  challenges: SlackDelivery[];
  /** How the next events are answered; the last stays. */
  answers: Answer[];
  /** Waits until so many deliveries came. @returns all */
  came(count: number): Promise<SlackDelivery[]>;
  close(): Promise<void>;
}

export async function startSlackApp(): Promise<SlackApp> {
  const deliveries: SlackDelivery[] = [];
  const challenges: SlackDelivery[] = [];
  const answers: Answer[] = [200];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString('utf8');
    const delivery: SlackDelivery = { headers: request.headers, raw, body: JSON.parse(raw) };
    if (delivery.body.type === 'url_verification') {
      challenges.push(delivery);
      const { challenge } = delivery.body as unknown as { challenge: string };
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ challenge }));
    }
    deliveries.push(delivery);
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 200;
    if (answer === 'hang') return;
    const { status, headers } =
      typeof answer === 'number' ? { status: answer, headers: {} } : answer;
    response.writeHead(status, headers).end();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => resolve());
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
    deliveries,
    challenges,
    answers,
    came: async (count) => {
      await waitFor(() => deliveries.length >= count);
      return [...deliveries];
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** @see https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function slackSignature(secret: string, { headers, raw }: SlackDelivery): string {
  const text = `v0:${headers['x-slack-request-timestamp']}:${raw}`;
  return `v0=${createHmac('sha256', secret).update(text).digest('hex')}`;
}
