import { pngHead } from '../support/sample-widget.ts';
import {
  add,
  all,
  drop,
  edit,
  english,
  type Files,
  foreignWidget,
  json,
  judge,
  manifest,
  put,
  rename,
  set,
  spanish,
} from './foreign-widget.ts';

type Fault = [
  title: string,
  plant: (files: Files) => void,
  severity: 'error' | 'warning',
  /** `file` or `file:line`, and the place inside it. */
  where: RegExp,
  message: RegExp,
];

const location = (value: unknown) => (files: Files) => {
  edit('manifest.json', '"clist-0"', `${JSON.stringify(value)}`)(files);
};
const JPEG = Uint8Array.of(
  ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 100, 0, 130, 1, 1, 17, 0],
);
const GIF = Buffer.from('GIF89a\u0082\u0000\u0064\u0000', 'latin1');

const WIDGET: Fault[] = [
  [
    'no name',
    manifest('widget.name', undefined),
    'error',
    /^manifest\.json:2 widget\.name$/,
    /is missing/,
  ],
  [
    'an empty short description',
    manifest('widget.short_description', ''),
    'error',
    /^manifest\.json:5 widget\.short_description$/,
    /is empty/,
  ],
  [
    'a version nobody filled in',
    manifest('widget.version', '%WidgetVersion%'),
    'error',
    /^manifest\.json:6 widget\.version$/,
    /the placeholder %WidgetVersion%/,
  ],
  [
    'a version in words',
    manifest('widget.version', 'latest'),
    'warning',
    /^manifest\.json:6 widget\.version$/,
    /numbers with dots/,
  ],
  [
    'no version',
    manifest('widget.version', undefined),
    'warning',
    /^manifest\.json:2 widget\.version$/,
    /is missing/,
  ],
  [
    'the old interface',
    manifest('widget.interface_version', 1),
    'error',
    /^manifest\.json:7 widget\.interface_version$/,
    /must be 2, and is 1/,
  ],
  [
    'the interface as a text',
    manifest('widget.interface_version', '2'),
    'error',
    /interface_version$/,
    /must be 2, and is "2"/,
  ],
  [
    'init_once as a letter',
    manifest('widget.init_once', 'Y'),
    'warning',
    /^manifest\.json:8 widget\.init_once$/,
    /must be true or false/,
  ],
  [
    'a slip of the keys',
    edit('manifest.json', '"init_once"', '"init_onse"'),
    'warning',
    /^manifest\.json:8 widget\.init_onse$/,
    /did you mean init_once\?/,
  ],
  [
    'an unknown language',
    all(manifest('widget.locale', ['en', 'es', 'de']), put('i18n/de.json', json({}))),
    'error',
    /^manifest\.json:12 widget\.locale\.2$/,
    /must be one of en, es/,
  ],
  [
    'no language',
    all(
      manifest('widget.locale', []),
      drop('i18n/en.json'),
      drop('i18n/es.json'),
      manifest('tour.tour_images', {}),
    ),
    'error',
    /widget\.locale$/,
    /must not be empty/,
  ],
  [
    'a language twice',
    manifest('widget.locale', ['en', 'es', 'en']),
    'warning',
    /widget\.locale$/,
    /names en more than once/,
  ],
  [
    'installation as a text',
    manifest('widget.installation', 'true'),
    'error',
    /^manifest\.json:13 widget\.installation$/,
    /must be true or false, and is "true"/,
  ],
  [
    'a showcase that is installed',
    manifest('widget.is_showcase', true),
    'error',
    /widget\.is_showcase$/,
    /needs widget\.installation false/,
  ],
  [
    'a secret key',
    all(manifest('widget.code', 'parcels'), manifest('widget.secret_key', 'aa11')),
    'warning',
    /widget\.code$/,
    /code and secret_key: from before OAuth/,
  ],
  [
    'no support',
    manifest('widget.support', undefined),
    'warning',
    /widget\.support$/,
    /is missing/,
  ],
  [
    'support without an address',
    manifest('widget.support', {}),
    'warning',
    /widget\.support$/,
    /needs a link/,
  ],
  [
    'a page for a mail',
    manifest('widget.support.email', 'https://parcels.example'),
    'warning',
    /^manifest\.json:16 widget\.support\.email$/,
    /must be a mail address/,
  ],
  [
    'a mail for a page',
    manifest('widget.support.link', 'help@parcels.example'),
    'warning',
    /^manifest\.json:15 widget\.support\.link$/,
    /must be the address of a page/,
  ],
  [
    'texts instead of keys',
    all(manifest('widget.name', 'My parcels'), manifest('dp.title', 'Track it')),
    'warning',
    /^manifest\.json:3 widget\.name$/,
    /holds a text itself \(also dp\.title\)/,
  ],
];

