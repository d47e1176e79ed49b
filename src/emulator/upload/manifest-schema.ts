import { locationValues } from './locations.ts';
import { COMPANIONS } from './manifest-blocks.ts';
import { MANIFEST } from './manifest-shape.ts';
import type { Shape } from './shape.ts';
import type { Json } from './widget-package.ts';

const USE =
  'How to use it: map it to the file in the settings of your editor (VS Code: "json.schemas": [{"fileMatch": ["manifest.json"], "url": "./docs/manifest.schema.json"}]; JetBrains: Languages & Frameworks, Schemas and DTDs, JSON Schema Mappings). Do not write "$schema" into manifest.json: no page of the vendor allows it there. Generated from the table that `npm run check -- --widget` reads; it also marks what that only warns about.';

/** The manifest as a JSON Schema (draft-07), for editors; see docs/manifest.schema.json. */
export function manifestSchema(): Json {
  const schema = schemaOf(MANIFEST);
  const { locations } = schema.properties as { locations: Json };
  const items = { ...(locations.items as Json), enum: locationValues() };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'manifest.json of a Kommo or amoCRM widget',
    ...schema,
    description: `${schema.description} ${USE}`,
    properties: {
      ...(schema.properties as Json),
      locations: { ...locations, items, uniqueItems: true },
    },
    required: [...((schema.required as string[]) ?? []), 'locations'],
    allOf: [IF_INSTALLED, ...COMPANIONS.flatMap(companionRules)],
  };
}

/** A widget that is installed has fields and places; a showcase is not installed. */
const IF_INSTALLED = {
  if: {
    properties: {
      widget: { properties: { installation: { const: true } }, required: ['installation'] },
    },
    required: ['widget'],
  },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {
    required: ['settings'],
    properties: {
      settings: { minProperties: 1 },
      locations: { minItems: 1 },
      widget: { properties: { is_showcase: { const: false } } },
    },
  },
};

function companionRules({ block, location, ...rest }: (typeof COMPANIONS)[number]): Json[] {
  const needed = 'needs' in rest ? { properties: { [block]: { required: [rest.needs] } } } : {};
  const named = { properties: { locations: { contains: { const: location } } } };
  return [
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    { if: { ...named, required: ['locations'] }, then: { required: [block], ...needed } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    { if: { required: [block] }, then: named },
  ];
}

function schemaOf(shape: Shape): Json {
  const { type } = shape;
  const description =
    shape.source === undefined ? shape.description : `${shape.description} (${shape.source})`;
  if (shape.type === 'object') {
    const properties = Object.entries(shape.properties ?? {});
    const required = properties.flatMap(([name, { need }]) => (need === undefined ? [] : [name]));
    return {
      description,
      type,
      properties: Object.fromEntries(properties.map(([name, inner]) => [name, schemaOf(inner)])),
      additionalProperties: shape.rest === undefined ? false : schemaOf(shape.rest),
      ...(required.length > 0 && { required }),
    };
  }
  if (shape.type === 'array') {
    const { minItems, maxItems, unique } = shape;
    return {
      description,
      type,
      items: schemaOf(shape.items),
      ...(minItems !== undefined && { minItems }),
      ...(maxItems !== undefined && { maxItems }),
      ...(unique && { uniqueItems: true }),
    };
  }
  return {
    description,
    type,
    ...(shape.enum !== undefined && { enum: shape.enum }),
    ...(shape.pattern !== undefined && { pattern: shape.pattern }),
    ...(shape.text === true && { minLength: 1 }),
  };
}
