import type { ObjectShape, Shape } from './shape.ts';

/** A field of a block for bots. */
export const BOT_FIELD: ObjectShape = {
  type: 'object',
  description: 'A value the block takes.',
  properties: {
    name: { type: 'string', text: true, need: 'warning', description: 'Key of the label in i18n.' },
    type: {
      type: 'string',
      enum: ['text', 'numeric', 'url'],
      need: 'error',
      description: 'Which fields of the entity are offered: text, numeric or url.',
    },
    default_value: {
      type: 'string',
      severity: 'warning',
      text: 'perhaps',
      description: 'The value to begin with, or the key of one in i18n.',
    },
    manual: {
      type: 'boolean',
      severity: 'warning',
      description: 'true: the user types the value; otherwise a field is chosen.',
    },
  },
};

const TERM: ObjectShape = {
  type: 'object',
  severity: 'warning',
  description: 'One side of the comparison.',
  properties: {
    id: { type: 'string', severity: 'warning', description: 'A variable of the bot, {{…}}.' },
    option: { type: 'string', severity: 'warning', description: 'What the list shows for it.' },
    is_identity_term: {
      type: 'boolean',
      severity: 'warning',
      description: 'true: compared by is and is not.',
    },
  },
};

/** Not on the page of the block; widgets in use have it. */
export const CONDITIONS: Shape = {
  type: 'array',
  severity: 'warning',
  description: 'Conditions of the widget for the condition block of a bot.',
  items: {
    type: 'object',
    severity: 'warning',
    description: 'One condition.',
    properties: {
      term1: TERM,
      term2: { type: 'array', severity: 'warning', items: TERM, description: 'Values to offer.' },
      is_chat_condition: { type: 'boolean', severity: 'warning', description: 'For chats only.' },
      callback: { type: 'string', severity: 'warning', description: 'Asked for the values.' },
      widget_hook: { type: 'string', severity: 'warning', description: 'Asked for the answer.' },
    },
  },
};
