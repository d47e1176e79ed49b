import { button, make } from '../../page-parts/elements.js';

/**
 * One message of the conversation, as an element.
 *
 * @typedef {{id: string, name: string, title: string, mimetype: string, subtype: string | null, size: number, sha256: string, url: string}} SeenFile
 * @typedef {{name: string, emoji: string, users: string[]}} Reaction
 * @typedef {{
 *   ts: string, from: 'app' | 'member', author: string, author_id: string, text: string, shown: string,
 *   files: SeenFile[], buttons: {text: string, url: string | null}[],
 *   previews: {title: string, text: string, url: string}[], thread_ts: string | null, reactions: Reaction[],
 *   earlier: string[], is_edited: boolean, is_deleted: boolean, at: number,
 * }} Seen
 * @typedef {{
 *   me(): string, reply(message: Seen): void, edit(message: Seen): void, remove(message: Seen): void,
 *   react(message: Seen, emoji: string, isTaken: boolean): void,
 * }} Acts
 */

const EMOJI = ['👍', '❤️', '😂', '🎉', '👀', '✅'];
const SHOWN_BYTES = 4 * 1024 * 1024;

/** @param {string} ts */
export function elementId(ts) {
  return `message-${ts.replace('.', '-')}`;
}

/**
 * @param {Seen} message
 * @param {(ts: string) => Seen | undefined} find
 * @param {Acts} acts
 */
export function messageElement(message, find, acts) {
  const { ts, from, thread_ts: thread, is_deleted: isDeleted } = message;
  const classes = ['message', from, thread === null ? '' : 'reply', isDeleted ? 'deleted' : ''];
  const item = make('article', { class: classes.filter(Boolean).join(' '), id: elementId(ts) });
  item.append(headOf(message));
  if (thread !== null) item.append(threadOf(thread, find(thread)));
  item.append(...message.files.map(fileElement));
  if (message.shown !== '') item.append(make('p', {}, [message.shown]));
  item.append(...message.previews.map(previewElement));
  item.append(...buttonsOf(message));
  if (message.earlier.length > 0) {
    item.append(make('p', { class: 'faint' }, [`Before: ${message.earlier.join(' → ')}`]));
  }
  if (message.reactions.length > 0) item.append(reactionsOf(message));
  if (!isDeleted) item.append(moreOf(message, acts));
  return item;
}

/** @param {Seen} message */
function headOf({ author, at, is_edited: isEdited, is_deleted: isDeleted }) {
  const time = new Date(at);
  const notes = [isEdited ? 'edited' : '', isDeleted ? 'deleted' : ''].filter(Boolean);
  return make('div', { class: 'head' }, [
    make('strong', {}, [author]),
    make('span', { class: 'faint' }, [notes.join(' ')]),
    make('time', { datetime: time.toISOString() }, [time.toLocaleTimeString()]),
  ]);
}

/**
 * @param {string} ts
 * @param {Seen | undefined} root
 */
function threadOf(ts, root) {
  return make('blockquote', {}, [`Thread: ${root === undefined ? ts : summaryOf(root)}`]);
}

/** @param {Seen} message */
export function summaryOf({ shown, files }) {
  const words = shown || files.map(({ name }) => name).join(', ');
  return words.slice(0, 80);
}

/** @param {{title: string, text: string, url: string}} preview */
function previewElement({ title, text, url }) {
  const link = make('a', { href: url, target: '_blank', rel: 'noreferrer' }, [title]);
  return make('div', { class: 'preview' }, [
    url === '' ? title : link,
    ...(text === '' ? [] : [make('p', { class: 'faint' }, [text])]),
  ]);
}

/** @param {Seen} message */
function buttonsOf({ buttons }) {
  if (buttons.length === 0) return [];
  const list = buttons.map(({ text, url }) =>
    url === null
      ? make('span', { class: 'faint' }, [`[${text}]`])
      : make('a', { href: url, target: '_blank', rel: 'noreferrer' }, [text]),
  );
  return [make('div', { class: 'tools', role: 'group', 'aria-label': 'Buttons' }, list)];
}

/** @param {Seen} message */
function reactionsOf({ reactions }) {
  const words = reactions.map(({ emoji, users }) => `${emoji} ${users.length}`).join('  ');
  const label = `Reactions: ${reactions.map(({ name, users }) => `${name} ${users.length}`).join(', ')}`;
  return make('p', { role: 'img', 'aria-label': label }, [words]);
}

/** @param {SeenFile} file */
function fileElement(file) {
  const isSmall = file.size <= SHOWN_BYTES;
  const { name, url } = file;
  if (isSmall && file.mimetype.startsWith('image/')) {
    return make('img', { src: url, alt: `Picture: ${name}`, loading: 'lazy' });
  }
  const isAudio = file.mimetype.startsWith('audio/') || file.subtype === 'slack_audio';
  if (isSmall && (isAudio || file.mimetype.startsWith('video/'))) {
    const player = isAudio ? 'audio' : 'video';
    return make(player, { src: url, controls: '', preload: 'metadata', 'aria-label': name });
  }
  const size = file.size < 1024 ? `${file.size} B` : `${Math.round(file.size / 1024)} KB`;
  const label = `📄 ${name} (${size})`;
  const shown = isSmall ? make('a', { href: url, download: name }, [label]) : label;
  return make('p', { title: `SHA-256 ${file.sha256}` }, [shown]);
}

/**
 * @param {Seen} message
 * @param {Acts} acts
 */
function moreOf(message, acts) {
  const me = acts.me();
  const isOwn = message.author_id === me;
  const isMine = (/** @type {string} */ emoji) =>
    message.reactions.some((one) => one.emoji === emoji && one.users.includes(me));
  const details = make('details', { class: 'more' });
  /** What goes on below the chat leaves nothing open here. @param {(message: Seen) => void} begin */
  const leave = (begin) => () => {
    details.removeAttribute('open');
    begin(message);
  };
  const tools = make('div', { class: 'tools' }, [
    button('Reply in thread', leave(acts.reply)),
    ...(isOwn
      ? [button('Edit', leave(acts.edit)), button('Delete', () => acts.remove(message))]
      : []),
    ...EMOJI.map((emoji) =>
      button(emoji, () => acts.react(message, emoji, isMine(emoji)), {
        'aria-label': `React with ${emoji}`,
        'aria-pressed': String(isMine(emoji)),
      }),
    ),
  ]);
  const summary = make('summary', { 'aria-label': `More: ${summaryOf(message)}` }, ['More']);
  // At the end of the chat, what opens would open out of sight.
  summary.addEventListener('click', () => {
    requestAnimationFrame(() => tools.scrollIntoView({ block: 'nearest' }));
  });
  details.append(summary, tools);
  return details;
}
