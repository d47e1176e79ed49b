import { emojiName, emojiSign, TYPED_EMOJI } from './emoji.ts';
import type { Fields } from './entities.ts';

/** The three signs that have a meaning in Slack's texts. @see https://docs.slack.dev/messaging/formatting-message-text */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

const LINK = /https?:\/\/[^\s<>]*[^\s<>.,:;!?)\]}"']/g;

/** Cuts a typed text into words, links and emoji, as Slack's client does. */
function pieces(typed: string): Fields[] {
  const found: { at: number; length: number; element: Fields }[] = [];
  for (const match of typed.matchAll(LINK)) {
    const element = { type: 'link', url: match[0] };
    found.push({ at: match.index, length: match[0].length, element });
  }
  for (const match of typed.matchAll(TYPED_EMOJI)) {
    const unicode = [...match[0]].map((sign) => sign.codePointAt(0)?.toString(16)).join('-');
    const element = { type: 'emoji', name: emojiName(match[0]), unicode };
    found.push({ at: match.index, length: match[0].length, element });
  }
  found.sort((one, other) => one.at - other.at);
  const elements: Fields[] = [];
  let end = 0;
  for (const { at, length, element } of found) {
    if (at < end) continue;
    if (at > end) elements.push({ type: 'text', text: typed.slice(end, at) });
    elements.push(element);
    end = at + length;
  }
  if (end < typed.length) elements.push({ type: 'text', text: typed.slice(end) });
  return elements;
}

/**
 * What becomes of a text that a member types: escaped, links in angle brackets, emoji as codes, and beside it the
 * same as a rich text block.
 */
export function typedText(typed: string, blockId: string): { text: string; blocks: Fields[] } {
  const elements = pieces(typed);
  const text = elements
    .map(({ type, url, name, text: words }) =>
      type === 'link'
        ? `<${escaped(String(url))}>`
        : type === 'emoji'
          ? `:${name}:`
          : escaped(String(words)),
    )
    .join('');
  if (elements.length === 0) return { text, blocks: [] };
  const section = { type: 'rich_text_section', elements };
  return { text, blocks: [{ type: 'rich_text', block_id: blockId, elements: [section] }] };
}

/** Links that a typed text holds, as they were typed. */
export function linksIn(typed: string): string[] {
  return [...typed.matchAll(LINK)].map(([url]) => url);
}

/** The text as a member reads it. */
export function shownText(text: string, nameOf: (user: string) => string): string {
  const plain = text
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, target: string, label: string | undefined) => {
      if (target.startsWith('@')) return `@${nameOf(target.slice(1))}`;
      if (/^[#!]/.test(target)) return label ?? target;
      return label === undefined || label === target ? target : `${label} (${target})`;
    })
    .replace(/:([a-z0-9_+-]+(?:::skin-tone-\d)?):/g, (_, name: string) => emojiSign(name));
  return unescaped(plain);
}
