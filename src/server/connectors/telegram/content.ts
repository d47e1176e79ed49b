import { messageText } from '../message-text.ts';
import type { MediaKind, PlaceholderKind, ReceivedContent, ReceivedMedia } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { digitsOf, isOwnContact } from './contact.ts';
import type { TelegramFile, TelegramMessage, TelegramSticker } from './update.ts';

/** Bots can fetch files up to this size, in bytes: https://core.telegram.org/bots/api#getfile */
const MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024;

/** More than this Telegram does not keep of one text. */
const MAX_ENTITIES = 100;

const MIME_TYPE = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/;

/** Members of a message that say nothing of its kind. */
const NEUTRAL = new Set([
  ...['message_id', 'message_thread_id', 'direct_messages_topic', 'from', 'sender_chat'],
  ...['sender_boost_count', 'sender_business_bot', 'sender_tag', 'date', 'edit_date', 'chat'],
  ...['business_connection_id', 'forward_origin', 'is_topic_message', 'is_automatic_forward'],
  ...[
    'reply_to_message',
    'external_reply',
    'quote',
    'reply_to_story',
    'reply_to_checklist_task_id',
  ],
  ...['via_bot', 'has_protected_content', 'is_from_offline', 'is_paid_post', 'media_group_id'],
  ...['author_signature', 'paid_star_count', 'entities', 'link_preview_options', 'effect_id'],
  ...['caption_entities', 'show_caption_above_media', 'has_media_spoiler', 'reply_markup'],
  ...['suggested_post_info', 'text', 'caption', 'reply_to_poll_option_id'],
]);

/** Messages by which Telegram tells what happened in a chat. Nobody wrote them. */
const SERVICE = [
  /^(?:new_chat_|left_chat_|delete_chat_photo|(?:super)?group_chat_created|channel_chat_created)/,
  /^(?:message_auto_delete_timer_changed|migrate_|pinned_message|chat_|users_shared)/,
  /^(?:connected_website|write_access_allowed|passport_data|proximity_alert_triggered|web_app_data)/,
  /^(?:boost_added|(?:general_)?forum_topic_|video_chat_|voice_chat_|giveaway_c|gift_upgrade_sent)/,
  /^(?:checklist_tasks_|direct_message_price_changed|paid_message_price_changed|suggested_post_)/,
  /^(?:poll_option_|managed_bot_created)/,
];

/** What a message says; `undefined` for what nobody wrote. Never throws. */
export function contentOf(message: TelegramMessage): ReceivedContent | undefined {
  const written = messageText(withLinks(message.text, message.entities));
  if (written !== undefined) return { kind: 'text', text: written };
  return (
    fileContentOf(message) ??
    dataContentOf(message) ??
    namedPlaceholderOf(message) ??
    other(message)
  );
}

/** Telegram knows many kinds of files, in the order to look: an animation is a document too. */
function fileContentOf(message: TelegramMessage): ReceivedContent | undefined {
  const { message_id: id } = message;
  const caption = messageText(withLinks(message.caption, message.caption_entities));
  const photo = largest(message.photo);
  if (photo !== undefined) {
    return carry('picture', { mime_type: 'image/jpeg', ...photo }, `photo_${id}.jpg`, caption);
  }
  const { animation, video, video_note: note, voice, audio, sticker } = message;
  if (animation) return carry('video', animation, `animation_${id}.mp4`, caption);
  if (video) return carry('video', video, `video_${id}.mp4`, caption);
  if (note) return carry('video', { mime_type: 'video/mp4', ...note }, `video_${id}.mp4`, caption);
  if (voice) return carry('voice', voice, `voice_${id}.ogg`, caption);
  if (audio) return carry('audio', audio, `audio_${id}.mp3`, caption);
  if (sticker) return stickerContentOf(sticker, id);
  if (message.document) return carry('file', message.document, `file_${id}`, caption);
  return undefined;
}

/** Animated stickers play nowhere but in Telegram; the emoji they stand for says as much. */
function stickerContentOf(sticker: TelegramSticker, id: string): ReceivedContent {
  const emoji = messageText(sticker.emoji);
  const isPicture = sticker.is_animated !== true && sticker.is_video !== true;
  if (isPicture) {
    return carry('sticker', { mime_type: 'image/webp', ...sticker }, `sticker_${id}.webp`);
  }
  if (emoji !== undefined) return { kind: 'text', text: emoji };
  return carry('file', sticker, `sticker_${id}.${sticker.is_video ? 'webm' : 'tgs'}`);
}

