import type { World } from '../../kommo/world.ts';
import { generatedBytes, sampleBytes, sha256Of } from '../telegram/samples.ts';
import type { Upload } from '../telegram/upload.ts';
import type { Fields, StoredFile } from './entities.ts';
import { runtimeOf } from './runtime.ts';
import { nextId, nextNumber, slackOrigin, slackState } from './state.ts';

/** What a workspace takes. @see https://slack.com/help/articles/201330736 */
const FILE_MAX = 1024 * 1024 * 1024;

/** File types by the name's ending, with Slack's words for them. @see https://docs.slack.dev/reference/objects/file-object */
const TYPES: Record<string, [type: string, pretty: string, mimetype: string]> = {
  jpg: ['jpg', 'JPEG', 'image/jpeg'],
  jpeg: ['jpg', 'JPEG', 'image/jpeg'],
  png: ['png', 'PNG', 'image/png'],
  gif: ['gif', 'GIF', 'image/gif'],
  webp: ['webp', 'WebP', 'image/webp'],
  mp4: ['mp4', 'MPEG 4 Video', 'video/mp4'],
  webm: ['webm', 'WebM', 'video/webm'],
  mp3: ['mp3', 'MP3', 'audio/mpeg'],
  m4a: ['m4a', 'MPEG 4 Audio', 'audio/mp4'],
  ogg: ['ogg', 'Ogg', 'audio/ogg'],
  oga: ['ogg', 'Ogg', 'audio/ogg'],
  wav: ['wav', 'WAV', 'audio/wav'],
  pdf: ['pdf', 'PDF', 'application/pdf'],
  txt: ['text', 'Plain Text', 'text/plain'],
  csv: ['csv', 'CSV', 'text/csv'],
  zip: ['zip', 'Zip', 'application/zip'],
  docx: [
    'docx',
    'Word Document',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ],
};

function typeOf(name: string): [type: string, pretty: string, mimetype: string] {
  const ending = /\.(\w{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const known = Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined;
  return known ?? ['binary', 'Binary', 'application/octet-stream'];
}

type NewFile = Pick<StoredFile, 'team_id' | 'user' | 'name'> & Partial<StoredFile>;

export function addFile(world: World, file: NewFile): StoredFile {
  const stored: StoredFile = {
    id: nextId(world, 'F'),
    title: file.name,
    mimetype: typeOf(file.name)[2],
    size: 0,
    sha256: '',
    source: { from: 'upload' },
    subtype: null,
    duration_ms: null,
    created: world.clock.seconds(),
    stage: 'complete',
    shares: [],
    ...file,
  };
  slackState(world).files[stored.id] = stored;
  return stored;
}

/** A sample as it is, or made up to `size` bytes. @throws TypeError for a size below the sample's */
export function addSample(world: World, file: NewFile, sample: string, size?: number): StoredFile {
  const bytes = sampleBytes(sample);
  if (size === undefined || size === bytes.length) {
    const source = { from: 'sample', sample } as const;
    return addFile(world, { ...file, size: bytes.length, sha256: sha256Of([bytes]), source });
  }
  if (!Number.isInteger(size) || size < bytes.length || size > FILE_MAX) {
    throw new TypeError(`size: ${bytes.length} bytes to 1 GB are expected`);
  }
  const seed = nextNumber(world);
  const sha256 = sha256Of(generatedBytes(sample, seed, size));
  return addFile(world, { ...file, size, sha256, source: { from: 'generated', sample, seed } });
}

/** The bytes of an upload have come. */
export function fillFile(world: World, file: StoredFile, upload: Upload): void {
  file.size = upload.size;
  file.sha256 = upload.sha256;
  file.stage = 'uploaded';
  if (upload.bytes !== undefined) runtimeOf(world).uploads.keep(file.id, upload.bytes);
}

export function findFile(world: World, teamId: string, id: string): StoredFile | undefined {
  const { files } = slackState(world);
  const file = Object.hasOwn(files, id) ? files[id] : undefined;
  return file?.team_id === teamId ? file : undefined;
}

/** The file's bytes; undefined for an upload that was not kept. */
export function contentOf(
  world: World,
  { id, source, size }: StoredFile,
): Iterable<Buffer> | undefined {
  if (source.from === 'sample') return [sampleBytes(source.sample)];
  if (source.from === 'generated') return generatedBytes(source.sample, source.seed, size);
  const bytes = runtimeOf(world).uploads.find(id);
  return bytes === undefined ? undefined : [bytes];
}

/** The name as it stands in the file's address: lower case, everything else an underscore. */
function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9.-]+/g, '_');
}

/** @see https://docs.slack.dev/reference/objects/file-object */
export function fileObject(world: World, file: StoredFile): Fields {
  const [filetype, pretty_type] = typeOf(file.name);
  const path = `files-pri/${file.team_id}-${file.id}`;
  const origin = slackOrigin(world);
  const isMedia = /^(image|video|audio)\//.test(file.mimetype);
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype,
    pretty_type,
    user: file.user,
    user_team: file.team_id,
    editable: false,
    size: file.size,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: false,
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: `${origin}/${path}/${slug(file.name)}`,
    url_private_download: `${origin}/${path}/download/${slug(file.name)}`,
    ...(isMedia && { media_display_type: file.subtype === 'slack_audio' ? 'audio' : 'unknown' }),
    ...(file.subtype !== null && { subtype: file.subtype }),
    ...(file.duration_ms !== null && { duration_ms: file.duration_ms }),
    permalink: `${origin}/files/${file.user}/${file.id}/${slug(file.name)}`,
    has_rich_preview: false,
    file_access: 'visible',
  };
}

/** Where a file was shared: direct messages are private. @see https://docs.slack.dev/reference/methods/files.info */
export function sharesOf({ shares, team_id }: StoredFile): Fields {
  const byKind: Record<string, Record<string, Fields[]>> = {};
  for (const { channel, ts, thread_ts } of shares) {
    const kind = channel.startsWith('C') ? 'public' : 'private';
    byKind[kind] ??= {};
    const known = byKind[kind][channel] ?? [];
    byKind[kind][channel] = known;
    known.push({
      reply_users: [],
      reply_users_count: 0,
      reply_count: 0,
      ts,
      ...(thread_ts !== null && { thread_ts }),
      team_id,
      share_user_id: '',
    });
  }
  return byKind;
}
