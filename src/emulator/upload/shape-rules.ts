import { nearMiss } from './near-miss.ts';
import { listed } from './problem.ts';
import type { Say } from './say.ts';
import type { ArrayShape, ObjectShape, ScalarShape, Shape } from './shape.ts';
import { isObject } from './widget-package.ts';

/** Compares a value with its shape. Values in `skipped` places have been judged already. */
export class ShapeRules {
  readonly #say: Say;
  readonly #skipped: ReadonlySet<string>;

  constructor(say: Say, skipped: ReadonlySet<string>) {
    this.#say = say;
    this.#skipped = skipped;
  }

  check(shape: Shape, value: unknown, place: string, around: string | undefined): void {
    if (this.#skipped.has(place)) return;
    const source = shape.source ?? around;
    if (!isOfKind(shape, value)) {
      const message = `must be ${nameOfKind(shape)}, and is ${nameOfValue(value)}`;
      this.#say(shape.severity ?? 'error', place, message, source);
      return;
    }
    if (shape.type === 'object') this.#checkObject(shape, value as object, place, source);
    else if (shape.type === 'array') this.#checkArray(shape, value as unknown[], place, source);
    else this.#checkScalar(shape, value as string | number | boolean, place, source);
  }

  #checkObject(shape: ObjectShape, value: object, place: string, source: string | undefined): void {
    const { properties = {}, rest } = shape;
    const entries = new Map<string, unknown>(Object.entries(value));
    for (const [name, inner] of Object.entries(properties)) {
      const found = entries.get(name);
      const at = placeIn(place, name);
      if (found !== undefined) this.check(inner, found, at, source);
      else if (inner.need !== undefined && !this.#skipped.has(at)) {
        const message = `is missing; what belongs here: ${inWords(inner.description)}`;
        this.#say(inner.need, at, message, inner.source ?? source);
      }
    }
    for (const [name, found] of entries) {
      if (name in properties) continue;
      const at = placeIn(place, name);
      if (rest !== undefined) this.check(rest, found, at, source);
      else this.#sayUnknown(name, Object.keys(properties), at, source);
    }
  }

  #sayUnknown(name: string, known: string[], place: string, source: string | undefined): void {
    const meant = nearMiss(name, known);
    const message =
      meant === undefined
        ? 'is no key Kommo documents here; take it away'
        : `is no key Kommo documents; did you mean ${meant}?`;
    this.#say('warning', place, message, source);
  }

  #checkArray(
    shape: ArrayShape,
    value: unknown[],
    place: string,
    source: string | undefined,
  ): void {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, unique, items } = shape;
    const severity = shape.lengthSeverity ?? 'error';
    if (value.length < minItems) this.#say(severity, place, 'must not be empty', source);
    if (value.length > maxItems) {
      const message = `may hold ${maxItems} at most, and holds ${value.length}`;
      this.#say(severity, place, message, source);
    }
    const doubles = value.filter((one, index) => value.indexOf(one) < index);
    if (unique && doubles.length > 0) {
      const names = listed([...new Set(doubles.map(String))]);
      this.#say('warning', place, `names ${names} more than once`, source);
    }
    for (const [index, one] of value.entries()) {
      if (unique && value.indexOf(one) < index) continue;
      this.check(items, one, placeIn(place, String(index)), source);
    }
  }

  #checkScalar(
    shape: ScalarShape,
    value: string | number | boolean,
    place: string,
    source: string | undefined,
  ): void {
    const severity = shape.severity ?? 'error';
    if (shape.enum !== undefined && !shape.enum.includes(value)) {
      const known = shape.enum.map(String);
      const meant = typeof value === 'string' ? nearMiss(value, known) : undefined;
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      const wanted = known.length === 1 ? `be ${known[0]}` : `be one of ${known.join(', ')}`;
      this.#say(severity, place, `must ${wanted}, and is ${JSON.stringify(value)}${hint}`, source);
    } else if (shape.pattern !== undefined && !new RegExp(shape.pattern).test(String(value))) {
      const message = `must be ${shape.wanted}, and is ${JSON.stringify(value)}`;
      this.#say(severity, place, message, source);
    } else if (shape.text === true && String(value).trim() === '') {
      this.#say(severity, place, 'must name a text of i18n, and is empty', source);
    }
  }
}

/** A description in the middle of a sentence. */
function inWords(description: string): string {
  return `${description.charAt(0).toLowerCase()}${description.slice(1).replace(/\.$/, '')}`;
}

export function placeIn(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

function isOfKind(shape: Shape, value: unknown): boolean {
  switch (shape.type) {
    case 'object':
      // PHP writes an empty object as [].
      return isObject(value) || (Array.isArray(value) && value.length === 0);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === shape.type;
  }
}

function nameOfKind(shape: Shape): string {
  if (shape.type === 'boolean')
    return shape.enum?.length === 1 ? String(shape.enum[0]) : 'true or false';
  if (shape.type === 'string') return 'a text';
  if (shape.type === 'array') return 'a list, [ … ]';
  if (shape.type === 'object') return 'an object, { … }';
  return shape.enum === undefined ? 'a number' : shape.enum.join(' or ');
}

function nameOfValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  return JSON.stringify(value);
}
