import type { World } from '../../kommo/world.ts';
import { badRequest } from './api-error.ts';
import { botUser } from './bots.ts';
import { type Call, chatToRead, type Method } from './call.ts';
import { chatFields } from './chats.ts';
import { addSample, DOWNLOAD_MAX, fileFields, fileOf } from './files.ts';
import { PHOTO_SIZES } from './samples.ts';
import { type Bot, type Fields, type StoredFile, telegramState } from './state.ts';

const HAVE_PHOTO = new Set(['demo_support_bot']);

/** How long a file's path works; Telegram promises at least that. */
const PATH_SECONDS = 3600;

/** Methods that only tell, by name in lower case. */
export const READ_METHODS: Record<string, Method> = {
  getme: ({ bot }) => ({
    ...botUser(bot),
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  }),
  getchat: getChat,
  getuserprofilephotos: getUserProfilePhotos,
  getfile: getFile,
  logout: () => true,
  close: () => true,
};

function getChat(call: Call): Fields {
  const { world, bot } = call;
  const chat = chatToRead(call);
  const photo = chat.type === 'private' ? profilePhoto(world, bot, chat.id) : undefined;
  const [small, big] = [photo?.[0], photo?.at(-1)];
  return {
    ...chatFields(world, chat),
    accent_color_id: 0,
    max_reaction_count: 11,
    ...(small !== undefined &&
      big !== undefined && {
        photo: {
          small_file_id: small.file_id,
          small_file_unique_id: small.file_unique_id,
          big_file_id: big.file_id,
          big_file_unique_id: big.file_unique_id,
        },
      }),
  };
}

function getUserProfilePhotos({ world, bot, parameters }: Call): object {
  const id = parameters.number('user_id');
  if (id === undefined) throw badRequest('invalid user_id specified');
  const isItself = id === bot.id;
  if (!isItself && telegramState(world).people[id] === undefined)
    throw badRequest('user not found');
  const photo = isItself ? ownPhoto(world, bot) : profilePhoto(world, bot, id);
  return {
    total_count: photo === undefined ? 0 : 1,
    photos: photo === undefined ? [] : [photo.map(fileFields)],
  };
}

/** A bot that its owner gave a photo to; the numbered ones have none. */
function ownPhoto(world: World, bot: Bot): StoredFile[] | undefined {
  if (!HAVE_PHOTO.has(bot.username)) return undefined;
  const { files } = telegramState(world);
  bot.photo_file_ids ??= PHOTO_SIZES.slice(0, 3).map(
    (size) => addSample(world, bot, 'photo', size).file_id,
  );
  return bot.photo_file_ids.flatMap((id) => files[id] ?? []);
}

/** The sizes of a client's photo, made at the first look; undefined for somebody without one. */
function profilePhoto(world: World, bot: Bot, personId: number): StoredFile[] | undefined {
  const { people, files } = telegramState(world);
  const person = people[personId];
  if (!person?.has_photo) return undefined;
  person.photo_file_ids ??= {};
  person.photo_file_ids[bot.id] ??= PHOTO_SIZES.slice(0, 3).map(
    (size) => addSample(world, bot, 'photo', size).file_id,
  );
  return person.photo_file_ids[bot.id]?.flatMap((id) => files[id] ?? []);
}

/** @see https://core.telegram.org/bots/api#getfile */
function getFile({ world, bot, parameters }: Call): Fields {
  const id = parameters.text('file_id');
  if (id === '') throw badRequest('file_id not specified');
  const file = fileOf(world, bot, id);
  if (file === undefined) throw badRequest('invalid file_id');
  if (file.size > DOWNLOAD_MAX) throw badRequest('file is too big');
  if (file.is_unavailable) {
    throw badRequest('wrong file_id or the file is temporarily unavailable');
  }
  file.path_until = world.clock.seconds() + PATH_SECONDS;
  const { file_id, file_unique_id, size, path } = file;
  return { file_id, file_unique_id, file_size: size, file_path: path };
}
