import { moderate } from '../../src/emulator/upload/moderation.ts';
import { openPackage } from '../../src/emulator/upload/open-package.ts';
import type { WidgetProblem } from '../../src/emulator/upload/problem.ts';
import { pngHead } from '../support/sample-widget.ts';

export type Json = Record<string, unknown>;
export type Files = Map<string, Uint8Array>;

const MANIFEST = {
  widget: {
    name: 'widget.name',
    description: 'widget.description',
    short_description: 'widget.short_description',
    version: '2.4.0',
    interface_version: 2,
    init_once: false,
    locale: ['en', 'es'],
    installation: true,
    support: { link: 'https://parcels.example/help', email: 'help@parcels.example' },
  },
  locations: [
    ...['settings', 'lcard-1', 'clist-0', 'digital_pipeline', 'advanced_settings'],
    ...['salesbot_designer', 'sms', 'mobile_card', 'widget_page', 'amoforms'],
  ],
  tour: {
    is_tour: true,
    tour_images: { en: ['/images/tour_en.png'], es: ['/images/tour_es.png'] },
    tour_description: 'widget.tour',
  },
  settings: {
    api_key: { name: 'settings.api_key', type: 'text', required: true },
    extras: { name: 'settings.extras', type: 'custom', required: false },
  },
  dp: {
    settings: { message: { name: 'dp.message', type: 'text', required: true } },
    action_multiple: false,
    webhook_url: 'https://parcels.example/hook',
    title: 'dp.title',
  },
  advanced: { title: 'advanced.title' },
  salesbot_designer: {
    logo: '/widgets/parcels/images/bot.png',
    track: {
      name: 'bot.track',
      settings: {
        number: { name: 'bot.number', type: 'numeric' },
        page: { name: 'bot.page', type: 'url', default_value: 'www.parcels.example', manual: true },
      },
    },
  },
  sms: { endpoint: 'https://parcels.example/sms' },
  mobile: { frame_url: 'https://parcels.example/app', color: '#4c8bf7' },
  left_menu: {
    parcels: {
      title: 'menu.parcels',
      icon: 'images/menu.svg',
      sort: { after: 'leads' },
      submenu: { lost: { title: 'menu.lost', sort: 1 } },
    },
    mail: { is_hidden: true },
  },
  amoforms_settings: { title: 'forms.title', required: false, error_text: 'forms.error' },
};

const TEXTS = {
  widget: {
    name: 'Parcel Tracker',
    description:
      'Shows where a parcel is. <a href="https://parcels.example" target="_blank" referrerpolicy="no-referrer">More</a>',
    short_description: 'Parcels in the card',
    tour: 'Three pictures',
  },
  settings: { api_key: 'Key', extras: 'Extras' },
  dp: { message: 'Message', title: 'Track a parcel' },
  advanced: { title: 'Parcels' },
  bot: { track: 'Track', number: 'Number', page: 'Page' },
  menu: { parcels: 'Parcels', lost: 'Lost ones' },
  forms: { title: 'Track', error: 'There is no such parcel' },
  status: { sent: 'Sent', arrived: 'Arrived' },
};

const SCRIPT = `define(['jquery', './parts/list.js'], function ($, list) {
  return function () {
    var self = this;
    this.callbacks = {
      render: function () {
        $('head').append('<link rel="stylesheet" href="' + self.params.path + '/style.css">');
        return true;
      },
      init: function () {
        return true;
      },
      bind_actions: function () {
        return true;
      },
      onSave: function () {
        self.$authorizedAjax({ url: 'https://parcels.example/save' }).fail(function (error) {
          console.trace(error);
        });
        return true;
      }
    };
    return this;
  };
});
`;

/** A widget by somebody else that uses nearly every block of the manifest, without a fault. */
export function foreignWidget(): Files {
  return new Map<string, Uint8Array>([
    ['manifest.json', json(MANIFEST)],
    ['i18n/en.json', json(TEXTS)],
    ['i18n/es.json', json(TEXTS)],
    ['script.js', bytes(SCRIPT)],
    ['amoforms.js', bytes('amoFormsWidget(function () {});\n')],
    ['parts/list.js', bytes('define([], function () {\n  return [];\n});\n')],
    ['style.css', bytes('.parcels { color: #363b44; }\n')],
    ['images/logo.png', pngHead(130, 100)],
    ['images/logo_main.png', pngHead(400, 272)],
    ['images/logo_medium.png', pngHead(240, 84)],
    ['images/logo_min.png', pngHead(84, 84)],
    ['images/logo_small.png', pngHead(108, 108)],
    ['images/logo_dp.png', pngHead(174, 109)],
    ['images/tour_en.png', pngHead(1188, 616)],
    ['images/tour_es.png', pngHead(1188, 616)],
    ['images/bot.png', pngHead(84, 84)],
    ['images/menu.svg', bytes('<svg xmlns="http://www.w3.org/2000/svg"></svg>\n')],
  ]);
}

/** Everything both commands would say of these files. */
export function judge(files: Files): WidgetProblem[] {
  const opened = openPackage(files);
  return [...opened.problems, ...moderate(opened)];
}

/** Puts a value at a dotted place of a JSON file; `undefined` takes it away. */
export function set(file: string, place: string, value: unknown) {
  return (files: Files): void => {
    const root = JSON.parse(textOf(files, file)) as Json;
    const names = place.split('.');
    const last = names.pop() ?? '';
    const parent = names.reduce((inner, name) => inner[name] as Json, root);
    parent[last] = value;
    files.set(file, json(root));
  };
}

export const manifest = (place: string, value: unknown) => set('manifest.json', place, value);
export const english = (place: string, value: unknown) => set('i18n/en.json', place, value);
export const spanish = (place: string, value: unknown) => set('i18n/es.json', place, value);

/** Several changes, one after the other. */
export function all(...changes: ((files: Files) => void)[]) {
  return (files: Files): void => {
    for (const change of changes) change(files);
  };
}

export function put(file: string, content: Uint8Array | string) {
  return (files: Files): void =>
    void files.set(file, typeof content === 'string' ? bytes(content) : content);
}

export function drop(file: string) {
  return (files: Files): void => void files.delete(file);
}

export function rename(file: string, to: string) {
  return (files: Files): void => {
    files.set(to, files.get(file) ?? new Uint8Array());
    files.delete(file);
  };
}

/** Replaces words of a text file. */
export function edit(file: string, from: string | RegExp, to: string) {
  return (files: Files): void => {
    const text = textOf(files, file);
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${file} has no ${from}`);
    files.set(file, bytes(changed));
  };
}

/** Adds a line to the end of a text file. */
export function add(file: string, line: string) {
  return (files: Files): void => void files.set(file, bytes(`${textOf(files, file)}${line}\n`));
}

export function textOf(files: Files, file: string): string {
  return Buffer.from(files.get(file) ?? new Uint8Array()).toString('utf8');
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

export function json(value: unknown): Uint8Array {
  return bytes(`${JSON.stringify(value, undefined, 2)}\n`);
}
