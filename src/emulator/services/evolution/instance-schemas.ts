import type { Schema } from './schema.ts';
import { FLAG, TEXT } from './schema-parts.ts';

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

/** @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/api/integrations/event/webhook/webhook.schema.ts */
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

/** @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/validate/settings.schema.ts */
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
