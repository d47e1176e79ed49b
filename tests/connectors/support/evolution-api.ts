import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ANA, ANA_JID, GROUP_JID, INSTANCE } from './evolution-events.ts';
import { FILE_CONTENT } from './held-file.ts';

export const API_KEY = 'canary-evolution-key-0123456789';

/** One call to the server. */
interface EvolutionCall {
  /** Without the instance: `/message/sendText`. */
  path: string;
  json: Record<string, unknown>;
}

interface Answer {
  status: number;
  json: unknown;
}

/** The part of Evolution API that carries messages, for one instance. */
export interface EvolutionApi {
  port: number;
  calls: EvolutionCall[];
  /** What the next calls to a path are answered, one after the other. */
  say(path: string, ...answers: Answer[]): void;
  close(): Promise<void>;
}

/** Evolution's own way to refuse. */
export function refusal(status: number, message: unknown): Answer {
  const error = status === 400 ? 'Bad Request' : 'Internal Server Error';
  return { status, json: { status, error, response: { message } } };
}

export function unknownNumber(number: string): Answer {
  return refusal(400, [{ jid: `${number}@s.whatsapp.net`, exists: false, number }]);
}

export async function startEvolutionApi(): Promise<EvolutionApi> {
  const calls: EvolutionCall[] = [];
  const said = new Map<string, Answer[]>();
  let lastId = 0;

  function answer(method: string, { path, json }: EvolutionCall): Answer {
    const next = said.get(path)?.shift();
    if (next !== undefined) return next;
    if (path.startsWith('/message/')) {
      const fault = faultOf(path, json);
      if (fault !== undefined) return refusal(400, [fault]);
      lastId += 1;
      return sent(String(json.number ?? ANA_JID), `3EB0F${lastId}`);
    }
    switch (`${method} ${path}`) {
      case 'POST /chat/getBase64FromMediaMessage':
        return fileOf(json);
      case 'POST /chat/markMessageAsRead':
        return { status: 201, json: { message: 'Read messages', read: 'success' } };
      case 'POST /chat/sendPresence':
        return { status: 201, json: { presence: json.presence } };
      case 'GET /instance/connectionState':
        return { status: 200, json: { instance: { instanceName: INSTANCE, state: 'open' } } };
      case 'GET /webhook/find':
        return { status: 200, json: null };
      case 'POST /webhook/set':
      case 'POST /settings/set':
        return { status: 201, json: {} };
      default:
        return refusal(404, [`Cannot ${method} ${path}`]);
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double');
    const body = (await buffer(request)).toString();
    const [, path = '', instance] = /^(\/\w+\/\w+)\/([\w-]+)$/.exec(url.pathname) ?? [];
    const call = { path, json: JSON.parse(body || '{}') as EvolutionCall['json'] };
    let given: Answer;
    if (request.headers.apikey !== API_KEY) given = refusal(401, 'Unauthorized');
    else if (instance !== INSTANCE) {
      given = refusal(404, [`The "${instance}" instance does not exist`]);
    } else {
      calls.push(call);
      given = answer(request.method ?? '', call);
    }
    response.writeHead(given.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(given.json));
  }

  const server = createServer((request, response) => {
    // A body that broke off has no answer.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    say: (path, ...answers) => void said.set(path, answers),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** How Evolution answers with a sent message. */
export function sent(number: string, id: string): Answer {
  const remoteJid = number.includes('@') ? number : `${number}@s.whatsapp.net`;
  return {
    status: 201,
    json: {
      key: { remoteJid, fromMe: true, id },
      pushName: 'Você',
      status: 'PENDING',
      message: { conversation: '…' },
      messageType: 'conversation',
      messageTimestamp: 1_795_773_601,
      instanceId: '9f0c',
      source: 'web',
    },
  };
}

function fileOf(json: Record<string, unknown>): Answer {
  const { key } = json.message as { key: { id: string } };
  if (key.id !== '3EB0FILE') return refusal(400, ['Message not found']);
  return {
    status: 201,
    json: {
      mediaType: 'documentMessage',
      fileName: 'price "list".pdf',
      caption: 'with "base64": {"base64":"QUJD"} in it',
      size: { fileLength: String(FILE_CONTENT.length), height: null, width: null },
      mimetype: 'application/pdf',
      base64: FILE_CONTENT.toString('base64'),
      buffer: null,
    },
  };
}

/** What Evolution would refuse: src/api/controllers/sendMessage.controller.ts and src/validate/message.schema.ts */
function faultOf(path: string, json: Record<string, unknown>): unknown {
  const { number, text, media, audio, sticker, key, reaction, mediatype, fileName } = json;
  if (path === '/message/sendReaction') {
    const { id, remoteJid, fromMe } = key as Record<string, unknown>;
    if (!id || !remoteJid || typeof fromMe !== 'boolean') return ['key requires id'];
    return typeof reaction === 'string' ? undefined : ['instance requires property "reaction"'];
  }
  const known = [ANA, ANA_JID, GROUP_JID];
  if (typeof number !== 'string') return ['instance requires property "number"'];
  if (!known.includes(number) && !number.endsWith('@lid')) {
    return { jid: `${number}@s.whatsapp.net`, exists: false, number };
  }
  if (path === '/message/sendText') {
    return typeof text === 'string' && text.trim() !== '' ? undefined : 'Text is required';
  }
  const file = media ?? audio ?? sticker;
  const isFile =
    typeof file === 'string' && file.length % 4 === 0 && /^[A-Za-z0-9+/]+=*$/.test(file);
  if (!isFile) return 'Owned media must be a url or base64';
  if (mediatype === 'document' && !fileName) return 'For base64 the file name must be informed.';
  return undefined;
}
