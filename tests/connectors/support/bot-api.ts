import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { FILE_CONTENT } from './held-file.ts';

export const BOT_TOKEN = '7000000009:AACanaryCanaryCanaryCanaryCanaryCan';

/** One call that a bot made. */
export interface BotCall {
  method: string;
  /** As the Bot API reads them: what came as JSON text in a form is parsed. */
  parameters: Record<string, unknown>;
  file?: { field: string; name: string; type: string; content: Buffer };
}

interface BotAnswer {
  status: number;
  json?: unknown;
  text?: string;
}

/** The part of the Bot API that carries messages, for one bot. */
export interface BotApi {
  port: number;
  calls: BotCall[];
  /** What the next calls of a method are answered, one after the other. */
  say(method: string, ...answers: BotAnswer[]): void;
  close(): Promise<void>;
}

/** Telegram's own way to refuse. */
export function refusal(code: number, description: string, parameters?: object): BotAnswer {
  return {
    status: code,
    json: { ok: false, error_code: code, description, ...(parameters && { parameters }) },
  };
}

export async function startBotApi(): Promise<BotApi> {
  const calls: BotCall[] = [];
  const said = new Map<string, BotAnswer[]>();
  let lastId = 100;

  function answer(call: BotCall): BotAnswer {
    const { method, parameters } = call;
    const next = said.get(method)?.shift();
    if (next !== undefined) return next;
    if (method === 'getFile') return fileAnswer(parameters.file_id);
    if (!method.startsWith('send') || method === 'sendChatAction') return ok(true);
    const fault = faultOf(call);
    if (fault !== undefined) return refusal(400, `Bad Request: ${fault}`);
    lastId += 1;
    return ok({
      message_id: lastId,
      date: 1_795_773_600,
      chat: { id: Number(parameters.chat_id) },
    });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path === `/file/bot${BOT_TOKEN}/documents/file_1.bin`) {
      response.writeHead(200, { 'content-length': FILE_CONTENT.length }).end(FILE_CONTENT);
      return;
    }
    const method = new RegExp(`^/bot${BOT_TOKEN}/(\\w+)$`).exec(path)?.[1];
    const call = method === undefined ? undefined : await callOf(method, request);
    if (call !== undefined) calls.push(call);
    const { status, json, text } = call ? answer(call) : refusal(404, 'Not Found');
    response.writeHead(status, { 'content-type': json ? 'application/json' : 'text/html' });
    response.end(text ?? JSON.stringify(json));
  }

  const server = createServer((request, response) => {
    // A form that broke off has no answer.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    say: (method, ...answers) => void said.set(method, answers),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function ok(result: unknown): BotAnswer {
  return { status: 200, json: { ok: true, result } };
}

function fileAnswer(id: unknown): BotAnswer {
  if (id === 'small') return ok({ file_id: id, file_path: 'documents/file_1.bin' });
  if (id === 'vanished') return ok({ file_id: id, file_path: 'documents/file_2.bin' });
  if (id === 'outside') return ok({ file_id: id, file_path: '../../bot1:a/getMe' });
  if (id === 'absolute') return ok({ file_id: id, file_path: '/var/lib/bot/file_1.bin' });
  if (id === 'large') return refusal(400, 'Bad Request: file is too big');
  return refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable');
}

/** What Telegram would refuse. https://core.telegram.org/bots/api#sendmessage and what follows there */
function faultOf({ method, parameters, file }: BotCall): string | undefined {
  const { text, caption, reply_markup: markup } = parameters;
  if (method === 'sendMessage') {
    if (typeof text !== 'string' || text.trim() === '') return 'message text is empty';
    if (text.length > 4096) return 'message is too long';
  } else if (file === undefined || file.content.length === 0) return 'file must be non-empty';
  if (typeof caption === 'string' && caption.length > 1024) return 'message caption is too long';
  if (typeof parameters.chat_id !== 'number') return 'chat_id is empty';
  const rows = (markup as { inline_keyboard: Record<string, string>[][] } | undefined)
    ?.inline_keyboard;
  for (const button of rows?.flat() ?? []) {
    if (!button.text) return 'inline keyboard button text must be non-empty';
    if (button.url === undefined && Buffer.byteLength(button.callback_data ?? '') > 64) {
      return 'BUTTON_DATA_INVALID';
    }
  }
  return undefined;
}

/** Node's own reader of forms reads ours, so that two authors must agree on the format. */
async function callOf(method: string, request: IncomingMessage): Promise<BotCall> {
  const type = request.headers['content-type'] ?? '';
  const body = await buffer(request);
  if (!type.startsWith('multipart/form-data')) {
    return { method, parameters: JSON.parse(body.toString() || '{}') as BotCall['parameters'] };
  }
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  const call: BotCall = { method, parameters: {} };
  for (const [field, value] of form) {
    if (typeof value === 'string') call.parameters[field] = fieldOf(value);
    else {
      const content = Buffer.from(await value.arrayBuffer());
      call.file = { field, name: value.name, type: value.type, content };
    }
  }
  return call;
}

function fieldOf(value: string): unknown {
  return /^(?:-?\d+$|[{[]|true$)/.test(value) ? (JSON.parse(value) as unknown) : value;
}
