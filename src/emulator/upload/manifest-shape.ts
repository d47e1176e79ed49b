import { LOCATIONS } from './locations.ts';
import { BLOCKS } from './manifest-blocks.ts';
import { PAGES } from './pages.ts';
import type { ObjectShape } from './shape.ts';

/** Languages Kommo and amoCRM know. */
export const LANGUAGES = ['en', 'es', 'pt', 'tr', 'id', 'ru'];

const WIDGET: ObjectShape = {
  type: 'object',
  description: 'What the widget is called and how it behaves.',
  source: PAGES.manifest,
  need: 'error',
  properties: {
    name: {
      type: 'string',
      text: true,
      need: 'error',
      description: 'Key of the name in i18n, as lists and the settings window show it.',
    },
    description: {
      type: 'string',
      text: true,
      need: 'error',
      description:
        'Key of the long description, the body of the settings window. HTML and short tags such as #SUBDOMAIN# are allowed.',
    },
    short_description: {
      type: 'string',
      text: true,
      need: 'error',
      description: 'Key of the short description, at the left of the settings window.',
    },
    version: {
      type: 'string',
      severity: 'warning',
      need: 'warning',
      pattern: '^\\d+\\.\\d+(\\.\\d+)?$',
      wanted: 'numbers with dots, such as 1.0.0',
      description:
        'Informational; raise it with each upload, so that browsers fetch the new files.',
    },
    interface_version: {
      type: 'integer',
      enum: [2],
      need: 'error',
      description: 'Always 2; 1 is an older interface, closed to new accounts.',
    },
    init_once: {
      type: 'boolean',
      severity: 'warning',
      source: PAGES.initOnce,
      description:
        'true: the widget is built once per session and runs on every page, whatever locations says.',
    },
    locale: {
      type: 'array',
      need: 'error',
      minItems: 1,
      unique: true,
      items: {
        type: 'string',
        enum: LANGUAGES,
        description: 'Kommo has en, es, pt, tr and id; amoCRM ru, en, es and pt.',
      },
      description: 'Languages of the widget; each needs its file i18n/<language>.json.',
    },
    installation: {
      type: 'boolean',
      need: 'error',
      description:
        'true where there is something to install and to fill in; with false only the description is shown.',
    },
    is_showcase: {
      type: 'boolean',
      severity: 'warning',
      source: PAGES.amoStructure,
      description:
        'amoCRM: the button says View instead of Install; installation must be false then.',
    },
    support: {
      type: 'object',
      need: 'warning',
      source: PAGES.amoStructure,
      description: 'Where the Feedback button leads: a link, or a mail address if there is none.',
      properties: {
        link: {
          type: 'string',
          severity: 'warning',
          pattern: '^https?://[^\\s/]+\\S*$',
          wanted: 'the address of a page, https://…',
          description: 'Address of the support page.',
        },
        email: {
          type: 'string',
          severity: 'warning',
          pattern: '^[^\\s@/]+@[^\\s@/]+\\.[^\\s@/]+$',
          wanted: 'a mail address, name@example.com',
          description: 'Mail address of the support.',
        },
      },
    },
    code: {
      type: 'string',
      severity: 'warning',
      source: PAGES.amoUpload,
      description: 'From before OAuth: Kommo gives the code itself.',
    },
    secret_key: {
      type: 'string',
      severity: 'warning',
      source: PAGES.amoUpload,
      description: 'From before OAuth, and readable by everyone who loads the widget.',
    },
  },
};

const TOUR: ObjectShape = {
  type: 'object',
  // The documentation demands it; the vendor's own generator leaves it out.
  need: 'warning',
  source: PAGES.manifest,
  description: 'The pictures shown before the widget is installed.',
  properties: {
    is_tour: {
      type: 'boolean',
      enum: [true],
      need: 'error',
      description: 'Always true: with false the upload fails without a reason.',
    },
    tour_images: {
      type: 'object',
      need: 'error',
      description: 'Pictures by language, 1 to 5 of 1188x616 each.',
      rest: {
        type: 'array',
        maxItems: 5,
        lengthSeverity: 'warning',
        source: PAGES.checklist,
        items: {
          type: 'string',
          pattern: '^/?images/.+',
          severity: 'warning',
          wanted: 'a path inside the widget, such as /images/tour_en.png',
          description: 'Path of a picture inside the widget, with a leading slash.',
        },
        description: 'Pictures of one language.',
      },
    },
    tour_description: {
      type: 'string',
      text: true,
      need: 'error',
      description: 'Key of the text beside the pictures.',
    },
  },
};

/** manifest.json: what may be in it, what each value is, and what its absence or another kind of value means. */
export const MANIFEST: ObjectShape = {
  type: 'object',
  source: PAGES.manifest,
  description: 'manifest.json of a widget of Kommo or amoCRM.',
  properties: {
    widget: WIDGET,
    locations: {
      type: 'array',
      source: PAGES.locations,
      items: {
        type: 'string',
        description: `One of ${Object.keys(LOCATIONS).join(', ')}; cards and lists take -1 (in the right column, also without a suffix) or -0 (runs, but shows nothing there).`,
      },
      description: 'Where in the account the script runs.',
    },
    tour: TOUR,
    ...BLOCKS,
  },
};
