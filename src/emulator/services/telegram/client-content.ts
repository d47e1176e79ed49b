import type { World } from '../../kommo/world.ts';
import { type Given, list, optional, text, whole } from '../given.ts';
import type { Content } from './chats.ts';
import { pictureSize } from './file-kind.ts';
import { addSample, addUpload, fileFields } from './files.ts';
import { PHOTO_SIZES, SAMPLES, type Sample, STICKERS } from './samples.ts';
import { type Bot, type Fields, nextNumber, own, type Person, type StoredFile } from './state.ts';
import { withEntities } from './texts.ts';
import { uploadOf } from './upload.ts';

/** Who writes what to which bot. */
export interface Writing {
  world: World;
  bot: Bot;
  person: Person | undefined;
  given: Given;
}

type Builder = (writing: Writing) => Content;

const BUILDERS: Record<string, Builder> = {
  text: ({ given }) => plain('text', withEntities('text', text(given, 'text'), given.entities)),
  start: ({ given }) => {
    const payload = given.payload === undefined ? '' : ` ${text(given, 'payload')}`;
    return plain('text', withEntities('text', `/start${payload}`));
  },
  photo,
  animation: (writing) => {
    const { content, file } = media(writing, 'animation');
    const { width: _w, height: _h, duration: _d, ...document } = fileFields(file);
    return { ...content, fields: { ...content.fields, document } };
  },
  ...Object.fromEntries(
    ['video', 'video_note', 'document', 'voice', 'audio'].map((type): [string, Builder] => [
      type,
      (writing) => media(writing, type).content,
    ]),
  ),
  sticker,
  location: ({ given }) => plain('location', { location: place(given) }),
  venue: ({ given }) => {
    const location = place(given);
    const title = optional(given, 'title') ?? 'Kommo Café';
    const address = optional(given, 'address') ?? 'Av. Paulista, 1000';
    return plain('venue', { location, venue: { location, title, address } });
  },
  contact,
  poll: ({ world, given }) => plain('poll', { poll: poll(world, given) }),
  dice: ({ given }) =>
    plain('dice', {
      dice: { emoji: optional(given, 'emoji') ?? '🎲', value: whole(given, 'value', 4) },
    }),
  story: ({ person }) =>
    plain('story', { story: { id: 1, chat: { id: person?.id, type: 'private' } } }),
  new_members: ({ given }) =>
    plain('new_chat_members', { new_chat_members: list(given, 'members') }),
};

/** Names of the kinds one message can be. */
const KINDS = Object.keys(BUILDERS);

/** Builds the content of one message. @throws TypeError naming what is wrong */
export function clientContent(writing: Writing): Content {
  const kind = text(writing.given, 'kind');
  const build = own(BUILDERS, kind);
  if (build === undefined) {
    throw new TypeError(`kind: one of ${[...KINDS, 'album'].join(', ')} is expected`);
  }
  const content = build(writing);
  const extra = writing.given.extra;
  if (extra === undefined) return content;
  if (typeof extra !== 'object' || extra === null)
    throw new TypeError('extra: an object is expected');
  return { ...content, fields: { ...content.fields, ...extra } };
}

function plain(kind: string, fields: Fields): Content {
  return { kind, fields, file_ids: [] };
}

function place(given: Given): Fields {
  const number = (name: string, fallback: number) => {
    const value = given[name] ?? fallback;
    if (typeof value !== 'number') throw new TypeError(`${name}: a number is expected`);
    return value;
  };
  return { latitude: number('latitude', -23.5614), longitude: number('longitude', -46.6559) };
}

function captionOf(given: Given): Fields {
  const caption = optional(given, 'caption');
  return caption === undefined ? {} : withEntities('caption', caption, given.caption_entities);
}

