/**
 * What Evolution wants of each body.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/validate/message.schema.ts
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/validate/chat.schema.ts
 */
import type { Schema } from './schema.ts';

/** The names of events that a webhook can ask for. */
export const EVENTS: readonly string[] = [
  'APPLICATION_STARTUP',
  'QRCODE_UPDATED',
  'MESSAGES_SET',
  'MESSAGES_UPSERT',
  'MESSAGES_EDITED',
  'MESSAGES_UPDATE',
  'MESSAGES_DELETE',
  'SEND_MESSAGE',
  'SEND_MESSAGE_UPDATE',
  'CONTACTS_SET',
  'CONTACTS_UPSERT',
  'CONTACTS_UPDATE',
  'PRESENCE_UPDATE',
  'CHATS_SET',
  'CHATS_UPSERT',
  'CHATS_UPDATE',
  'CHATS_DELETE',
  'GROUPS_UPSERT',
  'GROUP_UPDATE',
  'GROUP_PARTICIPANTS_UPDATE',
  'CONNECTION_UPDATE',
  'LABELS_EDIT',
  'LABELS_ASSOCIATION',
  'CALL',
  'TYPEBOT_START',
  'TYPEBOT_CHANGE_STATUS',
  'REMOVE_INSTANCE',
  'LOGOUT_INSTANCE',
  'INSTANCE_CREATE',
  'INSTANCE_DELETE',
  'STATUS_INSTANCE',
];

const TEXT: Schema = { type: 'string' };
const FLAG: Schema = { type: 'boolean' };
const NUMBER: Schema = { type: 'string', description: 'Invalid format' };

const KEY = {
  type: 'object',
  properties: { id: TEXT, remoteJid: TEXT, fromMe: FLAG },
} as const satisfies Schema;

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

/** By the name of the method under `/message/`. */
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

const FULL_KEY: Schema = {
  ...KEY,
  required: ['id', 'fromMe', 'remoteJid'],
  filled: ['id', 'remoteJid'],
};

/** By the name of the method under `/chat/`. */
export const CHAT_SCHEMAS = {
  whatsappNumbers: {
    type: 'object',
    properties: {
      numbers: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { type: 'string', description: '"numbers" must be an array of numeric strings' },
      },
    },
  },
  markMessageAsRead: {
    type: 'object',
    properties: {
      readMessages: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: {
          properties: KEY.properties,
          required: ['id', 'fromMe', 'remoteJid'],
          filled: ['id', 'remoteJid'],
        },
      },
    },
    required: ['readMessages'],
  },
  deleteMessageForEveryone: {
    type: 'object',
    properties: { ...KEY.properties, participant: TEXT },
    required: ['id', 'fromMe', 'remoteJid'],
    filled: ['id', 'remoteJid', 'participant'],
  },
  updateMessage: {
    type: 'object',
    properties: { number: TEXT, text: TEXT, key: FULL_KEY },
    filled: ['number', 'text', 'key'],
  },
  sendPresence: {
    type: 'object',
    properties: {
      number: NUMBER,
      delay: { type: 'number' },
      presence: {
        type: 'string',
        enum: ['unavailable', 'available', 'composing', 'recording', 'paused'],
      },
    },
    required: ['number', 'presence', 'delay'],
  },
  findMessages: {
    type: 'object',
    properties: {
      where: {
        type: 'object',
        properties: {
          _id: { type: 'string', minLength: 1 },
          key: {
            type: 'object',
            properties: { fromMe: FLAG, remoteJid: TEXT, id: TEXT },
          },
          message: { type: 'object' },
        },
        filled: ['_id'],
      },
      limit: { type: 'integer' },
    },
  },
} as const satisfies Record<string, Schema>;

export const WEBHOOK_SCHEMA: Schema = {
  type: 'object',
  properties: {
    webhook: {
      type: 'object',
      properties: {
        enabled: FLAG,
        url: TEXT,
        headers: { type: 'object' },
        byEvents: FLAG,
        base64: FLAG,
        events: { type: 'array', minItems: 0, items: { type: 'string', enum: EVENTS } },
      },
      required: ['enabled', 'url'],
      filled: ['enabled', 'url'],
    },
  },
  required: ['webhook'],
};

const SETTING_NAMES = [
  'rejectCall',
  'groupsIgnore',
  'alwaysOnline',
  'readMessages',
  'readStatus',
  'syncFullHistory',
] as const;

export const SETTINGS_SCHEMA: Schema = {
  type: 'object',
  properties: {
    ...Object.fromEntries(SETTING_NAMES.map((name) => [name, FLAG])),
    msgCall: TEXT,
    wavoipToken: TEXT,
  },
  required: SETTING_NAMES,
  filled: SETTING_NAMES,
};
