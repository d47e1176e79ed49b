import type { Handler, Route } from '../../kommo/exchange.ts';
import { FileSink, type ReceivedFile } from '../whatsapp/file-sink.ts';
import { addUpload } from '../whatsapp/files.ts';
import { addMessage, plain, seeMessages, showOwnPresence } from '../whatsapp/messages.ts';
import { fetchOutside } from '../whatsapp/outside.ts';
import { chatTypeOf } from '../whatsapp/people.ts';
import type {
  Card,
  Content,
  Fields,
  Kind,
  Message,
  Presence,
  StoredFile,
} from '../whatsapp/state.ts';
import { type Call, fileCall, sessionCall, textOf } from './call.ts';
import { RequestError, ServerError } from './errors.ts';
import { parseId, waysOf } from './ids.ts';
import { noteSend } from './judge.ts';
import type { Telling } from './payloads.ts';
import { sentAnswer } from './sent-answer.ts';
import { wahaState } from './state.ts';
import { type ChatPlace, targetChat } from './target.ts';

/** Sending. @see https://waha.devlike.pro/docs/how-to/send-messages/ */
export function sendRoutes(
  at: (path: string, handler: Handler, streams?: string) => Route,
): Route[] {
  const file = (path: string, kind: (fields: Fields) => Kind) =>
    at(
      path,
      fileCall((call, data) => sendFile(call, kind(call.fields), data)),
      'application/json',
    );
  return [
    at(
      '/api/sendText',
      sessionCall((call) => send(call, plain('text', { text: textOf(call.fields, 'text') }))),
    ),
    file('/api/sendImage', () => 'image'),
    file('/api/sendFile', () => 'document'),
    file('/api/sendVoice', () => 'voice'),
    file('/api/sendVideo', ({ asNote }) => (asNote === true ? 'video_note' : 'video')),
    at(
      '/api/sendLocation',
      sessionCall((call) => send(call, locationIn(call.fields))),
    ),
    at(
      '/api/sendContactVcard',
      sessionCall((call) => send(call, contactsIn(call.fields))),
    ),
    at(
      '/api/sendList',
      sessionCall((call) => send(call, listIn(call))),
    ),
    at(
      '/api/sendButtons',
      sessionCall((call) => send(call, buttonsIn(call.fields))),
    ),
    at('/api/sendSeen', sessionCall(sendSeen)),
    at(
      '/api/startTyping',
      sessionCall((call) => type(call, 'composing')),
    ),
    at(
      '/api/stopTyping',
      sessionCall((call) => type(call, 'paused')),
    ),
  ];
}

/** Sends, and answers in the engine's own way. */
function send(call: Call, content: Content): void {
  const { exchange, world, session, number, fields } = call;
  const place = targetChat(call, textOf(fields, 'chatId'));
  const quote = quoteIn(fields, place);
  noteSend(call, place.chat, content, quote?.id ?? null);
  const message = addMessage(world, place, content, {
    author: number,
    source: 'api',
    via: `waha/${session.name}`,
    quote: quote?.id ?? null,
    ...(typeof fields.id === 'string' && { id: fields.id }),
  });
  exchange.sendJson(201, sentAnswer(tellingOf(call, place), message));
}

/** How the session speaks of a chat in answers: by the first of its ways. */
export function tellingOf({ world, session, number }: Call, { chat }: ChatPlace): Telling {
  const [way = 'phone'] = waysOf(world, chat);
  return { world, session: session.name, number, chat, way };
}

/** An unknown message is not quoted, and sent all the same. */
function quoteIn({ reply_to }: Fields, { chat }: ChatPlace): Message | undefined {
  if (typeof reply_to !== 'string') return undefined;
  const { id } = parseId(reply_to);
  return chat.messages.find((message) => message.id === id);
}

async function sendFile(call: Call, kind: Kind, data: ReceivedFile | undefined): Promise<void> {
  const { world, fields } = call;
  // Asked before the file is fetched, as a wrong chat needs none.
  targetChat(call, textOf(fields, 'chatId'));
  const file = await fileOf(call, kind, data);
  const text = typeof fields.caption === 'string' && fields.caption !== '' ? fields.caption : null;
  world.life.throwIfAborted();
  send(call, plain(kind, { file: file.id, text: kind === 'voice' ? null : text }));
}

async function fileOf(
  { world, fields }: Call,
  kind: Kind,
  data: ReceivedFile | undefined,
): Promise<StoredFile> {
  const file = (fields.file ?? {}) as Fields;
  const mime = typeof file.mimetype === 'string' ? file.mimetype : undefined;
  if (mime === undefined) throw new RequestError('file.mimetype must be a string');
  const name = kind === 'document' && typeof file.filename === 'string' ? file.filename : null;
  if (typeof file.url === 'string') {
    return addUpload(world, { name, mime }, await download(world, file.url));
  }
  if (data === undefined) throw new RequestError('file.url or file.data is expected');
  return addUpload(world, { name, mime }, data);
}

