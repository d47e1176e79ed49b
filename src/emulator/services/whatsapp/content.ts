import type { World } from '../../kommo/world.ts';
import { type Given, list, oneOf, optional, text } from '../given.ts';
import { receivedFile } from './file-sink.ts';
import { addSample, addUpload, hasFile, sampleOf } from './files.ts';
import { plain } from './messages.ts';
import { type Card, type Content, KINDS, type Kind, type Place, type StoredFile } from './state.ts';

const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * What a person writes. `kind` and, by kind: `text`, with `extra {list_reply or button_reply: {id, text}}` when it comes of
 * a press; `caption` and `file {name, mime, size, content_base64}` (a sample without it); `latitude`, `longitude`, `name`,
 * `address`; `contacts [{name, phone}]`; `question` and `options`.
 *
 * @throws TypeError naming what is wrong
 */
export function contentIn(world: World, given: Given): Content {
  const kind = oneOf(given, 'kind', KINDS) ?? 'text';
  if (hasFile(kind)) {
    return plain(kind, {
      text: optional(given, 'caption') ?? null,
      file: fileIn(world, kind, given).id,
    });
  }
  switch (kind) {
    case 'text':
      return plain(kind, { text: text(given, 'text'), extra: { ...(given.extra as Given) } });
    case 'location':
    case 'live_location':
      return plain(kind, { text: optional(given, 'caption') ?? null, location: placeIn(given) });
    case 'contacts':
      return plain(kind, { contacts: cardsIn(given) });
    case 'poll': {
      const options = given.options === undefined ? ['Yes', 'No'] : list(given, 'options');
      const question = optional(given, 'question') ?? 'Shall we?';
      return plain(kind, { extra: { question, options: options.map(String) } });
    }
    default:
      return plain(kind, {
        text: optional(given, 'text') ?? null,
        extra: { ...(given.extra as Given) },
      });
  }
}

function fileIn(world: World, kind: Kind, given: Given): StoredFile {
  const file = (given.file ?? {}) as Given;
  if (typeof file !== 'object') throw new TypeError('file: an object is expected');
  const sample = sampleOf(kind);
  const name = optional(file, 'name') ?? sample.name;
  const mime = optional(file, 'mime') ?? sample.mime;
  const content = file.content_base64;
  if (content === undefined) {
    return addSample(world, { ...sample, name, mime }, file.size as number | undefined);
  }
  if (typeof content !== 'string') throw new TypeError('file.content_base64: a text is expected');
  const bytes = Buffer.from(content, 'base64');
  if (bytes.length > KEPT_BYTES) throw new TypeError('file.content_base64: 4 MB at most');
  return addUpload(world, { name, mime }, receivedFile(bytes));
}

function placeIn(given: Given): Place {
  const number = (name: string, fallback: number) => {
    const value = given[name] ?? fallback;
    if (typeof value !== 'number') throw new TypeError(`${name}: a number is expected`);
    return value;
  };
  return {
    latitude: number('latitude', -23.5614),
    longitude: number('longitude', -46.6559),
    name: optional(given, 'name') ?? null,
    address: optional(given, 'address') ?? null,
  };
}

function cardsIn(given: Given): Card[] {
  const cards = given.contacts === undefined ? [{}] : list(given, 'contacts');
  return cards.map((one) => {
    const card = one as Given;
    return {
      name: optional(card, 'name') ?? 'Beatriz Lima',
      phone: optional(card, 'phone') ?? '5511987650000',
      organization: optional(card, 'organization') ?? null,
    };
  });
}

/** A contact as WhatsApp writes it. @see https://www.rfc-editor.org/rfc/rfc2426 */
export function vcardOf({ name, phone, organization }: Card): string {
  return [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `FN:${name}`,
    ...(organization === null ? [] : [`ORG:${organization};`]),
    `TEL;type=CELL;type=VOICE;waid=${phone}:+${phone}`,
    'END:VCARD',
  ].join('\n');
}
