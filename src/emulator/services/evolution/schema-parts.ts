import type { Schema } from './schema.ts';

export const TEXT: Schema = { type: 'string' };
export const FLAG: Schema = { type: 'boolean' };
export const NUMBER: Schema = { type: 'string', description: 'Invalid format' };

export const KEY = {
  type: 'object',
  properties: { id: TEXT, remoteJid: TEXT, fromMe: FLAG },
} as const satisfies Schema;
