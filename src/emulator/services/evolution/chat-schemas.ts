import type { Schema } from './schema.ts';
import { FLAG, KEY, NUMBER, TEXT } from './schema-parts.ts';

const FULL_KEY: Schema = {
  ...KEY,
  required: ['id', 'fromMe', 'remoteJid'],
  filled: ['id', 'remoteJid'],
};

/**
 * By the name of the method under `/chat/`.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/validate/chat.schema.ts
 */
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
