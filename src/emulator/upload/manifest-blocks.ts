import { BOT_FIELD, CONDITIONS } from './bot-shape.ts';
import { PAGES } from './pages.ts';
import type { ObjectShape, Shape } from './shape.ts';

/** Parts of the main menu that an own item may follow, or that can be hidden; the last cannot. */
export const MENU = [
  ...['dashboard', 'leads', 'customers', 'tasks', 'catalogs', 'mail', 'stats', 'settings'],
];

const FIELD: ObjectShape = {
  type: 'object',
  description: 'A field of the form; its key is the name under which the value is stored.',
  properties: {
    name: {
      type: 'string',
      text: true,
      need: 'error',
      description: 'Key of the label in i18n.',
    },
    type: {
      type: 'string',
      enum: ['text', 'pass', 'users', 'users_lp', 'custom'],
      need: 'error',
      source: PAGES.fields,
      description:
        'text, pass, users (one input per user), users_lp (login and password per user), or custom (drawn by the widget; at most one).',
    },
    required: {
      type: 'boolean',
      need: 'warning',
      description: 'Whether the form can be saved without it.',
    },
  },
};

const SUBMENU: ObjectShape = {
  type: 'object',
  description: 'Items below it.',
  rest: {
    type: 'object',
    description: 'One item; its key comes to initMenuPage as subitem_code.',
    properties: {
      title: {
        type: 'string',
        text: true,
        need: 'error',
        description: 'Key of the title in i18n.',
      },
      sort: { type: 'number', severity: 'warning', description: 'Place among its neighbours.' },
    },
  },
};

const MENU_ITEM: ObjectShape = {
  type: 'object',
  description:
    'An own item, or a system one (dashboard, leads …) that is hidden or, for stats and settings, extended.',
  properties: {
    title: { type: 'string', text: true, description: 'Key of the title in i18n.' },
    icon: { type: 'string', description: 'Path of a picture inside the widget; public: SVG.' },
    sort: {
      type: 'object',
      severity: 'warning',
      description: 'Where it stands; without it after settings.',
      properties: {
        after: {
          type: 'string',
          severity: 'warning',
          enum: MENU,
          description: 'The system item it follows.',
        },
      },
    },
    submenu: SUBMENU,
    is_hidden: {
      type: 'boolean',
      severity: 'warning',
      description: 'Hides a system item; settings cannot be hidden.',
    },
  },
};

/** A block of the manifest, the location it belongs to, and what that location cannot do without. */
export const COMPANIONS = [
  { block: 'dp', location: 'digital_pipeline', needs: 'settings', source: PAGES.pipeline },
  { block: 'advanced', location: 'advanced_settings', needs: 'title', source: PAGES.advanced },
  { block: 'salesbot_designer', location: 'salesbot_designer', source: PAGES.salesbot },
  { block: 'sms', location: 'sms', needs: 'endpoint', source: PAGES.sms },
  { block: 'mobile', location: 'mobile_card', needs: 'frame_url', source: PAGES.mobile },
  { block: 'left_menu', location: 'widget_page', source: PAGES.leftMenu },
  { block: 'amoforms_settings', location: 'amoforms', needs: 'title', source: PAGES.webForms },
] as const;

const HTTPS = '^https://[^\\s/]+\\S*$';
const ADDRESS = 'an address, https://…';

/** Everything in the manifest but `widget`, `locations` and `tour`. */
export const BLOCKS: Readonly<Record<string, Shape>> = {
  settings: {
    type: 'object',
    description: 'Fields of the settings window; at least one if installation is true.',
    rest: FIELD,
  },
  dp: {
    type: 'object',
    source: PAGES.pipeline,
    description:
      'The widget as an action of the digital pipeline; needs the location digital_pipeline.',
    properties: {
      settings: { type: 'object', rest: FIELD, description: 'Fields of the action.' },
      action_multiple: {
        type: 'boolean',
        need: 'warning',
        source: PAGES.manifest,
        description: 'Whether one action may stretch over several stages.',
      },
      webhook_url: {
        type: 'string',
        pattern: HTTPS,
        wanted: ADDRESS,
        source: PAGES.amoStructure,
        description: 'Where Kommo posts when the action is due.',
      },
      title: {
        type: 'string',
        text: true,
        source: PAGES.amoStructure,
        description: 'Key of the name of the action (amoCRM).',
      },
    },
  },
  advanced: {
    type: 'object',
    source: PAGES.advanced,
    description: 'An own page below Settings; needs the location advanced_settings.',
    properties: {
      title: { type: 'string', text: true, description: 'Key of the title of the page in i18n.' },
    },
  },
  salesbot_designer: {
    type: 'object',
    source: PAGES.salesbot,
    description: 'Blocks for bots; needs the location salesbot_designer.',
    properties: {
      logo: { type: 'string', severity: 'warning', description: 'Path of a picture.' },
      conditions: CONDITIONS,
    },
    rest: {
      type: 'object',
      description: 'A block; its key comes to onSalesbotDesignerSave as handler_code.',
      properties: {
        name: {
          type: 'string',
          text: true,
          need: 'error',
          description: 'Key of its name in i18n.',
        },
        settings: { type: 'object', rest: BOT_FIELD, description: 'Values the block takes.' },
      },
    },
  },
  sms: {
    type: 'object',
    source: PAGES.sms,
    description: 'The widget as a sender of system messages; needs the location sms.',
    properties: {
      endpoint: {
        type: 'string',
        pattern: HTTPS,
        wanted: ADDRESS,
        description: 'Where Kommo posts a message to send; it must answer already at the upload.',
      },
    },
  },
  mobile: {
    type: 'object',
    source: PAGES.mobile,
    description: 'A page in the mobile app; needs the location mobile_card.',
    properties: {
      frame_url: {
        type: 'string',
        pattern: HTTPS,
        wanted: ADDRESS,
        description: 'Address of the page; Kommo adds ?token=.',
      },
      color: {
        type: 'string',
        pattern: '^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$',
        wanted: 'a colour in hex, such as #4c8bf7',
        description: 'Background of the title of the block.',
      },
    },
  },
  left_menu: {
    type: 'object',
    source: PAGES.leftMenu,
    description: 'Items of the main menu (public integrations); needs the location widget_page.',
    rest: MENU_ITEM,
  },
  amoforms_settings: {
    type: 'object',
    source: PAGES.webForms,
    description: 'The widget in web forms of amoCRM; needs the location amoforms.',
    properties: {
      title: { type: 'string', text: true, description: 'Key of its name in i18n.' },
      required: {
        type: 'boolean',
        severity: 'warning',
        description: 'Whether it must be used before a form is sent.',
      },
      error_text: { type: 'string', text: true, description: 'Key of the text of a failure.' },
    },
  },
};
