import type { World } from '../../kommo/world.ts';
import { type Given, optional, whole } from '../given.ts';
import { sampleBytes } from '../telegram/samples.ts';
import { uploadOf } from '../telegram/upload.ts';
import type { Member, StoredFile } from './entities.ts';
import { addFile, addSample, fillFile } from './files.ts';

interface Kind {
  sample: string;
  name: string;
  mimetype: string;
  /** What Slack says of it besides. */
  details: Partial<StoredFile>;
}

const none = {};

/**
 * What a member can send besides text. Audio clips recorded in Slack carry a subtype and the type of a video.
 *
 * @see https://docs.slack.dev/reference/objects/file-object
 */
const KINDS: Record<string, Kind> = {
  picture: { sample: 'photo-800.jpg', name: 'photo.jpg', mimetype: 'image/jpeg', details: none },
  file: {
    sample: 'document.pdf',
    name: 'document.pdf',
    mimetype: 'application/pdf',
    details: none,
  },
  video: { sample: 'video.mp4', name: 'video.mp4', mimetype: 'video/mp4', details: none },
  audio: {
    sample: 'voice.ogg',
    name: 'audio_message.ogg',
    mimetype: 'audio/ogg',
    details: { subtype: 'slack_audio', duration_ms: 2000 },
  },
};

/** The file of one message: the member's own bytes, a sample, or a sample made longer. @throws TypeError */
export function fileOf(world: World, member: Member, given: Given): StoredFile {
  const kindName = optional(given, 'kind') ?? 'text';
  const kind = Object.hasOwn(KINDS, kindName) ? KINDS[kindName] : undefined;
  if (kind === undefined) {
    throw new TypeError(`kind: one of text, link, ${Object.keys(KINDS).join(', ')} is expected`);
  }
  const file = (given.file ?? {}) as Given;
  if (typeof file !== 'object') throw new TypeError('file: an object is expected');
  const name = optional(file, 'name') ?? kind.name;
  const common = {
    ...kind.details,
    team_id: member.team_id,
    user: member.id,
    name,
    title: optional(file, 'title') ?? name,
    mimetype: optional(file, 'mime') ?? kind.mimetype,
  };
  const content = optional(file, 'content_base64');
  if (content === undefined) {
    const size = file.size === undefined ? sampleBytes(kind.sample).length : whole(file, 'size');
    return addSample(world, common, kind.sample, size);
  }
  const upload = uploadOf(Buffer.from(content, 'base64'), name, common.mimetype);
  if (upload.bytes === undefined) throw new TypeError('file.content_base64: 4 MB at most');
  const stored = addFile(world, common);
  fillFile(world, stored, upload);
  stored.stage = 'complete';
  return stored;
}
