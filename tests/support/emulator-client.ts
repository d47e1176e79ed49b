import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Emulator } from '../../src/emulator/emulator.ts';

export interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  /** The parsed body; undefined when it is no JSON. */
  json: unknown;
}

export interface Call {
  method?: string;
  host?: string;
  headers?: Record<string, string>;
  /** Sent as it is. */
  body?: string;
  json?: unknown;
  token?: string;
}

/** One request to an emulator, meant for the given host of Kommo (default the demo account's). */
export function call(
  emulator: Pick<Emulator, 'url'>,
  path: string,
  options: Call = {},
): Promise<Reply> {
  const { host = 'demo.kommo.com', headers = {}, json, token } = options;
  const body = json === undefined ? options.body : JSON.stringify(json);
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const outgoing = request(emulator.url + path, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    agent: false,
    headers: {
      host,
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
  outgoing.on('error', reject);
  outgoing.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text,
        json: parse(text),
      });
    });
  });
  outgoing.end(body);
  return promise;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Pair {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  token_type: string;
  server_time: number;
}

/** A code of the account, as the install call would carry it. */
export function lastCode(emulator: Emulator): string {
  const code = emulator.state.codes.at(-1);
  if (code === undefined) throw new Error('No code was issued.');
  return code.code;
}

/** Asks the token endpoint; fields given replace the right ones, `undefined` leaves one out. */
export function askToken(
  emulator: Emulator,
  fields: Record<string, unknown>,
  host = 'demo.kommo.com',
): Promise<Reply> {
  const integration = emulator.world.integration();
  return call(emulator, '/oauth2/access_token', {
    host,
    json: {
      client_id: integration.client_id,
      client_secret: integration.client_secret,
      redirect_uri: integration.redirect_uri,
      ...fields,
    },
  });
}

/** Installs the integration and exchanges the code, with nobody at the redirect URI. */
export async function installed(
  emulator: Emulator,
  subdomain = 'demo',
  userId?: number,
): Promise<Pair> {
  await emulator.install(subdomain, userId);
  const reply = await askToken(
    emulator,
    { grant_type: 'authorization_code', code: lastCode(emulator) },
    `${subdomain}.kommo.com`,
  );
  if (reply.status !== 200) throw new Error(`No tokens: ${reply.text}`);
  return reply.json as Pair;
}

/** One signed call of the Chats API. `headers` replace those that were computed. */
export function callChats(
  emulator: Emulator,
  path: string,
  options: {
    method?: string;
    body?: string;
    json?: unknown;
    headers?: Record<string, string>;
  } = {},
): Promise<Reply> {
  const [channel] = emulator.state.channels;
  const body = options.json === undefined ? (options.body ?? '') : JSON.stringify(options.json);
  const method = options.method ?? 'POST';
  const date = new Date(emulator.world.clock.now()).toUTCString().replace('GMT', '+0000');
  const signed = {
    date,
    'content-type': 'application/json',
    'content-md5': createHash('md5').update(body).digest('hex'),
    ...options.headers,
  };
  const text = [method, signed['content-md5'], signed['content-type'], signed.date, path].join(
    '\n',
  );
  const signature = createHmac('sha1', channel?.secret ?? '')
    .update(text)
    .digest('hex');
  return call(emulator, path, {
    method,
    host: 'amojo.kommo.com',
    headers: { ...signed, 'x-signature': signature, ...options.headers },
    ...(body !== '' && { body }),
  });
}

export interface Listener {
  url: string;
  /** What came, oldest first. */
  received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
}

/**
 * A backend that records what Kommo calls and answers with one status.
 *
 * @param folder what else is asked is another's: a port may have been that of a backend of another test, which somebody
 * still calls
 */
export async function listen(
  answer: () => number | Promise<number> = () => 200,
  folder = '/',
): Promise<Listener> {
  const received: Listener['received'] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      // The connection broke in the middle of the body: nothing came.
      return;
    }
    const { method = '', url = '', headers } = incoming;
    if (!url.startsWith(folder)) return void response.writeHead(404).end();
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
    response.statusCode = await answer();
    response.end();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => resolve());
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The event of a client's first message, as a channel sends it to the Chats API. */
export function clientMessage(payload: object = {}): object {
  return {
    event_type: 'new_message',
    payload: {
      timestamp: 1639660529,
      msec_timestamp: 1639660529379,
      msgid: 'm-1',
      conversation_id: 'c-1',
      sender: { id: 'client-1', name: 'Client', profile: { phone: '+79151112233' } },
      message: { type: 'text', text: 'Hello' },
      silent: false,
      ...payload,
    },
  };
}