function dataContentOf(message: TelegramMessage): ReceivedContent | undefined {
  const { venue, location, contact } = message;
  const place = venue?.location ?? location;
  if (place !== undefined) {
    const text = messageText([venue?.title, venue?.address].filter(Boolean).join('\n'));
    return {
      kind: 'location',
      lat: place.latitude,
      lon: place.longitude,
      ...(text !== undefined && { text }),
    };
  }
  if (contact === undefined) return undefined;
  const phone = digitsOf(contact, isOwnContact(message));
  const name = plainLine([contact.first_name, contact.last_name].filter(Boolean).join(' '));
  if (phone === '') return placeholder('unsupported', name);
  return { kind: 'contact', name: name ?? phone, phone };
}

function namedPlaceholderOf(message: TelegramMessage): ReceivedContent | undefined {
  const { poll, dice, game, invoice, checklist } = message;
  if (poll) {
    const options = (poll.options ?? []).map((option) => option?.text).filter(Boolean);
    return placeholder('poll', [poll.question, ...options].join('\n'));
  }
  if (dice) return placeholder('dice', [dice.emoji, dice.value].filter(Boolean).join(' '));
  if (game) return placeholder('game', game.title);
  if (invoice) return placeholder('payment', invoice.title);
  if ('successful_payment' in message || 'refunded_payment' in message) {
    return placeholder('payment');
  }
  if ('story' in message) return placeholder('story');
  return checklist && placeholder('unsupported', checklist.title);
}

/** A kind that is newer than this file, or nothing that anybody wrote. */
function other(message: TelegramMessage): ReceivedContent | undefined {
  const telling = Object.keys(message).filter((key) => !NEUTRAL.has(key));
  if (telling.length === 0 && message.caption === undefined) return undefined;
  if (telling.some((key) => SERVICE.some((pattern) => pattern.test(key)))) return undefined;
  return placeholder('unsupported', message.caption);
}

function carry(
  kind: MediaKind,
  file: TelegramFile,
  madeName: string,
  text?: string,
): ReceivedContent {
  const fileName = plainLine(file.file_name?.replaceAll(/[/\\]/g, '_')) ?? madeName;
  if (file.file_size !== undefined && file.file_size > MAX_DOWNLOAD_BYTES) {
    return placeholder('file_too_large', [fileName, text].filter(Boolean).join('\n'));
  }
  const media: ReceivedMedia = { ref: { fileId: file.file_id }, fileName };
  if (file.mime_type !== undefined && MIME_TYPE.test(file.mime_type)) media.type = file.mime_type;
  if (file.file_size !== undefined && Number.isInteger(file.file_size)) {
    media.bytes = file.file_size;
  }
  return {
    kind,
    media,
    ...(text !== undefined && { text }),
    ...(file.duration !== undefined && { seconds: file.duration }),
  };
}

function placeholder(what: PlaceholderKind, words?: string): ReceivedContent {
  const detail = messageText(words);
  return { kind: 'placeholder', what, ...(detail !== undefined && { detail }) };
}

/** A picture comes in several sizes, usually the largest last. */
function largest(photo: TelegramMessage['photo']): TelegramFile | undefined {
  return photo?.reduce<TelegramFile | undefined>((best, size) => {
    if (size === undefined) return best;
    return best === undefined || (size.file_size ?? 0) >= (best.file_size ?? 0) ? size : best;
  }, undefined);
}

/** Writes addresses that stand behind words out: Kommo shows a text as it is. */
function withLinks(
  text: string | undefined,
  entities: TelegramMessage['entities'],
): string | undefined {
  if (text === undefined) return undefined;
  const links = (entities ?? [])
    .slice(0, MAX_ENTITIES)
    .filter((entity) => entity?.type === 'text_link' && entity.url !== undefined)
    .map((entity) => ({ end: (entity?.offset ?? 0) + (entity?.length ?? 0), url: entity?.url }))
    .filter(({ end, url }) => end <= text.length && !text.includes(url ?? ''))
    .sort((one, other) => other.end - one.end);
  return links.reduce(
    (all, { end, url }) => `${all.slice(0, end)} (${url})${all.slice(end)}`,
    text,
  );
}
