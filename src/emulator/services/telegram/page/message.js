import { button, make } from '../../page-parts/elements.js';

/**
 * One message of the chat, as an element.
 *
 * @typedef {{file_id: string, type: string, name: string, mime: string, size: number, sha256: string | null, url: string}} SeenFile
 * @typedef {{text: string, url?: string, callback_data?: string}} Button
 * @typedef {{
 *   message_id: number, from: 'client' | 'bot', author: string, kind: string, date: number,
 *   text: string | null, caption: string | null, files: SeenFile[], buttons: Button[][],
 *   reply_to: number | null, reactions: {client: string[], bot: string[]}, earlier: string[],
 *   edit_date: number | null, is_deleted: boolean, message: Record<string, any>,
 * }} Seen
 * @typedef {{reply(message: Seen): void, edit(message: Seen): void, react(message: Seen, emoji: string | null): void,
 *   remove(message: Seen): void, press(message: Seen, button: Button): void}} Acts
 */

const EMOJI = ['👍', '❤', '😁', '😱', '😢', '🙏'];
const SHOWN_BYTES = 4 * 1024 * 1024;

/**
 * @param {Seen} message
 * @param {(id: number) => Seen | undefined} find
 * @param {Acts} acts
 */
export function messageElement(message, find, acts) {
  const classes = ['bubble', message.from, ...(message.is_deleted ? ['deleted'] : [])];
  const item = make('article', { class: classes.join(' '), id: `message-${message.message_id}` });
  item.append(headOf(message));
  if (message.reply_to !== null) item.append(quoteOf(message, find(message.reply_to)));
  item.append(...message.files.map(fileElement));
  const words = wordsOf(message);
  if (words !== '') item.append(make('p', {}, [words]));
  if (message.earlier.length > 0) {
    item.append(make('p', { class: 'faint' }, [`Before: ${message.earlier.join(' → ')}`]));
  }
  const reactions = [...message.reactions.client, ...message.reactions.bot];
  if (reactions.length > 0) {
    item.append(
      make('p', { 'aria-label': `Reactions: ${reactions.join(' ')}` }, [reactions.join(' ')]),
    );
  }
  if (message.buttons.length > 0 && !message.is_deleted) item.append(keyboardOf(message, acts));
  if (!message.is_deleted) item.append(moreOf(message, acts));
  return item;
}

/** @param {Seen} message */
function headOf({ author, message_id, date, edit_date, is_deleted }) {
  const time = new Date(date * 1000);
  const notes = [edit_date === null ? '' : 'edited', is_deleted ? 'deleted' : ''].filter(Boolean);
  return make('div', { class: 'head' }, [
    make('strong', {}, [author]),
    make('span', { class: 'faint' }, [[...notes, `#${message_id}`].join(' ')]),
    make('time', { datetime: time.toISOString() }, [time.toLocaleTimeString()]),
  ]);
}

/**
 * @param {Seen} message
 * @param {Seen | undefined} quoted
 */
function quoteOf(message, quoted) {
  const words = quoted === undefined ? `message ${message.reply_to}` : summaryOf(quoted);
  return make('blockquote', {}, [words]);
}

/** @param {Seen} message */
export function summaryOf(message) {
  const words = wordsOf(message);
  return words === '' ? message.kind : words.slice(0, 80);
}

/**
 * What the message says in words.
 *
 * @param {Seen} message
 */
function wordsOf({ text, caption, kind, message }) {
  if (text !== null) return text;
  if (caption !== null) return caption;
  const { venue, location, contact, poll, dice, new_chat_members: members } = message;
  if (venue) return `📍 ${venue.title}, ${venue.address}`;
  if (location) return `📍 ${location.latitude}, ${location.longitude}`;
  if (contact) return `👤 ${contact.first_name} ${contact.last_name ?? ''} ${contact.phone_number}`;
  if (poll) return `📊 ${poll.question}`;
  if (dice) return `${dice.emoji} ${dice.value}`;
  if (members) return 'New members';
  return kind === 'migration' || kind === 'story' ? kind : '';
}

/** @param {SeenFile} file */
function fileElement(file) {
  const isSmall = file.size <= SHOWN_BYTES;
  if (isSmall && ['photo', 'sticker'].includes(file.type) && file.mime.startsWith('image/')) {
    return make('img', { src: file.url, alt: `${file.type}: ${file.name}`, loading: 'lazy' });
  }
  if (isSmall && file.mime.startsWith('video/')) {
    return make('video', {
      src: file.url,
      controls: '',
      preload: 'metadata',
      'aria-label': file.name,
    });
  }
  if (isSmall && file.mime.startsWith('audio/')) {
    return make('audio', {
      src: file.url,
      controls: '',
      preload: 'metadata',
      'aria-label': file.name,
    });
  }
  const size = file.size < 1024 ? `${file.size} B` : `${Math.round(file.size / 1024)} KB`;
  const label = `📄 ${file.name} (${size})`;
  if (!isSmall) return make('p', { title: `SHA-256 ${file.sha256 ?? 'not counted'}` }, [label]);
  const link = make('a', { href: file.url, download: file.name }, [label]);
  return make('p', { title: `SHA-256 ${file.sha256 ?? 'not counted'}` }, [link]);
}

/**
 * @param {Seen} message
 * @param {Acts} acts
 */
function keyboardOf(message, acts) {
  const rows = message.buttons.map((row) =>
    make(
      'div',
      {},
      row.map((one) =>
        one.url === undefined
          ? button(one.text, () => acts.press(message, one))
          : make('a', { href: one.url, target: '_blank', rel: 'noreferrer' }, [one.text]),
      ),
    ),
  );
  return make('div', { class: 'keyboard', role: 'group', 'aria-label': 'Buttons' }, rows);
}

/**
 * @param {Seen} message
 * @param {Acts} acts
 */
function moreOf(message, acts) {
  const own = message.from === 'client';
  const isEditable = own && (message.text !== null || message.files.length > 0);
  const chosen = message.reactions.client[0];
  const details = make('details', { class: 'more' });
  /** What goes on below the chat leaves nothing open here. @param {(message: Seen) => void} begin */
  const leave = (begin) => () => {
    details.removeAttribute('open');
    begin(message);
  };
  const tools = make('div', { class: 'tools' }, [
    button('Reply', leave(acts.reply)),
    ...(isEditable ? [button('Edit', leave(acts.edit))] : []),
    ...(own ? [button('Delete', () => acts.remove(message))] : []),
    ...EMOJI.map((emoji) =>
      button(emoji, () => acts.react(message, emoji === chosen ? null : emoji), {
        'aria-label': `React with ${emoji}`,
        'aria-pressed': String(emoji === chosen),
      }),
    ),
  ]);
  const summary = make('summary', { 'aria-label': `More: message ${message.message_id}` }, [
    'More',
  ]);
  // At the end of the chat, what opens would open out of sight.
  summary.addEventListener('click', () => {
    requestAnimationFrame(() => tools.scrollIntoView({ block: 'nearest' }));
  });
  details.append(summary, tools);
  return details;
}
