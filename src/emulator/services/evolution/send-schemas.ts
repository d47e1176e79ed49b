import type { Schema } from './schema.ts';
import { FLAG, KEY, NUMBER, TEXT } from './schema-parts.ts';

/** What every method that sends may be told besides. */
const OPTIONS: Readonly<Record<string, Schema>> = {
  delay: { type: 'integer', description: 'Enter a value in milliseconds' },
  quoted: {
    properties: { key: { ...KEY, required: ['id'], filled: ['id'] }, message: { type: 'object' } },
  },
  everyOne: FLAG,
  mentioned: {
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: {
      type: 'string',
      pattern: '^\\d+',
      description: '"mentioned" must be an array of numeric strings',
    },
  },
};

const sending = (properties: Record<string, Schema>, required: readonly string[]): Schema => ({
  type: 'object',
  properties: { number: NUMBER, ...properties, ...OPTIONS },
  required,
});

const CARD: Schema = {
  type: 'object',
  properties: {
    fullName: TEXT,
    wuid: {
      type: 'string',
      minLength: 10,
      pattern: '\\d+',
      description: '"wuid" must be a numeric string',
    },
    phoneNumber: { type: 'string', minLength: 10 },
    organization: TEXT,
    email: TEXT,
    url: TEXT,
  },
  required: ['fullName', 'phoneNumber'],
  filled: ['fullName'],
};

const LIST_ROW: Schema = {
  type: 'object',
  properties: { title: TEXT, description: TEXT, rowId: TEXT },
  required: ['title', 'rowId'],
  filled: ['title', 'description', 'rowId'],
};

const SECTION: Schema = {
  type: 'object',
  properties: {
    title: TEXT,
    rows: { type: 'array', minItems: 1, uniqueItems: true, items: LIST_ROW },
  },
  required: ['title', 'rows'],
  filled: ['title'],
};

const BUTTON: Schema = {
  type: 'object',
  properties: {
    type: { type: 'string', enum: ['reply', 'copy', 'url', 'call', 'pix'] },
    displayText: TEXT,
    id: TEXT,
    url: TEXT,
    phoneNumber: TEXT,
    currency: TEXT,
    name: TEXT,
    keyType: { type: 'string', enum: ['phone', 'email', 'cpf', 'cnpj', 'random'] },
    key: TEXT,
  },
  required: ['type'],
  filled: ['id', 'url', 'phoneNumber'],
};

/**
 * By the name of the method under `/message/`.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/validate/message.schema.ts
 */
export const SEND_SCHEMAS = {
  sendText: sending({ text: TEXT, linkPreview: FLAG }, ['number', 'text']),
  sendMedia: sending(
    {
      mediatype: { type: 'string', enum: ['image', 'document', 'video', 'audio'] },
      mimetype: TEXT,
      media: TEXT,
      fileName: TEXT,
      caption: TEXT,
    },
    ['number', 'mediatype'],
  ),
  sendPtv: sending({ video: TEXT }, ['number']),
  sendWhatsAppAudio: sending({ audio: TEXT }, ['number']),
  sendSticker: sending({ sticker: TEXT }, ['number']),
  sendLocation: sending(
    {
      latitude: { type: 'number' },
      longitude: { type: 'number' },
      name: TEXT,
      address: TEXT,
    },
    ['number', 'latitude', 'longitude', 'name', 'address'],
  ),
  sendContact: {
    type: 'object',
    properties: {
      number: NUMBER,
      contact: { type: 'array', items: CARD, minItems: 1, uniqueItems: true },
    },
    required: ['number', 'contact'],
  },
  sendReaction: {
    type: 'object',
    properties: {
      key: { ...KEY, required: ['id', 'remoteJid', 'fromMe'], filled: ['id', 'remoteJid'] },
      reaction: TEXT,
    },
    required: ['key', 'reaction'],
  },
  sendPoll: sending(
    {
      name: TEXT,
      selectableCount: { type: 'integer', minimum: 0, maximum: 10 },
      values: { type: 'array', minItems: 2, maxItems: 10, uniqueItems: true, items: TEXT },
    },
    ['number', 'name', 'selectableCount', 'values'],
  ),
  sendList: sending(
    {
      title: TEXT,
      description: TEXT,
      footerText: TEXT,
      buttonText: TEXT,
      sections: { type: 'array', minItems: 1, uniqueItems: true, items: SECTION },
    },
    ['number', 'title', 'footerText', 'buttonText', 'sections'],
  ),
  sendButtons: sending(
    {
      thumbnailUrl: TEXT,
      title: TEXT,
      description: TEXT,
      footer: TEXT,
      buttons: { type: 'array', items: BUTTON },
    },
    ['number'],
  ),
} as const satisfies Record<string, Schema>;
