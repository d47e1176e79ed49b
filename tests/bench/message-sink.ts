/**
 * Kommo's chat API and the chat services as far as plain texts need them, cheap enough that the backend is what is
 * measured. Everything else goes on to the emulator on `EMULATOR_PORT`. Started as a process of its own; prints its port,
 * and tells its parent of each text that came.
 */
import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A text that came: to Kommo (`in`) or to a client (`out`). */
export interface Arrival {
  direction: 'in' | 'out';
  /** The chat as who asked calls it. */
  chat: string;
  text: string;
  /** By the clock of this machine, in milliseconds since 1970. */
  at: number;
}

const NEW_MESSAGE = /^\/v2\/origin\/custom\/[^/]+$/;
const STATUS = /^\/v2\/origin\/custom\/[^/]+\/[^/]+\/delivery_status$/;
const TO_TELEGRAM = /^\/__services\/telegram\/bot[^/]+\/sendMessage$/;
const NAME_AT_SLACK = /^\/api\/users\.info$/;

/** How many arrivals are told in one go. */
const TELL_EVERY_MS = 20;

const emulatorPort = Number(process.env.EMULATOR_PORT);
const known = new Set<string>();
let untold: Arrival[] = [];
let lastTelegramId = 1_000_000_000;

const server = createServer((request, response) => {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const isPost = request.method === 'POST';
  if (isPost && NEW_MESSAGE.test(path)) readThen(request, (body) => takeMessage(response, body));
  else if (isPost && STATUS.test(path)) readThen(request, () => answer(response, 200, {}));
  else if (isPost && TO_TELEGRAM.test(path)) readThen(request, (body) => send(response, body));
  else if (NAME_AT_SLACK.test(path)) {
    const user = { name: 'somebody', profile: { real_name: 'Somebody at Slack' } };
    readThen(request, () => answer(response, 200, { ok: true, user }));
  } else passOn(request, response);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});

setInterval(() => {
  if (untold.length === 0) return;
  process.send?.(untold);
  untold = [];
}, TELL_EVERY_MS);

/** Kommo takes an id once. */
function takeMessage(response: ServerResponse, body: string): void {
  const { event_type: type, payload } = JSON.parse(body);
  if (type !== 'new_message' || known.has(payload.msgid)) {
    answer(response, 400, {});
    return;
  }
  known.add(payload.msgid);
  const { conversation_id: chat, message, sender, receiver } = payload;
  untold.push({ direction: 'in', chat, text: message.text, at: Date.now() });
  answer(response, 200, {
    new_message: {
      msgid: randomUUID(),
      conversation_id: randomUUID(),
      sender_id: sender?.id,
      receiver_id: receiver?.id,
    },
  });
}

function send(response: ServerResponse, body: string): void {
  const { chat_id: chat, text } = JSON.parse(body);
  untold.push({ direction: 'out', chat: String(chat), text, at: Date.now() });
  lastTelegramId += 1;
  const date = Math.floor(Date.now() / 1000);
  const result = { message_id: lastTelegramId, date, chat: { id: Number(chat), type: 'private' } };
  answer(response, 200, { ok: true, result });
}

function readThen(request: IncomingMessage, then: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => then(Buffer.concat(chunks).toString('utf8')));
}

function answer(response: ServerResponse, status: number, json: object): void {
  const body = JSON.stringify(json);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function passOn(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  const onward = openRequest(
    { host: '127.0.0.1', port: emulatorPort, method, path: url, headers },
    (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    },
  );
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
