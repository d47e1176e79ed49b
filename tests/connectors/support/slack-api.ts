import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { FILE_CONTENT } from './held-file.ts';

export const ACCESS_TOKEN = 'xoxb-canary-0123456789-abcdefghijklmnopqrstuvwx';
export const CHANNEL = 'D0ANA';
export const BOT_USER = 'U0BOT';

/** A ticket is the only proof of an upload, so it is a secret. */
export const TICKET = 'canary-upload-ticket-0123456789';

/** One call of the Web API, or an upload. */
interface SlackCall {
  method: string;
  form: Record<string, string>;
}

interface SlackUpload {
  name: string;
  content: Buffer;
  authorization: string | undefined;
}

interface SlackAnswer {
  status?: number;
  json?: object;
  headers?: Record<string, string>;
}

/** The part of Slack that carries direct messages, for one workspace. */
export interface SlackApi {
  port: number;
  calls: SlackCall[];
  uploads: SlackUpload[];
  /** What the next calls of a method are answered, one after the other; `upload` and `download` are methods here. */
  say(method: string, ...answers: SlackAnswer[]): void;
  /** Names of the methods called, in order. */
  called(): string[];
  close(): Promise<void>;
}

/** Slack's own way to refuse. */
export function refusal(error: string): SlackAnswer {
  return { json: { ok: false, error } };
}

export async function startSlackApi(): Promise<SlackApi> {
  const calls: SlackCall[] = [];
  const uploads: SlackUpload[] = [];
  const said = new Map<string, SlackAnswer[]>();
  let last = 0;

  function answer({ method, form }: SlackCall, host: string): SlackAnswer {
    const origin = `http://${host}`;
    last += 1;
    const ts = `1795773600.${String(last).padStart(6, '0')}`;
    switch (method) {
      case 'chat.postMessage':
        if (!form.text) return refusal('no_text');
        if (form.text.length > 40_000) return refusal('msg_too_long');
        return ok({ channel: form.channel, ts });
      case 'files.getUploadURLExternal':
        if (!(Number(form.length) > 0)) return refusal('missing_argument');
        return ok({ upload_url: `${origin}/upload/v1/${TICKET}`, file_id: `F${last}` });
      case 'files.completeUploadExternal': {
        const [file] = JSON.parse(form.files ?? '[]') as { id: string }[];
        const shares = { private: { [String(form.channel_id)]: [{ ts }] } };
        return ok({ files: [{ ...file, shares }] });
      }
      case 'files.info':
        return fileAnswer(form.file ?? '', origin);
      case 'reactions.get':
        return ok({ type: 'message', message: { ts: form.timestamp, reactions: [] } });
      case 'conversations.replies':
        return ok({ messages: [{ ts: form.ts }] });
      case 'users.info':
        return ok({ user: { id: form.user, name: 'ana', profile: { display_name: 'Ana P.' } } });
      case 'auth.test':
        return ok({ user_id: BOT_USER });
      default:
        return ok({});
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const { authorization, host = '' } = request.headers;
    const method = /^\/api\/([\w.]+)$/.exec(path)?.[1];
    const send = ({ status = 200, json, headers }: SlackAnswer) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(json ?? {}));
    if (path === `/upload/v1/${TICKET}`) {
      const file = await fileOf(request);
      const next = said.get('upload')?.shift();
      uploads.push({ ...file, authorization });
      calls.push({ method: 'upload', form: {} });
      if (next !== undefined) return void send(next);
      response.writeHead(200, { 'content-type': 'text/plain' }).end('OK - 1');
      return;
    }
    const isOurs = authorization === `Bearer ${ACCESS_TOKEN}`;
    if (path.startsWith('/files-pri/')) {
      const next = said.get('download')?.shift();
      if (next !== undefined) return void send(next);
      const type = isOurs ? 'application/pdf' : 'text/html; charset=utf-8';
      const content = isOurs ? FILE_CONTENT : Buffer.from('<title>Sign in</title>');
      response.writeHead(200, { 'content-type': type, 'content-length': content.length });
      response.end(content);
      return;
    }
    if (method === undefined) return void send({ status: 404 });
    const form = Object.fromEntries(new URLSearchParams((await buffer(request)).toString()));
    const call = { method, form };
    calls.push(call);
    if (!isOurs) return void send(refusal('invalid_auth'));
    send(said.get(method)?.shift() ?? answer(call, host));
  }

  const server = createServer((request, response) => {
    // A form that broke off has no answer.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    uploads,
    say: (method, ...answers) => void said.set(method, answers),
    called: () => calls.map(({ method }) => method),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function ok(fields: object): SlackAnswer {
  return { json: { ok: true, ...fields } };
}

function fileAnswer(id: string, origin: string): SlackAnswer {
  const address = `${origin}/files-pri/T1-${id}/download/a.pdf`;
  const file = { id, name: 'a.pdf', mimetype: 'application/pdf', mode: 'hosted' };
  if (id === 'FSMALL') return ok({ file: { ...file, url_private_download: address } });
  if (id === 'FABROAD') {
    return ok({ file: { ...file, url_private_download: 'https://files.example.com/files-pri/a' } });
  }
  if (id === 'FDELETED') return ok({ file: { id, mode: 'tombstone' } });
  return refusal('file_not_found');
}

/** Node's own reader of forms reads ours, so that two authors must agree on the format. */
async function fileOf(request: IncomingMessage): Promise<Omit<SlackUpload, 'authorization'>> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const form = await new Response(await buffer(request), { headers }).formData();
  for (const [, value] of form) {
    if (typeof value === 'string') continue;
    return { name: value.name, content: Buffer.from(await value.arrayBuffer()) };
  }
  throw new Error('no file in the form');
}
