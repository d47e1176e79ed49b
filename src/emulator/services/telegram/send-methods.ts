import { badRequest } from './api-error.ts';
import { type Call, chatToWrite, type Method, replyTo } from './call.ts';
import { addMessage, type Content, tellChat } from './chats.ts';
import { spendRate } from './limits.ts';
import { type MediaFile, mediaFields, readMedia } from './media.ts';
import { Parameters } from './parameters.ts';
import { readReplyMarkup } from './reply-markup.ts';
import { type Chat, type Fields, nextNumber, type StoredMessage } from './state.ts';
import { readCaption, readText } from './texts.ts';

/** @see https://core.telegram.org/bots/api#sendmediagroup */
const ALBUM_MIN = 2;
const ALBUM_MAX = 10;
/** May stand beside each other; documents and audio only among themselves. */
const ALBUM_MIX = ['photo', 'video'];

/** @see https://core.telegram.org/bots/api#sendchataction */
const ACTIONS = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
];

const MEDIA = [
  'photo',
  'video',
  'document',
  'voice',
  'audio',
  'animation',
  'sticker',
  'video_note',
];

/** Methods that bring something to the client, by name in lower case. */
export const SEND_METHODS: Record<string, Method> = {
  sendmessage: (call) =>
    send(call, { kind: 'text', fields: readText(call.parameters), file_ids: [] }),
  ...Object.fromEntries(
    MEDIA.map((type) => [`send${type.replace('_', '')}`, (call: Call) => sendMedia(call, type)]),
  ),
  sendmediagroup: sendMediaGroup,
  sendlocation: (call) =>
    send(call, { kind: 'location', fields: { location: readPlace(call) }, file_ids: [] }),
  sendvenue: sendVenue,
  sendcontact: sendContact,
  sendchataction: sendChatAction,
};

/** Everything that can be refused comes before the first thing that is done. */
function send(call: Call, content: Content): Fields {
  const chat = chatToWrite(call);
  const replied = replyTo(call, chat);
  const markup = readReplyMarkup(call.parameters);
  spendRate(call, chat);
  const fields = { ...content.fields, ...(markup !== undefined && { reply_markup: markup }) };
  return bring(call, chat, { ...content, fields }, replied).message;
}

function bring(
  { world, bot }: Call,
  chat: Chat,
  content: Content,
  replied: StoredMessage | undefined,
): StoredMessage {
  const stored = addMessage(world, chat, { bot }, content, { replyTo: replied });
  chat.action = null;
  tellChat(world, chat);
  return stored;
}

function sendMedia(call: Call, type: string): Fields {
  const { parameters } = call;
  chatToWrite(call);
  const media = readMedia(call, type, parameters.text(type));
  const hasCaption = !['sticker', 'video_note'].includes(type);
  return send(call, mediaContent(media, hasCaption ? readCaption(parameters) : {}));
}

function mediaContent(media: MediaFile, caption: Fields): Content {
  const fields = { ...mediaFields(media), ...caption };
  return { kind: media.field, fields, file_ids: [media.file.file_id] };
}

function sendMediaGroup(call: Call): Fields[] {
  const { parameters } = call;
  const chat = chatToWrite(call);
  const items = parameters.json('media', 'media');
  if (!Array.isArray(items)) throw badRequest('expected an Array of InputMedia');
  if (items.length > ALBUM_MAX) throw badRequest('too many messages to send as an album');
  if (items.length < ALBUM_MIN) throw badRequest('there are no messages to send');
  const contents = items.map((item) => albumItem(call, item));
  const kinds = new Set(contents.map(({ kind }) => (ALBUM_MIX.includes(kind) ? 'mix' : kind)));
  if (kinds.size > 1) {
    const alone = contents.find(({ kind }) => !ALBUM_MIX.includes(kind))?.kind ?? '';
    throw badRequest(`${alone} can't be mixed with other media types`);
  }
  const replied = replyTo(call, chat);
  spendRate(call, chat, contents.length);
  const media_group_id = String(13_000_000_000_000_000 + nextNumber(call.world));
  return contents.map((content) => {
    const fields = { media_group_id, ...content.fields };
    return bring(call, chat, { ...content, fields }, replied).message;
  });
}

function albumItem(call: Call, item: unknown): Content {
  if (typeof item !== 'object' || item === null) {
    throw badRequest("can't parse InputMedia: expected an Object");
  }
  const { type, media, caption, caption_entities } = item as Fields;
  if (typeof type !== 'string' || ![...ALBUM_MIX, 'document', 'audio'].includes(type)) {
    throw badRequest(`can't parse InputMedia: type "${type}" can't be used in sendMediaGroup`);
  }
  if (typeof media !== 'string' || media === '') {
    throw badRequest("can't parse InputMedia: media not found");
  }
  const own = new Parameters({
    ...(typeof caption === 'string' && { caption }),
    ...(caption_entities !== undefined && { caption_entities: JSON.stringify(caption_entities) }),
  });
  return mediaContent(readMedia(call, type, media), readCaption(own));
}

function readPlace({ parameters }: Call): Fields {
  const place = ['latitude', 'longitude'].map((name) => {
    if (!parameters.has(name)) throw badRequest(`${name} is empty`);
    const value = parameters.number(name);
    const most = name === 'latitude' ? 90 : 180;
    if (value === undefined || Math.abs(value) > most) throw badRequest('wrong location specified');
    return [name, value];
  });
  return Object.fromEntries(place);
}

function sendVenue(call: Call): Fields {
  const location = readPlace(call);
  const title = required(call, 'title');
  const address = required(call, 'address');
  const fields = { location, venue: { location, title, address } };
  return send(call, { kind: 'venue', fields, file_ids: [] });
}

function sendContact(call: Call): Fields {
  const phone_number = required(call, 'phone_number');
  const first_name = required(call, 'first_name');
  const last_name = call.parameters.text('last_name');
  const contact = { phone_number, first_name, ...(last_name !== '' && { last_name }) };
  return send(call, { kind: 'contact', fields: { contact }, file_ids: [] });
}

function required({ parameters }: Call, name: string): string {
  if (!parameters.has(name)) throw badRequest(`parameter "${name}" is required`);
  return parameters.text(name);
}

function sendChatAction(call: Call): boolean {
  const chat = chatToWrite(call);
  const action = call.parameters.text('action').toLowerCase();
  if (!ACTIONS.includes(action)) throw badRequest('wrong parameter action in request');
  chat.action = { action, at: call.world.clock.now() };
  tellChat(call.world, chat);
  return true;
}
