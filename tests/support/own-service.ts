import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Channel } from '../../src/contract/api.ts';
import { begin, submit } from './channels.ts';
import { PUBLIC_URL } from './config.ts';
import type { TestServer } from './start-server.ts';

/** An event that the service was posted, parsed. */
export interface PostedEvent {
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: what it must be is what the tests say
  event: any;
}

type Answer = { status: number; headers?: Record<string, string>; json?: object; body?: string };
type Answering = (posted: PostedEvent) => Answer | Promise<Answer> | 'cut';

/** A chat service of one's own on this machine, written by the documentation and with nothing of the product. */
export interface OwnService {
  callbackUrl: string;
  origin: string;
  /** Events it was posted, oldest first. */
  posted: PostedEvent[];
  /** Of the messages that clients of the service have: each id once. */
  messages(): PostedEvent[];
  /** Answers from now on; without one, every message is taken. `cut`: it is, but the answer never arrives. */
  answer(next?: Answering): void;
  /** Serves `<origin>/files/<name>`. */
  serve(name: string, how: (response: ServerResponse) => void): string;
  close(): Promise<void>;
}

export async function startOwnService(): Promise<OwnService> {
  const posted: PostedEvent[] = [];
  const files = new Map<string, (response: ServerResponse) => void>();
  let answering: Answering | undefined;
  const server = createServer(async (request, response) => {
    const name = /^\/files\/(.+)$/.exec(request.url ?? '')?.[1];
    if (name !== undefined) {
      const how = files.get(name);
      if (how === undefined) response.writeHead(404).end();
      else how(response);
      return;
    }
    const one = { headers: request.headers, event: JSON.parse(await text(request)) };
    posted.push(one);
    const answer = (await answering?.(one)) ?? taken(one);
    if (answer === 'cut') return void request.socket.resetAndDestroy();
    const body = answer.body ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
    response.writeHead(answer.status, answer.headers).end(body);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    callbackUrl: `${origin}/kommo/${randomUUID()}`,
    origin,
    posted,
    messages: () => {
      const byId = new Map(
        posted.filter(({ event }) => event.type === 'message').map((one) => [one.event.id, one]),
      );
      return [...byId.values()];
    },
    answer: (next) => {
      answering = next;
    },
    serve: (name, how) => {
      files.set(name, how);
      return `${origin}/files/${name}`;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The usual answer: an id of the service's own, always the same for the same message. */
export function taken({ event }: PostedEvent): Answer {
  return event.type === 'message'
    ? { status: 200, json: { id: `sent-${event.id}` } }
    : { status: 200 };
}

/** Where a service posts its events, and with which secret: as the widget shows it once. */
export interface Setup {
  webhook_url: string;
  secret: string;
}

/** Connects a service as an administrator does, from the first click to the last. */
export async function connectOwn(
  server: TestServer,
  service: Pick<OwnService, 'callbackUrl'>,
  name = 'Site chat',
): Promise<{ channel: Channel; setup: Setup }> {
  const { attempt } = await begin(server, { connector: 'api' });
  const values = { name, callback_url: service.callbackUrl };
  const answer = await submit(server, attempt.id, { values, confirm: true });
  const { channel, setup } = answer.body.attempt ?? {};
  if (setup === undefined) throw new Error(`Not connected: ${JSON.stringify(answer.body)}`);
  return { channel, setup };
}

/** The signature of the documentation, written down a second time. */
export function proofOf(secret: string, body: string, timestamp = Math.floor(Date.now() / 1000)) {
  const mac = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-timestamp': String(timestamp), 'x-signature': `v1=${mac}` };
}

/** Posts an event as the service does. */
export async function postEvent(
  server: TestServer,
  { webhook_url, secret }: Setup,
  event: object,
): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
  const body = JSON.stringify(event);
  const answer = await fetch(`${server.url}${webhook_url.slice(PUBLIC_URL.length)}`, {
    method: 'POST',
    headers: proofOf(secret, body),
    body,
  });
  const given = await answer.text();
  return { status: answer.status, body: given === '' ? undefined : JSON.parse(given) };
}

let lastMessage = 0;

/** A client's message, each with another id. */
export function eventOf(more: object = {}): Record<string, unknown> {
  lastMessage += 1;
  return {
    type: 'message',
    id: `m-${lastMessage}`,
    conversation: { id: 'c-1' },
    person: { id: 'p-1', name: 'Ana Souza' },
    timestamp_ms: Date.now(),
    message: { kind: 'text', text: `Message ${lastMessage}` },
    ...more,
  };
}
