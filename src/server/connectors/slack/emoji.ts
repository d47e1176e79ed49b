import { readFileSync } from 'node:fs';

/**
 * Every emoji and its short names, the usual one first: code points in hexadecimal, then the names. Taken from
 * `en/shortcodes/iamcal.json` of the package emojibase-data 17.0.0 (MIT, Miles Johnson), which follows emoji-data
 * (MIT, Cal Henderson), whose names Slack uses. The package itself has 50 MB.
 */
const TABLE = new URL('emoji-names.txt', import.meta.url);

const EMOJI = /^\p{RGI_Emoji}$/v;
const VARIATION_SELECTOR = '\ufe0f';
const SKIN_TONE = /[\u{1f3fb}-\u{1f3ff}]/gu;
const LIGHTEST = 0x1f3fb;

/** Slack counts the tones of the Fitzpatrick scale, whose first two are one. */
const FIRST_TONE = 2;
const TONE = /^([^:]+)(?:::skin-tone-([2-6]))?$/;

interface Names {
  byName: ReadonlyMap<string, string>;
  /** By the emoji without variation selectors, which people and services set as they like. */
  byEmoji: ReadonlyMap<string, string>;
}

let known: Names | undefined;

/**
 * @param name as Slack has it in reactions and texts, without the outer colons: `thumbsup`, `+1::skin-tone-3`
 * @returns undefined for one that the workspace made itself
 */
export function emojiOf(name: string): string | undefined {
  const [, base = '', tone] = TONE.exec(name) ?? [];
  const emoji = names().byName.get(base);
  if (emoji === undefined || tone === undefined) return emoji;
  const [person = '', ...rest] = emoji;
  const modifier = String.fromCodePoint(LIGHTEST + Number(tone) - FIRST_TONE);
  if (rest[0] === VARIATION_SELECTOR) rest.shift();
  const toned = person + modifier + rest.join('');
  return EMOJI.test(toned) ? toned : emoji;
}

/** What Slack calls an emoji; undefined when it has no name for it. */
export function emojiNameOf(emoji: string): string | undefined {
  const tones = [...new Set(emoji.match(SKIN_TONE))];
  const name = names().byEmoji.get(bare(emoji.replace(SKIN_TONE, '')));
  const [tone] = tones;
  if (name === undefined || tone === undefined || tones.length > 1) return name;
  return `${name}::skin-tone-${(tone.codePointAt(0) ?? LIGHTEST) - LIGHTEST + FIRST_TONE}`;
}

function names(): Names {
  known ??= readNames();
  return known;
}

function readNames(): Names {
  const byName = new Map<string, string>();
  const byEmoji = new Map<string, string>();
  for (const line of readFileSync(TABLE, 'utf8').trim().split('\n')) {
    const [points = '', ...itsNames] = line.split(' ');
    const written = String.fromCodePoint(...points.split('-').map((point) => parseInt(point, 16)));
    const emoji = EMOJI.test(written) ? written : written + VARIATION_SELECTOR;
    for (const name of itsNames) byName.set(name, emoji);
    if (itsNames[0] !== undefined) byEmoji.set(bare(emoji), itsNames[0]);
  }
  return { byName, byEmoji };
}

function bare(emoji: string): string {
  return emoji.replaceAll(VARIATION_SELECTOR, '');
}
