import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BRAND_SCHEMA } from '../../src/brand/brand.ts';
import { describeProblem } from '../../src/emulator/upload/problem.ts';
import { hashDrawings, readRecord } from '../../src/pack/brand/brand-images.ts';
import { brandStyles, readStyles, tokensOf } from '../../src/pack/brand/brand-styles.ts';
import { brandTexts, languages } from '../../src/pack/brand/brand-texts.ts';
import { BrandRefused, openBrand } from '../../src/pack/brand/open-brand.ts';
import { checkOwnStyles } from '../../src/pack/own-styles.ts';
import { PROJECT } from '../../src/pack/project.ts';

type Json = Record<string, unknown>;

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>\n';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brand-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A brand with nothing to complain about, but for the changes; `undefined` takes a field away. */
function brandWith(changes: Json = {}): Json {
  return {
    name: 'Acme Chat',
    support: { link: 'https://acme.example/help' },
    colours: { accent: '#7a1fa2' },
    logo: 'logo.svg',
    ...changes,
  };
}

function open(content: Json | string, svg = LOGO) {
  writeFileSync(join(folder, 'logo.svg'), svg);
  const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
  writeFileSync(join(folder, 'brand.json'), text);
  return openBrand(join(folder, 'brand.json'));
}

/** Everything said of a brand, without the name of its file and the mark of errors. */
function faultsOf(content: Json | string, svg?: string): string[] {
  try {
    open(content, svg);
  } catch (error) {
    if (!(error instanceof BrandRefused)) throw error;
    return error.faults.map((fault) =>
      describeProblem({ ...fault, file: 'brand.json' }).replace(/^error {2}/, ''),
    );
  }
  return [];
}

const COLOUR = 'give a colour as # and six hexadecimal digits, such as "#7a1fa2"';

test('what is right is taken', () => {
  expect(faultsOf(brandWith())).toEqual([]);
});

test.each<[what: string, changes: Json, fault: string]>([
  ['no name', { name: undefined }, 'brand.json:1 name: is missing; give a name in quotes, or one'],
  ['an empty name', { name: ' ' }, 'brand.json:2 name: is " "; give a name in quotes'],
  ['a number for a name', { name: 5 }, 'brand.json:2 name: is 5; give a name in quotes'],
  [
    'a name that is too long',
    { name: 'The chats of all the friends of Acme' },
    'brand.json:2 name: has 36 characters; a public integration may have 30',
  ],
  [
    'a name with too long a word',
    { name: 'Acmecommunicationservice' },
    'brand.json:2 name: holds the word "Acmecommunicationservice", which has more than 19',
  ],
  ['the vendor in the name', { name: 'Chats for Kommo' }, 'name: must not contain the name of'],
  [
    'a name in one language',
    { name: { en: 'Acme' } },
    'brand.json:2 name: lacks es, id, pt, tr; add them, or write one name in quotes',
  ],
  [
    'an unknown language',
    { short_description: { eng: 'Acme' } },
    'short_description.eng: is no language of the widget; did you mean "en"? There are: en, es',
  ],
  [
    'a description that is too long in one language',
    { short_description: { es: 'Los chats de todos los servicios de Acme en una bandeja' } },
    'short_description.es: has 55 characters; a public integration may have 50',
  ],
  ['no support', { support: undefined }, 'support: is missing; give how you are reached'],
  ['nobody to reach', { support: {} }, 'support: is {}; give how you are reached'],
  ['plain http', { support: { link: 'http://a.example' } }, 'support.link: is "http://a.example"'],
  ['no mailbox', { support: { email: 'help' } }, 'support.email: is "help"; give an email address'],
  ['no accent', { colours: {} }, `brand.json:6 colours.accent: is missing; ${COLOUR}`],
  ['a named colour', { colours: { accent: 'blue' } }, `colours.accent: is "blue"; ${COLOUR}`],
  ['a short colour', { colours: { accent: '#36d' } }, `colours.accent: is "#36d"; ${COLOUR}`],
  [
    'a link that cannot be read',
    { colours: { accent: '#7a1fa2', dark: { link: '#5a1a78' } } },
    'colours.dark.link: does not do: link #5a1a78 on surface #153043 of the dark theme has a contrast of 1.',
  ],
  [
    'an unknown colour',
    { colours: { accent: '#7a1fa2', light: { links: '#000000' } } },
    'colours.light.links: is no field here; did you mean "link"? There are: primary, ',
  ],
  ['an unknown field', { color: '#000000' }, 'color: is no field here; did you mean "colours"?'],
  ['no logo', { logo: undefined }, 'logo: is missing; give the path of one SVG'],
  ['a logo that is not there', { logo: 'none.svg' }, '/none.svg, which cannot be read; the path'],
  ['no service', { services: [] }, 'services: is empty; name at least one service'],
  ['a service twice', { services: ['slack', 'slack'] }, 'services: names a service twice'],
  [
    'an unknown service',
    { services: ['telegram', 'slak'] },
    'services.1: is "slak", which is no connector; did you mean "slack"? There are: api, evol',
  ],
  [
    'an unknown text',
    { texts: { en: { 'services.titel': 'Hello' } } },
    'texts.en.services.titel: is no text of i18n/en.json; did you mean "services.title"?',
  ],
  [
    'a text with a field of its own',
    { texts: { en: { 'widget.name': 'Acme' } } },
    'texts.en.widget.name: has a field of its own: "name"',
  ],
  [
    'texts of no language',
    { texts: { de: { 'services.title': 'Hallo' } } },
    'texts.de: is no language of the widget; did you mean "en"?',
  ],
  [
    'another placeholder',
    { texts: { en: { 'app.close_of': 'Close {{what}}' } } },
    'texts.en.app.close_of: has the placeholders {{what}}; it must have {{name}}, as in "Close: {{name}}"',
  ],
  [
    'a script in a text',
    { texts: { es: { 'services.title': '<script>x</script>' } } },
    'texts.es.services.title: holds a script; moderation refuses',
  ],
])('%s is told, with its place and what to do', (_, changes, fault) => {
  expect(faultsOf(brandWith(changes))).toEqual([expect.stringContaining(fault)]);
});

