import { pngHead } from '../support/sample-widget.ts';
import { type Fault, testFaults } from './foreign-faults.ts';
import { add, all, drop, edit, put, rename } from './foreign-widget.ts';

const JPEG = Uint8Array.of(
  ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 100, 0, 130, 1, 1, 17, 0],
);
const GIF = Buffer.from('GIF89a\u0082\u0000\u0064\u0000', 'latin1');

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

describe('in its pictures', () => testFaults(PICTURES));
describe('in its files', () => testFaults(FILES));
describe('in its code', () => testFaults(CODE));
