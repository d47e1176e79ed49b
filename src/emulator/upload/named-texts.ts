import { MANIFEST } from './manifest-shape.ts';
import type { Shape } from './shape.ts';
import { placeIn } from './shape-rules.ts';
import { isObject, type Json, textsIn } from './widget-package.ts';

/** A place of the manifest that points to a text. */
export interface NamedText {
  key: string;
  place: string;
  /** The value may also be the text itself. */
  isPerhaps: boolean;
}

/** All texts the manifest points to, in its order. */
export function namedTexts(manifest: Json): NamedText[] {
  const found: NamedText[] = [];
  collect(MANIFEST, manifest, '', found);
  if (textsIn(manifest.locations).includes('ai_agent')) {
    // https://developers.kommo.com/docs/widget-locations
    const key = 'widget.ai_agent_description';
    const place = `locations.${(manifest.locations as unknown[]).indexOf('ai_agent')}`;
    found.push({ key, place, isPerhaps: false });
  }
  return found;
}

function collect(shape: Shape, value: unknown, place: string, found: NamedText[]): void {
  if (shape.type === 'object') {
    if (!isObject(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      const part = shape.properties?.[name] ?? shape.rest;
      if (part !== undefined) collect(part, inner, placeIn(place, name), found);
    }
  } else if (shape.type === 'string' && shape.text !== undefined && typeof value === 'string') {
    if (value.trim() !== '') found.push({ key: value, place, isPerhaps: shape.text === 'perhaps' });
  }
}

/** What a language file holds at a dotted key; also for keys that have dots in them. */
export function textAt(texts: Json | undefined, key: string): unknown {
  if (texts === undefined) return undefined;
  if (Object.hasOwn(texts, key)) return texts[key];
  let part: unknown = texts;
  for (const name of key.split('.')) {
    if (!isObject(part) || !Object.hasOwn(part, name)) return undefined;
    part = part[name];
  }
  return part;
}

/** All texts of a language file by dotted key; groups are opened, whatever is neither is kept. */
export function flatTexts(texts: Json): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  const open = (group: Json, place: string) => {
    for (const [name, value] of Object.entries(group)) {
      const at = placeIn(place, name);
      if (isObject(value)) open(value, at);
      else flat.set(at, value);
    }
  };
  open(texts, '');
  return flat;
}