test.each([
  ['a script', '<script>x</script>', 'holds a script; take the <script> element away'],
  ['a script of a named space', '<svg:script/>', 'holds a script; take the <script> element away'],
  ['a script in an attribute', '<path onload="x()"/>', 'holds a script in an attribute'],
  ['an address with a script', '<a href="javascript:x()"/>', 'holds an address with a script'],
  ['a picture from elsewhere', '<image href="https://a.example/a.png"/>', 'refers to another file'],
  ['a file beside it', "<image xlink:href='other.svg'/>", 'refers to another file or address'],
  ['styles from elsewhere', '<style>@import "a.css";</style>', 'imports styles from elsewhere'],
  ['a text', '<text>Acme</text>', 'holds a <text>, whose font is not in it; convert it into paths'],
  ['HTML', '<foreignObject/>', 'holds a <foreignObject>'],
  ['something that moves', '<animate/>', 'is animated'],
])('a logo with %s is refused', (_, inside, fault) => {
  const svg = `<?xml version="1.0"?>\n<svg viewBox="0 0 9 9">${inside}</svg>`;
  expect(faultsOf(brandWith(), svg)[0]).toContain(`logo: names a drawing that ${fault}`);
});

test.each([
  ['what is no SVG', '<html></html>', 'logo: names a file that is no SVG'],
  ['a cut-off one', '<svg viewBox="0 0 9 9">', 'logo: names a file that is no SVG'],
  ['one without a size', '<svg></svg>', 'logo: names a drawing without a viewBox; add one'],
  ['one of half a megabyte', LOGO.replace('M0', `M0${' '.repeat(600_000)}`), 'of 587 KB'],
])('%s is refused as a logo', (_, svg, fault) => {
  expect(faultsOf(brandWith(), svg)).toEqual([expect.stringContaining(fault)]);
});

test('a logo may refer to its own parts and hold a picture', () => {
  const svg = `<svg width="9" height="9"><path id="a" fill="url(#b)"/><use href="#a"/><image href="data:image/png;base64,AA=="/></svg>`;
  expect(faultsOf(brandWith(), svg)).toEqual([]);
});

test('all faults are told at once', () => {
  const faults = faultsOf({ name: 5, colours: { accent: 'blue' }, logo: 'logo.svg' });
  expect(faults).toHaveLength(3);
  const changes = {
    name: 'The chats of all the friends of Acme',
    services: ['slak'],
    texts: { de: { 'services.title': 'Hallo' }, en: { 'services.titel': 'Hello' } },
    logo: 'none.svg',
  };
  expect(faultsOf(brandWith(changes))).toHaveLength(5);
});

