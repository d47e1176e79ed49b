import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { manifestSchema } from '../../src/emulator/upload/manifest-schema.ts';
import { type Files, foreignWidget, type Json, judge, set, textOf } from './foreign-widget.ts';
import { GOOD_MANIFESTS } from './good-manifests.ts';

const FILE = new URL('../../docs/manifest.schema.json', import.meta.url);
const OWN = new URL('../../manifest.json', import.meta.url);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keywords of JSON Schema that the file uses. @returns the places that do not fit */
function misfits(schema: Json, value: unknown, place = ''): string[] {
  const found: string[] = [];
  const no = () => found.push(place);
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  const isKind = (type: unknown) => (type === 'integer' ? Number.isInteger(value) : type === kind);
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (keyword === 'type' && !isKind(wanted)) no();
    if (keyword === 'enum' && !(wanted as unknown[]).includes(value)) no();
    if (keyword === 'const' && wanted !== value) no();
    if (keyword === 'allOf') {
      for (const part of wanted as Json[]) found.push(...misfits(part, value, place));
    }
    if (keyword === 'if') {
      const holds = misfits(wanted as Json, value, place).length === 0;
      if (holds) found.push(...misfits(schema.then as Json, value, place));
    }
  }
  if (typeof value === 'string') {
    if (schema.pattern !== undefined && !new RegExp(String(schema.pattern)).test(value)) no();
    if (value.length < Number(schema.minLength ?? 0)) no();
  }
  if (Array.isArray(value)) found.push(...misfitsOfList(schema, value, place));
  if (isObject(value)) found.push(...misfitsOfObject(schema, value, place));
  return found;
}

function misfitsOfList(schema: Json, value: unknown[], place: string): string[] {
  const found: string[] = [];
  if (value.length < Number(schema.minItems ?? 0)) found.push(place);
  if (value.length > Number(schema.maxItems ?? Number.POSITIVE_INFINITY)) found.push(place);
  if (schema.uniqueItems === true && new Set(value).size < value.length) found.push(place);
  const { contains, items } = schema;
  if (isObject(contains) && value.every((one) => misfits(contains, one).length > 0)) {
    found.push(place);
  }
  if (!isObject(items)) return found;
  return [...found, ...value.flatMap((one, index) => misfits(items, one, `${place}.${index}`))];
}

function misfitsOfObject(schema: Json, value: Json, place: string): string[] {
  const found: string[] = [];
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  for (const name of (schema.required ?? []) as string[]) {
    if (!(name in value)) found.push(`${place}.${name}`);
  }
  if (Object.keys(value).length < Number(schema.minProperties ?? 0)) found.push(place);
  for (const [name, inner] of Object.entries(value)) {
    const part = properties[name] ?? schema.additionalProperties;
    if (part === false) found.push(`${place}.${name}`);
    if (isObject(part)) found.push(...misfits(part, inner, `${place}.${name}`));
  }
  return found;
}

const schema = manifestSchema();

// By value, because the formatter has the last word on the file.
test('docs/manifest.schema.json is the schema of the rules (UPDATE_DOCS=1 writes it)', () => {
  if (process.env.UPDATE_DOCS === '1') {
    writeFileSync(FILE, `${JSON.stringify(schema, undefined, 2)}\n`);
  }
  const written: unknown = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : undefined;
  expect(written).toEqual(JSON.parse(JSON.stringify(schema)));
});

test('it takes our own manifest', () => {
  expect(misfits(schema, JSON.parse(readFileSync(OWN, 'utf8')))).toEqual([]);
});

test.each(GOOD_MANIFESTS.filter(({ warnings }) => warnings?.[0]?.source.includes('tour') !== true))(
  'it takes a manifest $kind',
  ({ content }) => {
    expect(misfits(schema, content)).toEqual([]);
  },
);

test('it marks a missing tour, which the rules only warn of', () => {
  const [generated] = GOOD_MANIFESTS;
  expect(misfits(schema, generated?.content)).toEqual(['.tour']);
});

test.each<[place: string, value: unknown]>([
  ['widget.name', undefined],
  ['widget.short_description', ''],
  ['widget.version', 'latest'],
  ['widget.interface_version', 1],
  ['widget.init_once', 'Y'],
  ['widget.init_onse', false],
  ['widget.locale', ['en', 'de']],
  ['widget.locale', []],
  ['widget.installation', 'true'],
  ['widget.is_showcase', true],
  ['widget.support.email', 'https://parcels.example'],
  ['widget.support.link', 'help@parcels.example'],
  ['locations', []],
  ['locations', 'settings'],
  ['locations.0', 7],
  ['locations.0', 'moon'],
  ['locations.0', 'settings-1'],
  ['tour.is_tour', false],
  ['tour.tour_images.en', 'images/tour_en.png'],
  ['settings', {}],
  ['settings.api_key.type', 'date'],
  ['settings.api_key.required', 'yes'],
  ['settings.api_key.hint', 'x'],
  ['dp.webhook_url', 'http://parcels.example'],
  ['dp', undefined],
  ['advanced', {}],
  ['salesbot_designer.track.settings.number.type', 'number'],
  ['mobile.color', 'blue'],
  ['left_menu.parcels.sort.after', 'deals'],
  ['amoforms_settings.title', undefined],
  ['permissions', []],
])('the schema and the rules both object to %s = %j', (place, value) => {
  const files: Files = foreignWidget();
  set('manifest.json', place, value)(files);
  const objected = misfits(schema, JSON.parse(textOf(files, 'manifest.json')));
  expect(objected).not.toEqual([]);
  expect(judge(files).filter(({ file }) => file === 'manifest.json')).not.toEqual([]);
});

test('every value has a description, and every block the page it rests on', () => {
  const bare: string[] = [];
  const look = (part: Json, place: string) => {
    if (typeof part.description !== 'string') bare.push(place);
    const inner = {
      ...(part.properties as Json),
      '*': part.additionalProperties,
      '[]': part.items,
    };
    for (const [name, one] of Object.entries(inner)) {
      if (isObject(one)) look(one, `${place}.${name}`);
    }
  };
  look(schema, '');
  expect(bare).toEqual([]);
  for (const [name, block] of Object.entries(schema.properties as Record<string, Json>)) {
    if (name !== 'settings') expect(block.description).toContain('https://');
  }
});