const LOCATIONS: Fault[] = [
  [
    'no places',
    all(manifest('locations', [])),
    'error',
    /^manifest\.json:19 locations$/,
    /at least one place/,
  ],
  [
    'a number for a place',
    location(5),
    'error',
    /^manifest\.json:22 locations\.2$/,
    /must be a text, and is 5/,
  ],
  [
    'places as one text',
    manifest('locations', 'settings'),
    'error',
    /locations$/,
    /must be a list/,
  ],
  [
    'an unknown place',
    location('moon-1'),
    'warning',
    /^manifest\.json:22 locations\.2$/,
    /"moon-1" is no known place/,
  ],
  [
    'a place with a slip',
    location('comcrad-1'),
    'warning',
    /locations\.2$/,
    /did you mean comcard\?/,
  ],
  ['a place twice', location('lcard-1'), 'warning', /locations\.2$/, /lcard-1 is given 2 times/],
  [
    'a place in both ways',
    location('lcard-0'),
    'warning',
    /locations\.2$/,
    /lcard-1 and lcard-0 are one place/,
  ],
  [
    'a suffix on everywhere',
    location('everywhere-1'),
    'warning',
    /locations\.2$/,
    /everywhere takes no suffix/,
  ],
  [
    'a suffix where there is no column',
    location('lead_sources-0'),
    'warning',
    /locations\.2$/,
    /write lead_sources/,
  ],
  [
    'the card tab without cards',
    all(location('card_sdk'), edit('manifest.json', '"lcard-1",', '')),
    'warning',
    /locations\.1$/,
    /together with lcard/,
  ],
  [
    'settings without their place',
    edit('manifest.json', '"settings",\n', '\n'),
    'warning',
    /settings$/,
    /without the location settings/,
  ],
  [
    'a block without its place',
    edit('manifest.json', '"digital_pipeline",', ''),
    'warning',
    /^manifest\.json:\d+ dp$/,
    /without the location digital_pipeline/,
  ],
  [
    'a menu without its place',
    edit('manifest.json', '"widget_page",', ''),
    'warning',
    / left_menu$/,
    /without the location widget_page/,
  ],
  [
    'a place without its block',
    manifest('advanced', undefined),
    'error',
    / advanced$|json advanced$/,
    /the location advanced_settings needs it/,
  ],
  [
    'a bot place without blocks',
    manifest('salesbot_designer', undefined),
    'error',
    /salesbot_designer$/,
    /the location salesbot_designer needs it/,
  ],
  [
    'messages without an endpoint',
    manifest('sms', {}),
    'error',
    / sms\.endpoint$/,
    /the location sms needs it/,
  ],
  [
    'an agent that does not describe itself',
    location('ai_agent'),
    'error',
    /locations\.2$/,
    /names the text widget\.ai_agent_description/,
  ],
  [
    'a trigger of unknown length',
    manifest('dp.action_multiple', undefined),
    'warning',
    / dp\.action_multiple$/,
    /is missing/,
  ],
  [
    'web forms without their file',
    drop('amoforms.js'),
    'warning',
    /^amoforms\.js$/,
    /runs this file/,
  ],
];

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

