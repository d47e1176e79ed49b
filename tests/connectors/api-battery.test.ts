import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createApi } from '../../src/server/connectors/api/api.ts';
import type { MessagePart } from '../../src/server/connectors/api/write-event.ts';
import { messageBattery } from './message-battery.ts';
import { FROM_ANA, signed } from './support/api-service.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import { FILE_CONTENT } from './support/held-file.ts';
import type { MessageStage } from './support/message-stage.ts';
import { WEBHOOK_SECRET } from './support/tools.ts';

const carried = (event: object) => ({
  fate: 'carried' as const,
  event: signed({ ...FROM_ANA, ...event }, new Date()),
});
const message = (id: string, content: object, more: object = {}) =>
  carried({ type: 'message', id, message: content, ...more });
const file = (kind: string) => ({ kind, media_url: 'https://files.example/a?key=k', text: 'Look' });

/** Takes every message under a new id, and holds one file. */
async function startService() {
  const ids = new Set<string>();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method === 'GET') {
      const isThere = request.url === '/files/small';
      response.writeHead(isThere ? 200 : 404).end(isThere ? FILE_CONTENT : undefined);
      return;
    }
    ids.add(`theirs-${ids.size}`);
    const isMessage = JSON.parse(body).type === 'message';
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isMessage ? { id: `theirs-${ids.size}` } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function startStage(): Promise<MessageStage> {
  const service = await startService();
  const proxy = await startFaultProxy(service.port);
  const callbackAt = (port: number) => `http://127.0.0.1:${port}/canary-callback`;
  const fileAt = (port: number, name: string) => ({
    url: `http://127.0.0.1:${port}/files/${name}`,
  });
  return {
    carrierAt: (port) => {
      const { messages } = createApi();
      if (messages === undefined) throw new Error('carries no messages');
      const credentials = { callbackUrl: callbackAt(port) };
      return {
        ...messages,
        send: (tools, _credentials, chat, part) => messages.send(tools, credentials, chat, part),
      };
    },
    proxy,
    account: { externalId: '0a1b' },
    credentials: { callbackUrl: callbackAt(proxy.port) },
    chat: { chatId: 'c-1', personId: 'p-1', isNew: false },
    secrets: [WEBHOOK_SECRET, 'canary-callback'],
    incoming: {
      text: message('m-1', { kind: 'text', text: 'Olá' }),
      picture: message('m-2', file('picture')),
      video: message('m-3', file('video')),
      voice: message('m-4', file('voice')),
      audio: message('m-5', file('audio')),
      file: message('m-6', file('file')),
      sticker: message('m-7', file('sticker')),
      location: message('m-8', { kind: 'location', location: { lat: 41.4, lon: 2.17 } }),
      contact: message('m-9', { kind: 'contact', contact: { name: 'B', phone: '+34600111222' } }),
      // A kind we do not know is refused, so that the developer of the service hears of it.
      poll: undefined,
      'unknown kind': undefined,
      quote: message('m-10', { kind: 'text', text: 'Yes' }, { reply_to: 'm-1' }),
      'button press': message('m-11', { kind: 'text', text: 'Tea', callback_data: 'row-1' }),
      edit: carried({ type: 'edit', id: 'm-1', message: { kind: 'text', text: 'Oi' } }),
      deletion: carried({ type: 'delete', id: 'm-1' }),
      reaction: carried({ type: 'reaction', id: 'm-1', emoji: '👍' }),
      'reaction taken away': carried({ type: 'reaction', id: 'm-1', emoji: null }),
      typing: carried({ type: 'typing' }),
      status: carried({ type: 'status', id: 'theirs-1', state: 'read' }),
      'message of staff': message('m-12', { kind: 'text', text: 'Hi' }, { from_staff: true }),
      'message in a group': undefined,
    },
    outgoing: {
      text: 'carried',
      picture: 'carried',
      video: 'carried',
      voice: 'carried',
      audio: 'carried',
      file: 'carried',
      sticker: 'carried',
      'file with a text': 'carried',
      'file of unknown length': 'carried',
      'link button': 'carried',
      'text button': 'carried',
      list: 'carried',
      quote: 'carried',
      'very long text': 'carried',
    },
    notes: {
      'in: poll': 'refused with what is wrong, for its developer ([protocol](api-connector.md))',
      'in: unknown kind':
        'refused with what is wrong, for its developer ([protocol](api-connector.md))',
      'in: message in a group': 'a conversation has one person ([protocol](api-connector.md))',
    },
    wordsOf: (part) => {
      const said = (part as MessagePart).message.text;
      // The service has no limit of its own: it is told everything at once.
      return said === undefined ? undefined : { text: said, longest: Number.POSITIVE_INFINITY };
    },
    messageId: 'theirs-1',
    refs: { small: fileAt(proxy.port, 'small'), gone: fileAt(proxy.port, 'gone') },
    lostAnswer: 'unavailable',
    uploads: false,
    bulk: {
      answer: (path) => (path.startsWith('/files/') ? 'file' : { id: 'theirs-1' }),
      ref: (port) => fileAt(port, 'bulk'),
    },
    close: async () => {
      await proxy.close();
      await service.close();
    },
  };
}

describe('a carrier of messages', () => {
  messageBattery('api', startStage);
});
