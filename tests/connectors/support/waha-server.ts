import { FILE_CONTENT } from './held-file.ts';
import { type SmallAnswer, type SmallRequest, startSmallDouble } from './small-double.ts';

export const API_KEY = 'canary-waha-key-0123456789abcdef';
export const SESSION = 'kommo-0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';

/** One call that a session made. */
export interface WahaCall {
  path: string;
  json: Record<string, unknown>;
  /** What the file in it holds, decoded. */
  content?: Buffer;
}

/** The part of WAHA that carries messages, for one session. */
export interface WahaServer {
  port: number;
  calls: WahaCall[];
  /** What the next calls of a path are answered, one after the other. */
  say(path: string, ...answers: SmallAnswer[]): void;
  close(): Promise<void>;
}

/** WAHA's own way to refuse. */
export function refusal(status: number, message: string, more: object = {}): SmallAnswer {
  return { status, json: { statusCode: status, message, ...more } };
}

/** What WAHA answers while a session is not working. */
export const NOT_WORKING: SmallAnswer = {
  status: 422,
  json: {
    error: 'Session status is not as expected. Try again later or restart the session',
    session: SESSION,
    status: 'STARTING',
    expected: ['WORKING'],
  },
};

const FILE = '/api/files/false_5511999990000@c.us_3EB0AA.jpg';

export async function startWahaServer(): Promise<WahaServer> {
  const calls: WahaCall[] = [];
  const said = new Map<string, SmallAnswer[]>();
  let lastId = 100;

  const route = (path: string, answer: (request: SmallRequest) => SmallAnswer) => {
    return (request: SmallRequest): SmallAnswer => {
      if (request.headers['x-api-key'] !== API_KEY) return refusal(401, 'Unauthorized');
      calls.push(callOf(path, request));
      return said.get(path)?.shift() ?? answer(request);
    };
  };

  const sends = (path: string, needsFile: boolean) =>
    route(path, ({ json }) => {
      const fault = faultOf(json, needsFile);
      if (fault !== undefined) return refusal(400, fault);
      lastId += 1;
      return { status: 201, json: { id: `true_${json.chatId}_3EB0${lastId}` } };
    });

  const served = await startSmallDouble({
    'POST /api/sendText': sends('/api/sendText', false),
    'POST /api/sendImage': sends('/api/sendImage', true),
    'POST /api/sendVideo': sends('/api/sendVideo', true),
    'POST /api/sendVoice': sends('/api/sendVoice', true),
    'POST /api/sendFile': sends('/api/sendFile', true),
    'PUT /api/reaction': route('/api/reaction', () => ({ status: 200 })),
    'POST /api/sendSeen': route('/api/sendSeen', () => ({ status: 201, json: {} })),
    'POST /api/startTyping': route('/api/startTyping', () => ({ status: 201, json: {} })),
    'POST /api/:session/presence/:chat/subscribe': route('subscribe', () => ({ status: 201 })),
    'GET /api/contacts/check-exists': route('check-exists', ({ query }) => {
      const exists = query.phone !== '5511000000000';
      const json = { numberExists: exists, ...(exists && { chatId: `${query.phone}@c.us` }) };
      return { status: 200, json };
    }),
    'GET /api/contacts': route('contacts', ({ query }) => ({
      status: 200,
      json: { id: query.contactId, number: '5511999990000', name: null, pushname: 'Ana' },
    })),
    'GET /api/:session/groups/:group': route('groups', ({ params }) => ({
      status: 200,
      json: { id: params.group, subject: 'Friends of tea' },
    })),
    'GET /api/:session/lids/:lid': route('lids', ({ params }) => {
      const pn = params.lid === '777000111222333%40lid' ? '5511999990000@c.us' : null;
      return { status: 200, json: { lid: params.lid, pn } };
    }),
    'GET /api/:session/chats/:chat/messages/:message': route('message', ({ params }) =>
      params.message?.endsWith('3EB0AA')
        ? { status: 200, json: { media: { url: `http://localhost:3000${FILE}` } } }
        : refusal(404, 'Message not found'),
    ),
    [`GET ${FILE}`]: route('file', () => ({
      status: 200,
      text: FILE_CONTENT.toString(),
      headers: { 'content-type': 'image/jpeg' },
    })),
  });
  return {
    port: served.port,
    calls,
    say: (path, ...answers) => void said.set(path, answers),
    close: served.close,
  };
}

function callOf(path: string, { json, query, params, headers }: SmallRequest): WahaCall {
  const { file } = json as { file?: { data?: string } };
  const content = file?.data === undefined ? undefined : Buffer.from(file.data, 'base64');
  const length = headers['content-length'] === undefined ? { isChunked: true } : {};
  return {
    path,
    json: { ...json, ...query, ...params, ...(content && length) },
    ...(content && { content }),
  };
}

/** What WAHA would refuse. https://waha.devlike.pro/docs/how-to/send-messages/ */
function faultOf(json: Record<string, unknown>, needsFile: boolean): string | undefined {
  if (json.session !== SESSION) return 'session must be a string';
  if (!/^\d+@(?:c\.us|lid|g\.us)$/.test(String(json.chatId))) return 'chatId must be a chat';
  if (!needsFile) {
    return typeof json.text === 'string' && json.text.trim() !== '' ? undefined : 'text is empty';
  }
  const { data, url, mimetype } = json.file as Record<string, string | undefined>;
  if (!mimetype) return 'file.mimetype must be a string';
  if (url !== undefined) return undefined;
  if (!data || Buffer.from(data, 'base64').toString('base64') !== data) return 'no base64';
  return undefined;
}
