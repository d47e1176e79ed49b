import { type Files, foreignWidget, type Json, json, put } from './foreign-widget.ts';

const NAMES = {
  name: 'widget.name',
  description: 'widget.description',
  short_description: 'widget.short_description',
};
const SUPPORT = { link: 'https://shop.example/help' };
const LOGIN = { login: { name: 'settings.login', type: 'text', required: false } };

const widget = (rest: Json): Json => ({
  ...NAMES,
  version: '1.0.0',
  interface_version: 2,
  init_once: false,
  locale: ['en'],
  installation: true,
  support: SUPPORT,
  ...rest,
});
const tour = (...languages: string[]): Json => ({
  is_tour: true,
  tour_images: Object.fromEntries(languages.map((one) => [one, [`/images/tour_${one}.png`]])),
  tour_description: 'widget.tour',
});

/** A manifest of a kind that is in use, and what may be said of it; nothing without the second. */
export interface GoodManifest {
  kind: string;
  content: Json;
  warnings?: RegExp[];
}

/** One of each kind; Kommo takes them all. */
export const GOOD_MANIFESTS: readonly GoodManifest[] = [
  {
    kind: "as the vendor's generator writes it, without a tour",
    content: {
      widget: widget({ support: { link: 'http://example.com', email: 'example@example.com' } }),
      locations: ['lcard-1', 'settings', 'website_chat_button'],
      settings: LOGIN,
    },
    warnings: [/ tour: is missing; what belongs here: the pictures/],
  },
  {
    kind: 'for amoCRM, in Russian and English, with customers',
    content: {
      widget: widget({ locale: ['ru', 'en'], version: '1.9' }),
      locations: ['cucard-1', 'culist-0', 'lcard-1', 'settings', 'whatsapp_modal'],
      tour: tour('ru', 'en'),
      settings: LOGIN,
    },
  },
  {
    kind: 'from before OAuth, with a code and a key',
    content: {
      widget: widget({ code: 'shop', secret_key: '57009cb5', locale: ['ru'] }),
      locations: ['ccard-1', 'clist-1', 'settings'],
      tour: tour('ru'),
      settings: {
        ...LOGIN,
        password: { name: 'settings.password', type: 'pass', required: false },
      },
    },
    warnings: [/ widget\.code: code and secret_key/],
  },
  {
    kind: 'that runs everywhere',
    content: {
      widget: widget({}),
      locations: ['everywhere'],
      tour: tour('en'),
      settings: { phones: { name: 'settings.login', type: 'users', required: true } },
    },
  },
  {
    kind: 'with a block for bots',
    content: {
      widget: widget({}),
      locations: ['settings', 'salesbot_designer'],
      tour: tour('en'),
      settings: LOGIN,
      salesbot_designer: {
        send: {
          name: 'bot.send',
          settings: {
            text: { name: 'bot.text', type: 'text', default_value: 'bot.hello', manual: true },
            link: { name: 'bot.link', type: 'url', default_value: 'www.shop.example' },
            sum: { name: 'bot.sum', type: 'numeric' },
          },
        },
        conditions: [
          {
            term1: { id: '{{widget.shop.buyer}}', option: 'Buyer', is_identity_term: true },
            is_chat_condition: true,
            widget_hook: 'https://shop.example/is-buyer',
          },
        ],
      },
    },
  },
  {
    kind: 'with a trigger that posts',
    content: {
      widget: widget({}),
      locations: ['settings', 'digital_pipeline', 'lead_sources'],
      tour: tour('en'),
      settings: LOGIN,
      dp: {
        settings: { message: { name: 'settings.login', type: 'text', required: true } },
        action_multiple: true,
        webhook_url: 'https://shop.example/hook?a=1',
      },
    },
  },
  {
    kind: 'that sends messages of the system',
    content: {
      widget: widget({}),
      locations: ['settings', 'sms', 'mobile_card'],
      tour: tour('en'),
      settings: LOGIN,
      sms: { endpoint: 'https://shop.example/sms' },
      mobile: { frame_url: 'https://shop.example/', color: '#ff0' },
    },
  },
  {
    kind: 'with items in the menus',
    content: {
      widget: widget({}),
      locations: ['settings', 'widget_page', 'advanced_settings'],
      tour: tour('en'),
      settings: LOGIN,
      advanced: { title: 'menu.shop' },
      left_menu: {
        shop: {
          title: 'menu.shop',
          icon: '/images/menu.svg',
          sort: { after: 'catalogs' },
          submenu: { goods: { title: 'menu.goods', sort: 2 }, sales: { title: 'menu.sales' } },
        },
        stats: { submenu: { sold: { title: 'menu.sales' } } },
        dashboard: { is_hidden: true },
      },
    },
  },
  {
    kind: 'of a showcase that is not installed',
    content: {
      widget: widget({ installation: false, is_showcase: true }),
      locations: ['settings'],
      tour: tour('en'),
    },
    warnings: [/ settings: is missing; some uploads/],
  },
  {
    kind: 'of a phone that is built once and sits in the cards',
    content: {
      widget: widget({ init_once: true }),
      locations: ['lcard-0', 'ccard-1', 'comcard', 'card_sdk', 'catalogs'],
      tour: tour('en'),
      settings: { phone: { name: 'settings.login', type: 'users_lp', required: false } },
    },
  },
  {
    kind: 'for Kommo in one language, with a field of its own',
    content: {
      widget: widget({ locale: ['pt'], support: { email: 'ajuda@loja.example' } }),
      locations: ['settings', 'ai_agent'],
      tour: tour('pt'),
      settings: { state: { name: 'settings.login', type: 'custom', required: true } },
    },
  },
];

/** The manifest with all the files it asks for. */
export function widgetOf(content: Json): Files {
  const files: Files = new Map(
    [...foreignWidget()].filter(
      ([file]) => !/^(i18n\/|images\/(tour_|bot))|^amoforms\.js$/.test(file),
    ),
  );
  const slide = foreignWidget().get('images/tour_en.png') ?? new Uint8Array();
  put('manifest.json', json(content))(files);
  for (const language of (content.widget as { locale: string[] }).locale) {
    put(`i18n/${language}.json`, json(TEXTS))(files);
    if (content.tour !== undefined) put(`images/tour_${language}.png`, slide)(files);
  }
  if (content.left_menu === undefined) files.delete('images/menu.svg');
  return files;
}

const TEXTS = {
  widget: {
    name: 'Shop',
    description: 'A shop.',
    short_description: 'Goods',
    tour: 'A picture',
    ai_agent_description: 'Answers what is in stock.',
  },
  settings: { login: 'Login', password: 'Password' },
  bot: { send: 'Send', text: 'Text', hello: 'Hello', link: 'Link', sum: 'Sum' },
  menu: { shop: 'Shop', goods: 'Goods', sales: 'Sales' },
};
