import { type Fault, testFaults } from './foreign-faults.ts';
import {
  all,
  drop,
  edit,
  type Files,
  foreignWidget,
  json,
  judge,
  manifest,
  set,
} from './foreign-widget.ts';

const BLOCKS: Fault[] = [
  [
    'no tour',
    all(manifest('tour', undefined), drop('images/tour_en.png'), drop('images/tour_es.png')),
    'warning',
    /tour$/,
    /is missing/,
  ],
  [
    'a tour that is off',
    manifest('tour.is_tour', false),
    'error',
    / tour\.is_tour$/,
    /must be true, and is false/,
  ],
  [
    'a tour without a text',
    manifest('tour.tour_description', undefined),
    'error',
    / tour\.tour_description$/,
    /is missing/,
  ],
  [
    'pictures for one of two languages',
    manifest('tour.tour_images.es', undefined),
    'warning',
    / tour\.tour_images$/,
    /has no pictures for es/,
  ],
  [
    'no pictures at all',
    manifest('tour.tour_images', {}),
    'error',
    / tour\.tour_images$/,
    /has no pictures for en and es/,
  ],
  [
    'pictures of another language',
    manifest('tour.tour_images.pt', ['/images/tour_en.png']),
    'warning',
    / tour\.tour_images\.pt$/,
    /which widget\.locale does not name/,
  ],
  [
    'six pictures',
    manifest('tour.tour_images.en', Array(6).fill('/images/tour_en.png')),
    'warning',
    / tour\.tour_images\.en$/,
    /5 at most/,
  ],
  [
    'a picture that is not there',
    drop('images/tour_es.png'),
    'error',
    /^manifest\.json:\d+ tour\.tour_images\.es\.0$/,
    /names images\/tour_es\.png, which is not in the widget/,
  ],
  [
    'no fields',
    manifest('settings', {}),
    'error',
    / settings$/,
    /the "settings" field is required/,
  ],
  [
    'an unknown kind of field',
    manifest('settings.api_key.type', 'password'),
    'error',
    / settings\.api_key\.type$/,
    /must be one of text, pass/,
  ],
  [
    'required as a text',
    manifest('settings.api_key.required', 'true'),
    'error',
    / settings\.api_key\.required$/,
    /must be true or false/,
  ],
  [
    'two custom fields',
    manifest('settings.api_key.type', 'custom'),
    'error',
    / settings\.extras\.type$/,
    /one custom field too many/,
  ],
  [
    'an unknown key of a field',
    manifest('settings.api_key.placeholder', 'x'),
    'warning',
    / settings\.api_key\.placeholder$/,
    /is no key Kommo documents/,
  ],
  [
    'an unknown block',
    manifest('permissions', []),
    'warning',
    / permissions$/,
    /is no key Kommo documents/,
  ],
  [
    'action_multiple among the fields',
    all(manifest('dp.action_multiple', undefined), manifest('dp.settings.action_multiple', false)),
    'warning',
    / dp\.settings\.action_multiple$/,
    /belongs to dp itself/,
  ],
  [
    'a webhook without TLS',
    manifest('dp.webhook_url', 'http://parcels.example/hook'),
    'error',
    / dp\.webhook_url$/,
    /must be an address, https/,
  ],
  [
    'an endpoint that is no address',
    manifest('sms.endpoint', '/sms'),
    'error',
    / sms\.endpoint$/,
    /must be an address, https/,
  ],
  [
    'a frame without an address',
    manifest('mobile.frame_url', 'parcels.example'),
    'error',
    / mobile\.frame_url$/,
    /must be an address, https/,
  ],
  [
    'a colour by name',
    manifest('mobile.color', 'blue'),
    'error',
    / mobile\.color$/,
    /a colour in hex/,
  ],
  [
    'an unknown kind of value in a bot',
    manifest('salesbot_designer.track.settings.number.type', 'number'),
    'error',
    /salesbot_designer\.track\.settings\.number\.type$/,
    /must be one of text, numeric, url/,
  ],
  [
    'a value to type without a first one',
    manifest('salesbot_designer.track.settings.page.default_value', undefined),
    'warning',
    /settings\.page\.default_value$/,
    /is missing/,
  ],
  [
    'a bot logo that is not there',
    drop('images/bot.png'),
    'warning',
    / salesbot_designer\.logo$/,
    /images\/bot\.png, which is not in the widget/,
  ],
  [
    'a menu icon that is not there',
    drop('images/menu.svg'),
    'error',
    / left_menu\.parcels\.icon$/,
    /images\/menu\.svg, which is not in the widget/,
  ],
  [
    'a menu item after nothing known',
    manifest('left_menu.parcels.sort.after', 'deals'),
    'warning',
    / left_menu\.parcels\.sort\.after$/,
    /must be one of dashboard/,
  ],
  [
    'hiding what cannot be hidden',
    manifest('left_menu.settings', { is_hidden: true }),
    'warning',
    / left_menu\.settings\.is_hidden$/,
    /settings stays/,
  ],
];

describe('in its blocks', () => testFaults(BLOCKS));

test('a widget without a fault is not spoken of', () => {
  expect(judge(foreignWidget())).toEqual([]);
});

test('several faults in one manifest are all told, also where the text itself has one', () => {
  const files = foreignWidget();
  all(
    set('manifest.json', 'settings.api_key.type', 'date'),
    edit('manifest.json', '"is_tour": true,', '"is_tour": true, // on'),
  )(files);
  expect(judge(files).map(({ place }) => place)).toEqual(['tour.is_tour', 'settings.api_key.type']);
});

test.each([
  ['a web app', { name: 'x', start_url: '/', display: 'standalone', icons: [] }, /of a web app/],
  ['a browser extension', { name: 'x', manifest_version: 3, version: '1' }, /browser extension/],
  ['a package', { name: 'x', version: '1.0.0', dependencies: {} }, /package\.json/],
  ['a bundler', { 'main.js': '/assets/main.1.js' }, /bundler/],
  ['something else', { hello: 'world' }, /not the manifest of a widget/],
])('the manifest of %s is called what it is, and nothing more is said', (_, content, message) => {
  const files: Files = new Map([
    ['manifest.json', json(content)],
    ['index.html', new Uint8Array()],
  ]);
  expect(judge(files)).toEqual([
    expect.objectContaining({ severity: 'error', message: expect.stringMatching(message) }),
  ]);
});