test('a file that is no JSON is told by line and column', () => {
  expect(faultsOf('{\n  "name": "Acme"\n  "logo": "logo.svg"\n}')).toEqual([
    expect.stringMatching(/^brand\.json:3 .*it is not JSON: .*line 3, column 3/),
  ]);
});

test('a file that is not there is told, with how to name one', () => {
  expect(() => openBrand(join(folder, 'none.json'))).toThrow(
    /none\.json: there is no such file; name one with --brand <file> or BRAND_FILE/,
  );
});

test('the project’s own brand changes nothing, and the pictures are drawn from it', () => {
  const own = openBrand(`${PROJECT}/brand.json`);
  for (const [file, bytes] of brandTexts(own.brand)) {
    expect([file, Buffer.from(bytes).equals(readFileSync(`${PROJECT}/${file}`))]).toEqual([
      file,
      true,
    ]);
  }
  expect(brandStyles(readStyles(), own.brand)).toBe(readStyles());
  // After a change of a drawing or of brand.json: npm run images.
  expect(readRecord()).toBe(hashDrawings(own));
});

test('the words of a brand take the place of those of the project, and nothing else changes', () => {
  const { brand } = open(
    brandWith({
      short_description: { es: 'Todo en Acme' },
      texts: { es: { 'services.title': 'Elige' } },
    }),
  );
  const files = brandTexts(brand);
  const jsonOf = (file: string) => JSON.parse(Buffer.from(files.get(file) ?? '').toString());
  expect([...files.keys()].sort()).toEqual([
    ...languages().map((language) => `i18n/${language}.json`),
    'manifest.json',
  ]);
  expect(jsonOf('manifest.json').widget.support).toEqual({ link: 'https://acme.example/help' });
  const spanish = jsonOf('i18n/es.json');
  expect(spanish.widget).toMatchObject({ name: 'Acme Chat', short_description: 'Todo en Acme' });
  expect(spanish.services.title).toBe('Elige');
  const before = JSON.parse(readFileSync(`${PROJECT}/i18n/es.json`, 'utf8'));
  expect({ ...spanish, widget: 0, services: 0 }).toEqual({ ...before, widget: 0, services: 0 });
  expect(jsonOf('i18n/en.json').widget.short_description).toBe('Chat services in your Kommo inbox');
});

test.each(['#7a1fa2', '#ffd400'])('the stylesheet has the accent %s, and stays ours', (accent) => {
  const sheet = brandStyles(readStyles(), { colours: { accent, dark: { link: '#ffffff' } } });
  expect(checkOwnStyles('style.css', sheet)).toEqual([]);
  expect(tokensOf(sheet, 'light').primary).toBe(accent);
  expect(tokensOf(sheet, 'dark')).toMatchObject({ primary: accent, link: '#ffffff' });
  expect(tokensOf(sheet, 'light').danger).toBe(tokensOf(readStyles(), 'light').danger);
  // White does for most accents; where it does not, the buttons say what does.
  expect(sheet.includes('var(--chat-connector-on-primary)')).toBe(accent === '#ffd400');
});

test('docs/brand.schema.json is made from the fields that are read', () => {
  const file = `${PROJECT}/docs/brand.schema.json`;
  const schema = z.toJSONSchema(BRAND_SCHEMA, { io: 'input' });
  const wanted = { ...schema, title: 'brand.json of the chat connector' };
  // Then `npm run format`.
  if (process.env.UPDATE_DOCS) writeFileSync(file, JSON.stringify(wanted, undefined, 2));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(wanted);
});

test('docs/branding.md has every field, and its example is the one that is tested', () => {
  const page = readFileSync(`${PROJECT}/docs/branding.md`, 'utf8');
  const fields = Object.keys(BRAND_SCHEMA.shape).filter((name) => name !== '$schema');
  expect(fields.filter((name) => !page.includes(`| \`${name}`))).toEqual([]);
  const example = readFileSync(`${PROJECT}/docs/examples/acme-brand/brand.json`, 'utf8');
  expect(page).toContain(example.trim());
});
