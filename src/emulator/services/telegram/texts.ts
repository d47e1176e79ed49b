import { badRequest } from './api-error.ts';
import type { Parameters } from './parameters.ts';
import type { Fields } from './state.ts';

/** In UTF-16 units, after trimming. @see https://core.telegram.org/bots/api#sendmessage */
const TEXT_MAX = 4096;
const CAPTION_MAX = 1024;

/** The text of a message with its entities. @throws ApiError */
export function readText(parameters: Parameters): Fields {
  const text = parameters.text('text').trim();
  refuseParseMode(parameters);
  if (text === '') throw badRequest('message text is empty');
  if (text.length > TEXT_MAX) throw badRequest('message is too long');
  return withEntities('text', text, parameters.json('entities', 'entities'));
}

/** The caption with its entities; empty where there is none. @throws ApiError */
export function readCaption(parameters: Parameters): Fields {
  const caption = parameters.text('caption').trim();
  refuseParseMode(parameters);
  if (caption === '') return {};
  if (caption.length > CAPTION_MAX) throw badRequest('message caption is too long');
  return withEntities('caption', caption, parameters.json('caption_entities', 'entities'));
}

/** The double reads no markup language, so it must not pass for one that did. */
function refuseParseMode(parameters: Parameters): void {
  if (parameters.has('parse_mode')) throw badRequest('unsupported parse_mode');
}

/** `{text, entities}` or `{caption, caption_entities}`; commands and addresses are found where none are given. */
export function withEntities(name: 'text' | 'caption', text: string, given?: unknown): Fields {
  const entities = Array.isArray(given) ? given : findEntities(text);
  const list = name === 'text' ? 'entities' : 'caption_entities';
  return { [name]: text, ...(entities.length > 0 && { [list]: entities }) };
}

/** @see https://core.telegram.org/bots/api#messageentity */
function findEntities(text: string): Fields[] {
  const found: Fields[] = [];
  const patterns: [string, RegExp][] = [
    ['bot_command', /(?<=^|\s)\/\w{1,64}(?:@\w+)?/g],
    ['url', /https?:\/\/[^\s<>"]+/g],
  ];
  for (const [type, pattern] of patterns) {
    for (const { 0: part, index } of text.matchAll(pattern)) {
      found.push({ offset: index, length: part.length, type });
    }
  }
  return found.sort((one, other) => Number(one.offset) - Number(other.offset));
}
