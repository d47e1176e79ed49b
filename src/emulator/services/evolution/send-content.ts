/** What each method that sends makes of its body. */

import type { World } from '../../kommo/world.ts';
import { addUpload } from '../whatsapp/files.ts';
import { plain } from '../whatsapp/messages.ts';
import type { Card, Content, Kind } from '../whatsapp/state.ts';
import { jidOf, userOf } from './jid.ts';
import { isAddress, isBase64, type Media, mustBePicture, readMedia, typeByName } from './media.ts';
import { badRequest, Refusal, unexpected } from './refusal.ts';
import type { SendBody } from './send-body.ts';
import type { Fields } from './state.ts';

type Build = (world: World, body: SendBody) => Promise<Content> | Content;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** By method under `/message/`; reactions are no messages of their own. */
export const CONTENTS = {
  sendText: (_world, { fields }) => {
    const given = text(fields.text) ?? '';
    if (given.trim() === '') throw badRequest('Text is required');
    return plain('text', { text: given });
  },
  sendMedia,
  sendPtv: async (world, { fields, file }) => {
    const media = file ?? (await readMedia(world, fields.video, WRAPPED));
    return withFile(world, 'video_note', media, { name: null, mime: 'video/mp4' });
  },
  sendWhatsAppAudio: async (world, { fields, file }) => {
    const media = file ?? (await voiceOf(world, fields.audio));
    return withFile(world, 'voice', media, { name: null, mime: 'audio/ogg; codecs=opus' });
  },
  sendSticker: async (world, { fields, file }) => {
    // The server forgets the part of the form here, and reads the missing text.
    if (file !== undefined && fields.sticker === undefined) throw unexpected('Invalid URL');
    const media = await readMedia(world, fields.sticker, BARE);
    mustBePicture(media);
    return withFile(world, 'sticker', media, { name: null, mime: 'image/webp' });
  },
  sendLocation: (_world, { fields }) =>
    plain('location', {
      location: {
        latitude: Number(fields.latitude),
        longitude: Number(fields.longitude),
        name: text(fields.name),
        address: text(fields.address),
      },
    }),
  sendContact: (_world, { fields }) =>
    plain('contacts', { contacts: (fields.contact as Fields[]).map(cardOf) }),
  sendPoll: (_world, { fields }) =>
    plain('poll', {
      extra: {
        question: fields.name,
        options: fields.values,
        selectable_count: fields.selectableCount,
      },
    }),
  sendList: (_world, { fields }) => {
    const { title, description, buttonText, footerText, sections } = fields;
    return plain('list', {
      text: [title, description, footerText].filter(Boolean).join('\n'),
      extra: { title, description, buttonText, footerText, sections },
    });
  },
  sendButtons,
} as const satisfies Record<string, Build>;

export type SendMethod = keyof typeof CONTENTS;

const WRAPPED = { isWrapped: true, isStamped: false };
const BARE = { isWrapped: false, isStamped: true };

function withFile(
  world: World,
  kind: Kind,
  media: Media,
  { name, mime, caption = null }: { name: string | null; mime: string; caption?: string | null },
): Content {
  const file = addUpload(world, { name, mime }, media);
  return plain(kind, { text: caption, file: file.id });
}

async function voiceOf(world: World, audio: unknown): Promise<Media> {
  const given = text(audio);
  if (given === null || !(isAddress(given) || isBase64(given))) {
    throw badRequest('Owned media must be a url, base64, or valid file with buffer');
  }
  return await readMedia(world, given, BARE);
}

async function sendMedia(world: World, { fields, file }: SendBody): Promise<Content> {
  const type = fields.mediatype as 'image' | 'video' | 'document' | 'audio';
  const source = text(fields.media) ?? '';
  const given = text(fields.fileName) ?? undefined;
  if (file === undefined && type === 'document' && given === undefined && isBase64(source)) {
    throw badRequest('For base64 the file name must be informed.');
  }
  const media = file ?? (await readMedia(world, fields.media, WRAPPED));
  if (type === 'image') mustBePicture(media);
  const name = given ?? fallbackName(type, source);
  const mime =
    name === undefined
      ? (text(fields.mimetype) ?? media.contentType ?? 'application/octet-stream')
      : typeByName(name);
  return withFile(world, type, media, { name: name ?? null, mime, caption: text(fields.caption) });
}

/** What the server calls a file without a name. */
function fallbackName(type: string, source: string): string | undefined {
  if (type === 'image') return 'image.jpg';
  if (type === 'video') return 'video.mp4';
  if (type === 'audio') return undefined;
  // Everything after the last slash, up to the first dot that follows.
  const name = /^([^.]+)\./.exec(source.slice(source.lastIndexOf('/') + 1))?.[1];
  if (name !== undefined) return name;
  throw new Refusal(500, ["TypeError: Cannot read properties of null (reading '1')"]);
}

function cardOf({ fullName, wuid, phoneNumber, organization }: Fields): Card {
  const known = text(wuid) ?? jidOf(String(phoneNumber));
  const phone = known.includes('@') ? userOf(known) : known;
  return { name: String(fullName), phone, organization: text(organization) };
}

const FLOW_NAMES: Readonly<Record<string, string>> = {
  reply: 'quick_reply',
  copy: 'cta_copy',
  url: 'cta_url',
  call: 'cta_call',
  pix: 'payment_info',
};

function sendButtons(_world: World, { fields }: SendBody): Content {
  const { title, description, footer } = fields;
  const buttons = fields.buttons as Fields[] | undefined;
  if (buttons === undefined) {
    throw unexpected("Cannot read properties of undefined (reading 'length')");
  }
  refuseMixture(buttons.map(({ type }) => String(type)));
  const lines = [`*${title}*`, ...(description ? ['', String(description), ''] : [])].join('\n');
  const flow = buttons.map(({ type, displayText, ...rest }) => ({
    name: FLOW_NAMES[String(type)],
    buttonParamsJson: JSON.stringify({ display_text: displayText, ...rest }),
  }));
  return plain('buttons', {
    text: lines,
    extra: {
      body: { text: lines },
      footer: { text: footer },
      nativeFlowMessage: { buttons: flow, messageParamsJson: JSON.stringify({ from: 'api' }) },
    },
  });
}

/** @throws Refusal for buttons that do not go together */
function refuseMixture(types: string[]): void {
  if (types.length === 0) throw badRequest('At least one button is required');
  const hasOthers = types.some((type) => type !== 'reply' && type !== 'pix');
  if (types.includes('reply')) {
    if (types.length > 3) throw badRequest('Maximum of 3 reply buttons allowed');
    if (hasOthers) throw badRequest('Reply buttons cannot be mixed with other button types');
  }
  if (types.includes('pix') && types.length > 1) {
    throw badRequest('Only one PIX button is allowed');
  }
}
