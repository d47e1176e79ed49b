import { readdirSync, readFileSync } from 'node:fs';
import type english from '../../../i18n/messages/en.json';

type Texts = typeof english;

const FOLDER = new URL('../../../i18n/messages/', import.meta.url);
const FALLBACK = 'en';

const TEXTS = new Map<string, Texts>(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [
      name.slice(0, -'.json'.length),
      JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')),
    ]),
);

/**
 * What a manager reads in Kommo about a message: why it failed, or what stands in its place.
 *
 * @param language the account's; English where we do not have it
 */
export function messageText<Group extends keyof Texts>(
  language: string,
  group: Group,
  name: keyof Texts[Group],
): string {
  const tag = language.toLowerCase().replace(/[-_].*$/s, '');
  const texts = TEXTS.get(tag) ?? TEXTS.get(FALLBACK);
  const text = texts?.[group][name];
  if (typeof text !== 'string') throw new Error(`i18n/messages/${tag}.json lacks a text.`);
  return text;
}
