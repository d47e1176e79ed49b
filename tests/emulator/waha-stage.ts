import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';

const KEY = 'emulator-waha-key-0123456789';

/** The number of the linked phone, and a client's. */
export const LINE = '5511987654321';
export const CLIENT = '5511955550101';

/** Every event of the pages that is told here. */
const EVENTS = [
  'message',
  'message.any',
  'message.ack',
  'message.ack.group',
  'message.reaction',
  'message.edited',
  'message.revoked',
  'message.waiting',
  'session.status',
  'state.change',
  'presence.update',
];

// biome-ignore lint/suspicious/noExplicitAny: what a server answers is only looked at
export type Json = any;

/** A call of a webhook. */
export interface Hook {
  path: string;
  headers: IncomingHttpHeaders;
  raw: string;
  body: Json;
}

interface Answer {
  status: number;
  body: Json;
}

/** An emulator, a client of WAHA that knows nothing but its pages, and a receiver of webhooks. */
export interface WahaStage {
  emulator: Emulator;
  /** The receiver's address. */
  hookUrl: string;
  /** What the receiver got, oldest first. */
  hooks: Hook[];
  /** The status of the receiver's next answers; 200 when there are no more. */
  statuses: number[];
  waha(method: string, path: string, body?: object, key?: string): Promise<Answer>;
  /** The remote control; what it answers. @throws when it refuses */
  control(path: string, body?: object): Promise<Json>;
  /** Lets a client or the phone do something. */
  client(act: string, body?: object): Promise<Json>;
  /** Creates a session and links the phone. */
  link(name?: string, config?: object, number?: string): Promise<void>;
  /** Downloads what a link of the server names, from where the server really is. */
  file(url: string, key?: string): Promise<Response>;
  /** Payloads of one event, once nothing is on its way. */
  told(event: string): Promise<Json[]>;
  /** Waits until the receiver has got that many calls. */
  hooked(count: number): Promise<void>;
  /** Forgets state and hooks. */
  reset(): void;
  close(): Promise<void>;
}

export async function startWahaStage(): Promise<WahaStage> {
  const emulator = await createEmulator();
  const hooks: Hook[] = [];
  const statuses: number[] = [];
  const server: Server = createServer((request, response) => {
    let raw = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      raw += chunk;
    });
    request.on('end', () => {
      hooks.push({ path: request.url ?? '', headers: request.headers, raw, body: JSON.parse(raw) });
      response.writeHead(statuses.shift() ?? 200).end();
      server.emit('hook');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const ask = async (url: string, method: string, headers: object, body?: object) => {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const control = async (path: string, body?: object) => {
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await ask(`${emulator.url}/__emulator${path}`, method, {}, body);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const waha: WahaStage['waha'] = (method, path, body, key = KEY) =>
    ask(`${emulator.url}/__services/waha${path}`, method, { 'x-api-key': key }, body);

  return {
    emulator,
    hookUrl,
    hooks,
    statuses,
    waha,
    control,
    client: (act, body = {}) => control(`/services/whatsapp/${act}`, { client: CLIENT, ...body }),
    link: async (name = 'default', config, number = LINE) => {
      const webhooks = [{ url: `${hookUrl}/hook`, events: EVENTS }];
      await waha('POST', '/api/sessions', { name, config: config ?? { webhooks } });
      emulator.advance(200);
      const scan = { service: 'waha', session: name, change: 'scan', number };
      await ask(`${emulator.url}/__services/phone`, 'POST', {}, scan);
      emulator.advance(1_000);
    },
    file: (url, key = KEY) =>
      fetch(`${emulator.url}/__services/waha${new URL(url).pathname}`, {
        headers: { 'x-api-key': key },
      }),
    told: async (event) => {
      await control('/services/waha/settle', {});
      return hooks.filter(({ body }) => body.event === event).map(({ body }) => body.payload);
    },
    hooked: async (count) => {
      while (hooks.length < count) await once(server, 'hook');
    },
    reset: () => {
      emulator.reset();
      hooks.length = 0;
      statuses.length = 0;
    },
    close: async () => {
      await emulator.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
