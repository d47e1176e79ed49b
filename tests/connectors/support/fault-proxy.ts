import {
  createServer,
  request as forward,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a service may do to us instead of answering. */
export type Fault =
  | 'never answers'
  | 'cuts the connection'
  | 'stops in the middle of the answer'
  | 'answers garbage'
  | 'answers with an HTML page'
  | 'answers with a number'
  | 'answers 2 MB'
  | 'redirects elsewhere'
  | 'answers 500'
  | 'answers 503 with a page'
  | 'answers 401'
  | 'answers 429'
  | Echo;

/** A refusal whose text repeats a part of the request, as careless services do. */
export interface Echo {
  repeats: 'headers' | 'body' | 'address';
  status: 400 | 401 | 404;
}

/** Stands before a double on the same machine and spoils its answers, byte by byte where needed. */
export interface FaultProxy {
  readonly port: number;
  /** How many requests came in. */
  count(): number;
  /** Every request meets the fault until `arm(undefined)`. */
  arm(fault: Fault | undefined): void;
  close(): Promise<void>;
}

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let armed: Fault | undefined;
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    const fault = armed;
    if (fault === undefined) pass(targetPort, request, response);
    else
      spoil(fault, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    count: () => count,
    arm: (fault) => {
      armed = fault;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function pass(port: number, request: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = request;
  const inner = forward({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  inner.on('error', () => response.destroy());
  request.pipe(inner);
}

async function spoil(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const send = (status: number, type: string, content: string | Buffer, headers = {}) =>
    response.writeHead(status, { 'content-type': type, ...headers }).end(content);
  if (typeof fault === 'object') {
    const refusal = JSON.stringify(refusalWith(partOf(fault, request, body.toString('utf8'))));
    return void send(fault.status, 'application/json', refusal);
  }
  switch (fault) {
    case 'never answers':
      return;
    case 'cuts the connection':
      response.destroy();
      return;
    case 'stops in the middle of the answer':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"ok":true,"result":{"id":1,', () => response.destroy());
      return;
    case 'answers garbage':
      return void send(200, 'application/json', Buffer.from([0xff, 0x00, 0x7b, 0xc3, 0x28, 0x22]));
    case 'answers with an HTML page':
      return void send(200, 'text/html', '<!doctype html><title>Welcome</title><p>Hello</p>');
    case 'answers with a number':
      return void send(200, 'application/json', '42');
    case 'answers 2 MB':
      return void send(
        200,
        'application/json',
        JSON.stringify({ ok: true, pad: 'x'.repeat(2 << 20) }),
      );
    case 'redirects elsewhere':
      return void send(302, 'text/plain', '', { location: 'http://127.0.0.1:9/elsewhere' });
    case 'answers 500':
      return void send(500, 'application/json', '{"error":"internal_error","ok":false}');
    case 'answers 503 with a page':
      return void send(503, 'text/html', '<h1>Down for maintenance</h1>');
    case 'answers 401':
      return void send(401, 'application/json', '{}');
    case 'answers 429':
      return void send(429, 'application/json', '{}', { 'retry-after': '7' });
  }
}

/** Short, because a reason is cut after 200 characters. */
function partOf({ repeats }: Echo, request: IncomingMessage, body: string): string {
  if (repeats === 'body') return body;
  if (repeats === 'address') return request.url ?? '';
  const { authorization, apikey, 'x-api-key': key } = request.headers;
  return String(authorization ?? apikey ?? key);
}

/** The text wherever one of our services would put it. */
function refusalWith(text: string): object {
  return {
    ok: false,
    error: text,
    error_description: text,
    description: text,
    message: text,
    response: { message: [text] },
  };
}
