import type { PackageFiles } from './fault.ts';

/** Reads a file that must contain one JSON object. Returns the reason as text if it does not. */
export function readObject(files: PackageFiles, path: string): Record<string, unknown> | string {
  const bytes = files.get(path);
  if (bytes === undefined) return 'is missing';
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    return `is not valid JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : 'must hold a JSON object';
}

/** The text at a dotted key such as `widget.name`; undefined when there is none. */
export function textAt(texts: Record<string, unknown>, key: string): string | undefined {
  let value: unknown = texts;
  for (const part of key.split('.')) {
    value = (value as Record<string, unknown> | undefined)?.[part];
  }
  return typeof value === 'string' ? value : undefined;
}