/** The file a client sends: its own bytes, a sample, or a sample made longer. */
function fileFor({ world, bot, given }: Writing, type: string, sample: Sample) {
  const file = (given.file ?? {}) as Given;
  if (typeof file !== 'object') throw new TypeError('file: an object is expected');
  const name = optional(file, 'name') ?? sample.name;
  const mime = optional(file, 'mime') ?? sample.mime;
  const content = optional(file, 'content_base64');
  if (content !== undefined) {
    const upload = uploadOf(Buffer.from(content, 'base64'), name, mime);
    if (upload.bytes === undefined) throw new TypeError('file.content_base64: 4 MB at most');
    const isPicture = type === 'photo' || type === 'animation';
    const shape = isPicture ? pictureSize(upload.head) : undefined;
    return addUpload(world, bot, type, upload, { ...sample.details, ...shape });
  }
  const size = file.size === undefined ? undefined : whole(file, 'size');
  return addSample(world, bot, type, { ...sample, name, mime }, size);
}

function media(writing: Writing, type: string): { content: Content; file: StoredFile } {
  const sample = SAMPLES[type];
  if (sample === undefined) throw new TypeError(`kind: there is no sample of ${type}`);
  const file = fileFor(writing, type, sample);
  const caption = type === 'video_note' ? {} : captionOf(writing.given);
  const fields = { [type]: fileFields(file), ...caption };
  return { content: { kind: type, fields, file_ids: [file.file_id] }, file };
}

/** Telegram makes several sizes of a photo; the client's own file is the largest. */
function photo(writing: Writing): Content {
  const { world, bot, given } = writing;
  const largest = PHOTO_SIZES.at(-1);
  if (largest === undefined) throw new Error('There are no sample photos.');
  const own = fileFor(writing, 'photo', largest);
  const width = Number(own.details.width);
  const smaller = PHOTO_SIZES.slice(0, -1)
    .filter(({ details }) => Number(details.width) < width)
    .map((size) => addSample(world, bot, 'photo', size));
  const sizes = [...smaller, own];
  return {
    kind: 'photo',
    fields: { photo: sizes.map(fileFields), ...captionOf(given) },
    file_ids: [own.file_id],
  };
}

function sticker(writing: Writing): Content {
  const format = optional(writing.given, 'format') ?? 'webp';
  if (format !== 'webp' && format !== 'tgs' && format !== 'webm') {
    throw new TypeError('format: webp, tgs or webm is expected');
  }
  const file = fileFor(writing, 'sticker', STICKERS[format]);
  const emoji = optional(writing.given, 'emoji');
  const fields = { sticker: { ...fileFields(file), ...(emoji !== undefined && { emoji }) } };
  return { kind: 'sticker', fields, file_ids: [file.file_id] };
}

/** `own`: the client's own number, which names the client as its user; else somebody else's card. */
function contact({ person, given }: Writing): Content {
  const isOwn = given.own === true;
  if (isOwn && person === undefined) throw new TypeError('own: a client is expected');
  const phone_number =
    optional(given, 'phone_number') ??
    (isOwn ? person?.phone_number : undefined) ??
    '5511987654321';
  const first_name = optional(given, 'first_name') ?? (isOwn ? person?.first_name : 'Beatriz');
  const last_name = optional(given, 'last_name') ?? (isOwn ? person?.last_name : undefined);
  const user_id = isOwn ? person?.id : given.user_id;
  return plain('contact', {
    contact: {
      phone_number,
      first_name,
      ...(last_name !== undefined && { last_name }),
      ...(user_id !== undefined && { user_id }),
    },
  });
}

function poll(world: World, given: Given): Fields {
  const options = given.options === undefined ? ['Yes', 'No'] : list(given, 'options');
  return {
    id: String(nextNumber(world)),
    question: optional(given, 'question') ?? 'Shall we?',
    options: options.map((option) => ({ text: String(option), voter_count: 0 })),
    total_voter_count: 0,
    is_closed: false,
    is_anonymous: true,
    type: 'regular',
    allows_multiple_answers: false,
  };
}