const TEXTS: Fault[] = [
  [
    'no language file',
    drop('i18n/es.json'),
    'error',
    /^i18n\/es\.json$/,
    /is missing, and widget\.locale names/,
  ],
  [
    'a language file too many',
    put('i18n/pt.json', '{}'),
    'warning',
    /^i18n\/pt\.json$/,
    /widget\.locale does not name/,
  ],
  [
    'a named text that one language lacks',
    spanish('settings.api_key', undefined),
    'error',
    /^i18n\/es\.json:\d+ settings\.api_key$/,
    /settings\.api_key\.name of the manifest names it/,
  ],
  [
    'a named text that no language has',
    manifest('dp.title', 'dp.titel'),
    'error',
    /^manifest\.json:\d+ dp\.title$/,
    /names the text dp\.titel, which i18n\/en\.json and i18n\/es\.json all lack/,
  ],
  [
    'a text of the bot that is not there',
    manifest('salesbot_designer.track.name', 'bot.nothing'),
    'error',
    / salesbot_designer\.track\.name$/,
    /bot\.nothing/,
  ],
  [
    'a default text that is not there',
    manifest('salesbot_designer.track.settings.page.default_value', 'bot.first_page'),
    'error',
    /page\.default_value$/,
    /bot\.first_page/,
  ],
  [
    'a title of the menu that is not there',
    manifest('left_menu.parcels.submenu.lost.title', 'menu.gone'),
    'error',
    / left_menu\.parcels\.submenu\.lost\.title$/,
    /menu\.gone/,
  ],
  [
    'a named text that is empty',
    english('advanced.title', ''),
    'error',
    /^i18n\/en\.json:\d+ advanced\.title$/,
    /is empty/,
  ],
  [
    'keys that one language lacks',
    all(spanish('status.sent', undefined), spanish('status.arrived', undefined)),
    'error',
    /^i18n\/es\.json$/,
    /lacks status\.sent and status\.arrived/,
  ],
  [
    'a key that one language has alone',
    spanish('status.lost', 'Lost'),
    'error',
    /^i18n\/es\.json:\d+ status\.lost$/,
    /has status\.lost beyond the others/,
  ],
  [
    'an empty text in both languages',
    all(english('status.sent', ' '), spanish('status.sent', '')),
    'warning',
    /^i18n\/en\.json:\d+ status\.sent$/,
    /is empty \(also i18n\/es\.json status\.sent\)/,
  ],
  [
    'a text that is a number',
    english('status.sent', 7),
    'warning',
    / status\.sent$/,
    /must be a text or a group/,
  ],
  [
    'a script in the description',
    english('widget.description', 'Hello <script>go()</script>'),
    'warning',
    / widget\.description$/,
    /holds a script/,
  ],
  [
    'a bare link',
    english('widget.description', '<a href="https://parcels.example">x</a>'),
    'warning',
    / widget\.description$/,
    /referrerpolicy/,
  ],
  [
    'a tag that stays open',
    english('widget.description', 'Very <b>good'),
    'warning',
    / widget\.description$/,
    /does not close <b>/,
  ],
  [
    'a long description in both languages',
    all(
      english('widget.description', 'x '.repeat(300)),
      spanish('widget.description', 'x '.repeat(250)),
    ),
    'warning',
    /^i18n\/en\.json:\d+ widget\.description$/,
    /has 600 characters.*also i18n\/es\.json/,
  ],
  [
    'Russian in an English file',
    english('status.sent', 'Отправлено'),
    'warning',
    /^i18n\/en\.json:\d+ status\.sent$/,
    /is Russian/,
  ],
];

