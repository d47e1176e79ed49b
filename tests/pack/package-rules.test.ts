import { describeProblem } from '../../src/emulator/upload/problem.ts';
import { checkPackage } from '../../src/pack/package-rules.ts';
import { blankPng, bytes, goodPackage, json, VERSION } from './good-package.ts';

type Files = Map<string, Uint8Array>;
type Json = Record<string, unknown>;

function faultsAfter(spoil: (files: Files) => void): string[] {
  const files = goodPackage();
  spoil(files);
  return checkPackage(files, VERSION).map(describeProblem);
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
const prefix = (path: string, first: Uint8Array) => (files: Files) =>
  void files.set(path, Buffer.concat([first, files.get(path) ?? new Uint8Array()]));
const rename = (path: string, to: string) => (files: Files) => {
  files.set(to, files.get(path) ?? new Uint8Array());
  files.delete(path);
};
const drop = (path: string) => (files: Files) => void files.delete(path);

test('a good package has no fault', () => {
  expect(faultsAfter(() => undefined)).toEqual([]);
});

test.each<[fault: string, spoil: (files: Files) => void, message: RegExp]>([
  ['no manifest', drop('manifest.json'), /manifest\.json: It is missing/],
  [
    'a manifest that is not JSON',
    put('manifest.json', bytes('{')),
    /manifest\.json:1: it is not JSON: it ends too early/,
  ],
  [
    'a byte-order mark',
    prefix('i18n/en.json', bytes('\uFEFF')),
    /i18n\/en\.json: begins with a byte order mark/,
  ],
  [
    'CRLF line ends',
    put('style.css', bytes('.chat-connector {\r\n}\n')),
    /style\.css:1: ends lines with CR/,
  ],
  [
    'text that is not UTF-8',
    prefix('script.js', Uint8Array.of(0x2f, 0x2f, 0xff, 0xfe, 0x0a)),
    /script\.js: is not UTF-8/,
  ],
  ['no script', drop('script.js'), /script\.js: is missing/],
  ['a source map', put('app.js.map', bytes('{}')), /app\.js\.map: is a source map/],
  ['a file of the system', put('.DS_Store', bytes('')), /\.DS_Store: was left by the system/],
  ['a backslash in a name', rename('i18n/en.json', 'i18n\\en.json'), /must use \/ and not/],
  [
    'a version that is not the package’s',
    manifest('widget.version', '9.9.9'),
    /widget\.version: is "9\.9\.9"/,
  ],
  [
    'the first interface version',
    manifest('widget.interface_version', 1),
    /interface_version: must be 2/,
  ],
  ['init_once as a text', manifest('widget.init_once', 'Y'), /init_once: must be true or/],
  ['a secret key', manifest('widget.secret_key', 'x'), /secret_key: from before OAuth/],
  ['a language without a file', drop('i18n/tr.json'), /i18n\/tr\.json: is missing/],
  [
    'a language Kommo does not have',
    manifest('widget.locale', ['en', 'es', 'pt', 'tr', 'id', 'de']),
    /widget\.locale\.5: must be one of .* is "de"/,
  ],
  ['no support contact', manifest('widget.support', {}), /widget\.support: needs a link/],
  [
    'a support link without https',
    manifest('widget.support', { link: 'http://example.com' }),
    /support\.link: must be an https address/,
  ],
  [
    'no settings location',
    manifest('locations', ['lead_sources']),
    /settings: is shown, but no script runs/,
  ],
  [
    'an unknown location',
    manifest('locations', ['settings', 'sidebar']),
    /locations\.1: "sidebar" is no known place/,
  ],
  [
    'a location in both variants',
    manifest('locations', ['settings', 'lcard-0', 'lcard-1']),
    /lcard-0 and lcard-1 are one place/,
  ],
  ['a tour that is off', manifest('tour.is_tour', false), /is_tour: must be true/],
  [
    'a language without a slide',
    manifest('tour.tour_images.pt', []),
    /tour_images\.pt: has no pictures for pt/,
  ],
  [
    'a slide that is not there',
    drop('images/tour_es.png'),
    /names images\/tour_es\.png, which is not in the widget/,
  ],
  ['empty settings', manifest('settings', {}), /settings: needs at least one field/],
  [
    'two custom fields',
    manifest('settings.more', { name: 'settings.state', type: 'custom', required: false }),
    /one custom field too many/,
  ],
  [
    'an unknown field type',
    manifest('settings.state.type', 'json'),
    /settings\.state\.type: must be one of/,
  ],
  ['a section nobody uses', manifest('dp', {}), / dp: (has no effect|is not a section)/],
  [
    'a text the manifest names and a language lacks',
    set('i18n/es.json', 'settings.state', undefined),
    /i18n\/es\.json:\d+ settings\.state: is missing/,
  ],
  ['a missing key', set('i18n/es.json', 'greeting', undefined), /i18n\/es\.json: lacks greeting/],
  [
    'a key too many',
    set('i18n/pt.json', 'extra', 'x'),
    /i18n\/pt\.json:\d+ extra: has extra beyond/,
  ],
  [
    'another placeholder',
    set('i18n/pt.json', 'greeting', 'Olá, {{nome}}'),
    /greeting: uses the placeholders nome; i18n\/en\.json uses name/,
  ],
  ['an empty text', set('i18n/en.json', 'greeting', ' '), /greeting: is empty/],
  [
    'a missing plural form',
    set('i18n/es.json', 'chats_many', undefined),
    /i18n\/es\.json:\d+ chats_other: lacks the plural form "_many"/,
  ],
  ['a text that is a number', set('i18n/en.json', 'greeting', 1), /greeting: must be a text/],
  [
    'a script in a text',
    set('i18n/en.json', 'greeting', '{{name}}<script>'),
    /greeting: holds a script/,
  ],
  [
    'a bare link',
    set('i18n/en.json', 'greeting', '<a href="https://x">{{name}}</a>'),
    /holds a link without target="_blank"/,
  ],
  [
    'a name that is too long',
    set('i18n/en.json', 'widget.name', 'Chat '.repeat(9)),
    /widget\.name: has 45 characters; a public integration may have 30/,
  ],
  [
    'the name of Kommo in the name',
    set('i18n/en.json', 'widget.name', 'Kommo Chats'),
    /must not contain the name of Kommo/,
  ],
  [
    'a very long word in the name',
    set('i18n/en.json', 'widget.name', 'ConversationConnector'),
    /the word "ConversationConnector", which has more than 19/,
  ],
  [
    'a file of no language',
    put('i18n/de.json', json({})),
    /i18n\/de\.json: is a language that widget\.locale does not name/,
  ],
  [
    'a missing logo',
    drop('images/logo_min.png'),
    /logo_min\.png: is missing; Kommo needs it as a PNG of 84x84/,
  ],
  [
    'a logo of another size',
    put('images/logo.png', blankPng(90, 90)),
    /images\/logo\.png: is 90x90 and must be 130x100/,
  ],
  [
    'a logo that is no PNG',
    put('images/logo.png', bytes('GIF89a')),
    /images\/logo\.png: is no picture/,
  ],
  [
    'an animated logo',
    put('images/logo.png', Buffer.concat([blankPng(130, 100), Buffer.from('acTL')])),
    /images\/logo\.png: is animated/,
  ],
  [
    'a heavy picture',
    put('images/logo.png', Buffer.concat([blankPng(130, 100), Buffer.alloc(300 * 1024)])),
    /has 301 KB; a picture may have 300 KB/,
  ],
  ['a picture nobody uses', put('images/old.png', blankPng(1, 1)), /old\.png: is named nowhere/],
  [
    'eval in the vendor file',
    put('vendor.js', bytes('eval("1")')),
    /vendor\.js:1: runs text as code/,
  ],
  [
    'console in the application',
    put('app.js', bytes('console.info(1);')),
    /app\.js:1: console\.info/,
  ],
  ['a global selector', put('style.css', bytes('button { }')), /style\.css:1: button: a global/],
])('%s is refused', (_, spoil, message) => {
  // Once, and nothing beside it: a reader has one thing to mend.
  expect(faultsAfter(spoil)).toEqual([expect.stringMatching(message)]);
});

test('a package with nothing to install is refused, and its fields are of no use', () => {
  expect(faultsAfter(manifest('widget.installation', false))).toEqual([
    expect.stringMatching(/settings: is not shown/),
    expect.stringMatching(/widget\.installation: must be true/),
  ]);
});
