import { describeFault } from '../../src/pack/fault.ts';
import { checkPackage } from '../../src/pack/package-rules.ts';
import { blankPng, bytes, goodPackage, json, VERSION } from './good-package.ts';

type Files = Map<string, Uint8Array>;
type Json = Record<string, unknown>;

function faultsAfter(spoil: (files: Files) => void): string[] {
  const files = goodPackage();
  spoil(files);
  return checkPackage(files, VERSION).map(describeFault);
}

/** Puts a value at a dotted place of a JSON file; `undefined` takes it away. */
function set(path: string, place: string, value: unknown) {
  return (files: Files): void => {
    const root = JSON.parse(new TextDecoder().decode(files.get(path))) as Json;
    const names = place.split('.');
    const last = names.pop() ?? '';
    const parent = names.reduce((inner, name) => inner[name] as Json, root);
    parent[last] = value;
    files.set(path, json(root));
  };
}

const manifest = (place: string, value: unknown) => set('manifest.json', place, value);
const put = (path: string, content: Uint8Array) => (files: Files) => void files.set(path, content);
const drop = (path: string) => (files: Files) => void files.delete(path);

test('a good package has no fault', () => {
  expect(faultsAfter(() => undefined)).toEqual([]);
});

test.each<[fault: string, spoil: (files: Files) => void, message: RegExp]>([
  ['no manifest', drop('manifest.json'), /^manifest\.json: is missing$/],
  [
    'a manifest that is not JSON',
    put('manifest.json', bytes('{')),
    /manifest\.json: is not valid JSON/,
  ],
  [
    'a byte-order mark',
    put('i18n/en.json', bytes('\uFEFF{}')),
    /i18n\/en\.json: begins with a byte-order mark/,
  ],
  ['CRLF line ends', put('style.css', bytes('.chat-connector {\r\n}\n')), /style\.css:1: has a CR/],
  [
    'text that is not UTF-8',
    put('script.js', Uint8Array.of(0xff, 0xfe)),
    /script\.js: is not UTF-8/,
  ],
  ['no script', drop('script.js'), /script\.js: is missing/],
  ['a source map', put('app.js.map', bytes('{}')), /app\.js\.map: is not a file of the widget/],
  ['a file of the system', put('.DS_Store', bytes('')), /\.DS_Store: is not a file of the widget/],
  ['a backslash in a name', put('i18n\\en.json', bytes('{}')), /Kommo refuses backslashes/],
  [
    'a version that is not the package’s',
    manifest('widget.version', '9.9.9'),
    /widget\.version is "9\.9\.9"/,
  ],
  [
    'the first interface version',
    manifest('widget.interface_version', 1),
    /interface_version must be 2/,
  ],
  ['init_once as a text', manifest('widget.init_once', 'Y'), /init_once must be true or/],
  ['nothing to install', manifest('widget.installation', false), /installation must be true/],
  ['a secret key', manifest('widget.secret_key', 'x'), /secret_key is obsolete/],
  [
    'a language without a file',
    manifest('widget.locale', ['en', 'es', 'pt', 'tr']),
    /i18n\/tr\.json is missing/,
  ],
  [
    'a language Kommo does not have',
    manifest('widget.locale', ['en', 'es', 'pt', 'de']),
    /Kommo has no language "de"/,
  ],
  ['no support contact', manifest('widget.support', {}), /needs a link or an email/],
  [
    'a support link without https',
    manifest('widget.support', { link: 'http://example.com' }),
    /support\.link must be an https address/,
  ],
  [
    'no settings location',
    manifest('locations', ['lead_sources']),
    /locations must contain "settings"/,
  ],
  ['an unknown location', manifest('locations', ['settings', 'sidebar']), /no location "sidebar"/],
  [
    'a location in both variants',
    manifest('locations', ['settings', 'lcard-0', 'lcard-1']),
    /names "lcard" twice/,
  ],
  ['a tour that is off', manifest('tour.is_tour', false), /is_tour must be true/],
  [
    'a language without a slide',
    manifest('tour.tour_images.pt', []),
    /tour_images\.pt must name 1 to 5/,
  ],
  [
    'a slide that is not there',
    drop('images/tour_es.png'),
    /\/images\/tour_es\.png is not a picture of the package/,
  ],
  ['empty settings', manifest('settings', {}), /settings must not be empty/],
  [
    'two custom fields',
    manifest('settings.more', { name: 'settings.state', type: 'custom', required: false }),
    /one custom field only/,
  ],
  [
    'an unknown field type',
    manifest('settings.state.type', 'json'),
    /settings\.state\.type must be one of/,
  ],
  ['a section nobody uses', manifest('dp', {}), /"dp" is not a section/],
  [
    'a text the manifest names and a language lacks',
    set('i18n/es.json', 'settings.state', undefined),
    /names "settings\.state", which i18n\/es\.json does not have/,
  ],
  [
    'a missing key',
    set('i18n/es.json', 'greeting', undefined),
    /i18n\/es\.json: "greeting" is missing/,
  ],
  [
    'a key too many',
    set('i18n/pt.json', 'extra', 'x'),
    /i18n\/pt\.json: "extra" is not in i18n\/en\.json/,
  ],
  [
    'another placeholder',
    set('i18n/pt.json', 'greeting', 'Olá, {{nome}}'),
    /"greeting" uses the placeholders nome; i18n\/en\.json uses name/,
  ],
  ['an empty text', set('i18n/en.json', 'greeting', ' '), /"greeting" is empty/],
  [
    'a missing plural form',
    set('i18n/es.json', 'chats_many', undefined),
    /i18n\/es\.json: "chats" lacks the plural form "_many"/,
  ],
  ['a text that is a number', set('i18n/en.json', 'greeting', 1), /"greeting" must be a text/],
  [
    'a script in a text',
    set('i18n/en.json', 'greeting', '{{name}}<script>'),
    /"greeting" holds a script/,
  ],
  [
    'a bare link',
    set('i18n/en.json', 'greeting', '<a href="https://x">{{name}}</a>'),
    /a link must carry target="_blank"/,
  ],
  [
    'a name that is too long',
    set('i18n/en.json', 'widget.name', 'Chat '.repeat(9)),
    /"widget\.name" has 45 characters; Kommo allows 30/,
  ],
  [
    'the name of Kommo in the name',
    set('i18n/en.json', 'widget.name', 'Kommo Chats'),
    /must not contain the name of Kommo/,
  ],
  [
    'a very long word in the name',
    set('i18n/en.json', 'widget.name', 'ConversationConnector'),
    /the word "ConversationConnector" has more than 19/,
  ],
  ['a file of no language', put('i18n/de.json', json({})), /i18n\/de\.json: is not named by/],
  [
    'a missing logo',
    drop('images/logo_min.png'),
    /logo_min\.png: is missing; Kommo needs it at 84x84/,
  ],
  [
    'a logo of another size',
    put('images/logo.png', blankPng(90, 90)),
    /images\/logo\.png: is 90x90; Kommo needs 130x100/,
  ],
  [
    'a logo that is no PNG',
    put('images/logo.png', bytes('GIF89a')),
    /images\/logo\.png: is not a PNG/,
  ],
  [
    'an animated logo',
    put('images/logo.png', Buffer.concat([blankPng(130, 100), Buffer.from('acTL')])),
    /images\/logo\.png: is animated/,
  ],
  [
    'a heavy picture',
    put('images/logo.png', Buffer.concat([blankPng(130, 100), Buffer.alloc(300 * 1024)])),
    /Kommo allows 300 KB/,
  ],
  [
    'a picture nobody uses',
    put('images/old.png', blankPng(1, 1)),
    /old\.png: is not used by the widget/,
  ],
  [
    'eval in the vendor file',
    put('vendor.js', bytes('eval("1")')),
    /vendor\.js: runs text as code/,
  ],
  [
    'console in the application',
    put('app.js', bytes('console.info(1);')),
    /app\.js:1: console\.info/,
  ],
  [
    'a global selector',
    put('style.css', bytes('button { }')),
    /style\.css:1: "button" is a global/,
  ],
])('%s is refused', (_, spoil, message) => {
  expect(faultsAfter(spoil)).toContainEqual(expect.stringMatching(message));
});
