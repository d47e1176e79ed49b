import { type Fault, testFaults } from './foreign-faults.ts';
import { all, drop, edit, english, manifest, put, spanish } from './foreign-widget.ts';

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

describe('in its texts', () => testFaults(TEXTS));
describe('in its JSON', () => testFaults(JSON_TEXT));
