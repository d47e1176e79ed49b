import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the project, without a trailing slash. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** The version of package.json, which is also the widget's. */
export function projectVersion(): string {
  const text = readFileSync(`${PROJECT}/package.json`, 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