const JSON_TEXT: Fault[] = [
  [
    'a comma too many',
    edit('manifest.json', '"#4c8bf7"\n', '"#4c8bf7",\n'),
    'error',
    /^manifest\.json:\d+ mobile\.color$/,
    /a comma stands after the last value.*column/,
  ],
  [
    'a comment',
    edit('manifest.json', '"type": "custom",', '"type": "custom", // own field'),
    'error',
    /^manifest\.json:\d+ settings\.extras\.type$/,
    /JSON has no comments/,
  ],
  [
    'a key twice',
    edit('manifest.json', '"is_tour": true,', '"is_tour": true, "is_tour": true,'),
    'warning',
    / tour\.is_tour$/,
    /is given twice/,
  ],
  [
    'a missing quote',
    edit('i18n/en.json', '"Key",', '"Key,'),
    'error',
    /^i18n\/en\.json:\d+ settings\.api_key$/,
    /no closing quote in its line \(line 9, column/,
  ],
  [
    'a byte order mark',
    all(edit('manifest.json', /^/, '\uFEFF'), edit('i18n/en.json', /^/, '\uFEFF')),
    'error',
    /^manifest\.json$/,
    /byte order mark.*also i18n\/en\.json/,
  ],
];

const PICTURES: Fault[] = [
  [
    'a missing logo',
    drop('images/logo_min.png'),
    'error',
    /^images\/logo_min\.png$/,
    /PNG of 84x84/,
  ],
  [
    'several missing logos',
    all(drop('images/logo.png'), drop('images/logo_min.png')),
    'error',
    /^images\/logo\.png$/,
    /2 logos are missing/,
  ],
  [
    'a logo of another size',
    put('images/logo.png', pngHead(90, 90)),
    'error',
    /^images\/logo\.png$/,
    /is 90x90 and must be 130x100/,
  ],
  [
    'a logo that is no picture',
    put('images/logo.png', 'hello'),
    'error',
    /^images\/logo\.png$/,
    /is no picture/,
  ],
  [
    'a JPEG with the name of a PNG',
    put('images/logo.png', JPEG),
    'warning',
    /^images\/logo\.png$/,
    /holds JPEG, not PNG/,
  ],
  [
    'a GIF with the name of a PNG',
    put('images/logo.png', GIF),
    'warning',
    /^images\/logo\.png$/,
    /holds GIF, not PNG/,
  ],
  [
    'a logo in other capitals',
    rename('images/logo.png', 'images/Logo.png'),
    'error',
    /^images\/logo\.png$/,
    /is called images\/Logo\.png; capitals count/,
  ],
  [
    'a slide in other capitals',
    rename('images/tour_es.png', 'images/Tour_es.png'),
    'error',
    / tour\.tour_images\.es\.0$/,
    /is called images\/Tour_es\.png/,
  ],
  [
    'a slide of another size',
    put('images/tour_en.png', pngHead(600, 400)),
    'warning',
    /^images\/tour_en\.png$/,
    /is 600x400/,
  ],
  [
    'a heavy logo',
    put('images/logo.png', Buffer.concat([pngHead(130, 100), Buffer.alloc(310_000)])),
    'error',
    /^images\/logo\.png$/,
    /may have 300 KB/,
  ],
  [
    'a picture nobody names',
    put('images/old_banner.png', pngHead(1, 1)),
    'warning',
    /^images\/old_banner\.png$/,
    /is named nowhere/,
  ],
];

const FILES: Fault[] = [
  ['no script', drop('script.js'), 'error', /^script\.js$/, /is missing/],
  [
    'a script that is no module',
    put('script.js', 'var list = "parts/list.js style.css";\n'),
    'warning',
    /^script\.js$/,
    /calls no define/,
  ],
  [
    'a script that does not parse',
    edit('script.js', 'return this;', 'return this'.concat(' )')),
    'error',
    /^script\.js:\d+$/,
    /is not JavaScript/,
  ],
  [
    'a module of another time',
    all(edit('script.js', /^/, 'import x from "./parts/list.js";\n')),
    'error',
    /^script\.js:1$/,
    /is an ES module/,
  ],
  [
    'a part that is not there',
    edit('script.js', './parts/list.js', './parts/lost.js'),
    'warning',
    /^script\.js:1$/,
    /asks for \.\/parts\/lost\.js, which is not in the widget/,
  ],
  [
    'litter of the system',
    all(put('.DS_Store', 'x'), put('images/Thumbs.db', 'x')),
    'warning',
    /^\.DS_Store$/,
    /was left by the system.*images\/Thumbs\.db/,
  ],
  ['source maps', put('script.js.map', '{}'), 'warning', /^script\.js\.map$/, /is a source map/],
  [
    'installed packages',
    put('node_modules/x/index.js', 'x'),
    'warning',
    /^node_modules\/x\/index\.js$/,
    /node_modules/,
  ],
  [
    'files of development',
    all(put('package.json', '{}'), put('webpack.config.js', 'x')),
    'warning',
    /^package\.json$/,
    /file of development.*webpack\.config\.js/,
  ],
  [
    'Windows lines in two files',
    all(add('style.css', '.parcels b {}\r'), add('parts/list.js', '\r')),
    'warning',
    /^parts\/list\.js:4$/,
    /LF only \(also style\.css\)/,
  ],
  [
    'backslashes',
    rename('parts/list.js', 'parts\\list.js'),
    'error',
    /^parts\\list\.js$/,
    /must use \//,
  ],
];

const CODE: Fault[] = [
  [
    'eval',
    add('parts/list.js', 'window.eval("1");'),
    'warning',
    /^parts\/list\.js:4$/,
    /eval is forbidden/,
  ],
  [
    'alert, twice',
    add('parts/list.js', 'alert(1); alert(2);'),
    'warning',
    /^parts\/list\.js:4$/,
    /alert is forbidden.*also line 4/,
  ],
  [
    'console',
    add('parts/list.js', 'console.log(1);'),
    'warning',
    /^parts\/list\.js:4$/,
    /console\.log is forbidden/,
  ],
  [
    'a synchronous request',
    add('parts/list.js', '$.ajax({ async: false });'),
    'warning',
    /^parts\/list\.js:4$/,
    /synchronous/,
  ],
  [
    'a script element',
    add('parts/list.js', 'document.createElement("script");'),
    'warning',
    /^parts\/list\.js:4$/,
    /AMD loader/,
  ],
  [
    'a click on Install',
    add('parts/list.js', '$(".js-widget-install").click();'),
    'warning',
    /^parts\/list\.js:4$/,
    /virtual clicks/,
  ],
  [
    'requests in a loop',
    add('parts/list.js', 'for (var i = 0; i < 9; i++) { window.w.crm_post(i); }'),
    'warning',
    /^parts\/list\.js:4$/,
    /crm_post: requests in a loop/,
  ],
  [
    'a variable out of nowhere',
    add('parts/list.js', 'total = 1;'),
    'warning',
    /^parts\/list\.js:4$/,
    /total: is not declared/,
  ],
  [
    'a minified script',
    put('parts/list.js', `define([],function(){${'var a=1;'.repeat(200)}});`),
    'warning',
    /^parts\/list\.js:1$/,
    /is minified/,
  ],
  [
    'a global selector',
    add('style.css', 'button, .control--select { margin: 0 }'),
    'warning',
    /^style\.css:2$/,
    /button and \.control--select: a global selector/,
  ],
  [
    'a stylesheet from elsewhere',
    add('style.css', '@import "https://x.example/a.css";'),
    'warning',
    /^style\.css:2$/,
    /@import fetches/,
  ],
];

test('a widget without a fault is not spoken of', () => {
  expect(judge(foreignWidget())).toEqual([]);
});

describe.each([
  ['its description of itself', WIDGET],
  ['its places', LOCATIONS],
  ['its blocks', BLOCKS],
  ['its texts', TEXTS],
  ['its JSON', JSON_TEXT],
  ['its pictures', PICTURES],
  ['its files', FILES],
  ['its code', CODE],
])('in %s', (_, faults) => {
  test.each(faults)('%s is found once, where it is', (_title, plant, severity, where, message) => {
    const files = foreignWidget();
    plant(files);
    const found = judge(files).map((problem) => ({
      severity: problem.severity,
      where: `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}${problem.place === undefined ? '' : ` ${problem.place}`}`,
      message: problem.message,
      source: problem.source,
    }));
    expect(found).toEqual([
      {
        severity,
        where: expect.stringMatching(where),
        message: expect.stringMatching(message),
        source: expect.stringMatching(/^https:\/\/(developers\.kommo\.com|www\.amocrm\.ru)\//),
      },
    ]);
  });
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
