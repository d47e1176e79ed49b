import type { JsonSource } from './json-source.ts';
import type { WidgetProblem } from './problem.ts';

export type Json = Record<string, unknown>;

/** A widget as it was found, opened as far as its faults allow. */
export interface WidgetPackage {
  path: string;
  /** Content by path inside the widget, with `/`; as if every file were in its place. */
  files: ReadonlyMap<string, Uint8Array>;
  /** Undefined if it is missing or unreadable, or the manifest of something else. */
  manifest: Json | undefined;
  /** Content of `i18n/<language>.json` by language; unreadable ones are left out. */
  i18n: Record<string, Json>;
  problems: WidgetProblem[];
  /** The JSON files by path, with the lines of their values. */
  json: ReadonlyMap<string, JsonSource>;
}

/** What the rules check. */
export type Widget = Pick<WidgetPackage, 'files' | 'manifest' | 'i18n' | 'json'>;

/** A value that is an object with keys. */
export function objectAt(value: unknown, name: string): Json | undefined {
  const part = (value as Json | undefined)?.[name];
  return isObject(part) ? part : undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The texts of a list; whatever else is in it is left out. */
export function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The languages the manifest names. */
export function localesOf(manifest: Json | undefined): string[] {
  return textsIn(objectAt(manifest, 'widget')?.locale);
}