/** Really fetches it. @throws ServerError in the words of the library the server uses */
async function download(world: Call['world'], url: string): Promise<ReceivedFile> {
  const signal = AbortSignal.any([AbortSignal.timeout(60_000), world.life]);
  const sink = new FileSink();
  try {
    const answer = await fetchOutside(world, url, signal);
    for await (const chunk of answer as AsyncIterable<Buffer>) sink.write(chunk);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new ServerError(code ?? message);
  }
  return sink.end();
}

function locationIn(fields: Fields): Content {
  const { latitude, longitude, title } = fields;
  if (typeof latitude !== 'number' || typeof longitude !== 'number') {
    throw new RequestError('latitude and longitude must be numbers');
  }
  const name = typeof title === 'string' ? title : null;
  return plain('location', { location: { latitude, longitude, name, address: null } });
}

function contactsIn({ contacts }: Fields): Content {
  if (!Array.isArray(contacts) || contacts.length === 0) {
    throw new RequestError('contacts must be an array');
  }
  return plain('contacts', { contacts: contacts.map((one) => cardIn(one as Fields)) });
}

function cardIn(contact: Fields): Card {
  if (typeof contact.vcard === 'string') {
    const line = (name: string) =>
      new RegExp(`^${name}[^:\\n]*:(.*)$`, 'im').exec(String(contact.vcard));
    const phone = line('TEL')?.[1] ?? '';
    return {
      name: line('FN')?.[1]?.trim() ?? '',
      phone: phone.replace(/\D/g, ''),
      organization: line('ORG')?.[1]?.replace(/;\s*$/, '').trim() ?? null,
    };
  }
  const name = textOf(contact, 'fullName');
  const phone = textOf(contact, 'phoneNumber').replace(/\D/g, '');
  return {
    name,
    phone,
    organization: typeof contact.organization === 'string' ? contact.organization : null,
  };
}

/** Lists go to single people only. */
function listIn({ fields }: Call): Content {
  const message = fields.message as Fields | undefined;
  if (typeof message !== 'object' || message === null)
    throw new RequestError('message must be an object');
  const { sections } = message;
  if (!Array.isArray(sections) || sections.length === 0)
    throw new RequestError('message.sections must be an array');
  textOf(message, 'title');
  textOf(message, 'button');
  if (chatTypeOf(textOf(fields, 'chatId')) !== 'person') {
    throw new ServerError('List messages can be sent to direct chats only');
  }
  return plain('list', { text: String(message.description ?? ''), extra: message });
}

/** Becomes what WhatsApp's protocol has for it (WAProto.proto, InteractiveMessage). */
function buttonsIn(fields: Fields): Content {
  const { header, footer, buttons } = fields;
  if (!Array.isArray(buttons) || buttons.length === 0)
    throw new RequestError('buttons must be an array');
  const body = textOf(fields, 'body');
  return plain('buttons', {
    text: body,
    extra: {
      header: { title: header },
      body: { text: body },
      footer: { text: footer },
      nativeFlowMessage: { buttons: buttons.map((one) => buttonIn(one as Fields)) },
    },
  });
}

const BUTTON_NAMES: Record<string, string> = {
  reply: 'quick_reply',
  url: 'cta_url',
  call: 'cta_call',
  copy: 'cta_copy',
};

function buttonIn({ type = 'reply', text, id, url, phoneNumber, copyCode }: Fields): Fields {
  const name = BUTTON_NAMES[String(type)];
  if (name === undefined || typeof text !== 'string')
    throw new RequestError('buttons must be valid');
  const params = {
    display_text: text,
    id: id ?? text,
    url,
    phone_number: phoneNumber,
    copy_code: copyCode,
  };
  return { name, buttonParamsJson: JSON.stringify(params) };
}

/** NOWEB and GOWS read what is named; WEBJS reads everything. */
function sendSeen(call: Call): void {
  const { exchange, world, fields } = call;
  const { chat } = targetChat(call, textOf(fields, 'chatId'));
  const named = Array.isArray(fields.messageIds)
    ? fields.messageIds.map(String)
    : typeof fields.messageId === 'string'
      ? [fields.messageId]
      : undefined;
  const { engine } = wahaState(world).settings;
  const ids = engine === 'WEBJS' ? undefined : named?.map((one) => parseId(one).id);
  seeMessages(world, chat, ids);
  exchange.sendJson(201, {});
}

function type(call: Call, presence: Presence): void {
  const { chat } = targetChat(call, textOf(call.fields, 'chatId'));
  showOwnPresence(call.world, chat, presence);
  call.exchange.send(201);
}
