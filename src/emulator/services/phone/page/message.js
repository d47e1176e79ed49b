import { button, make } from '../../page-parts/elements.js';

/**
 * One message of the chat, as an element.
 *
 * @typedef {import('./requests.js').Seen} Seen
 * @typedef {{own: string, isOwn(message: Seen): boolean, find(id: string): Seen | undefined, isClient: boolean}} Sight
 * @typedef {{quote(message: Seen): void, edit(message: Seen): void, react(message: Seen, emoji: string): void,
 *   remove(message: Seen): void, press(message: Seen, extra: object, text: string): void}} Acts
 */

const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const SHOWN_BYTES = 4 * 1024 * 1024;

/**
 * @param {Seen} message
 * @param {Sight} sight
 * @param {Acts} acts
 */
export function messageElement(message, sight, acts) {
  const isGone = message.revoked_at !== null;
  const isOwn = sight.isOwn(message);
  const item = make('article', {
    class: isOwn ? 'bubble own' : 'bubble',
    'data-message': message.id,
    'aria-label': `${isOwn ? 'You' : message.name}: ${isGone ? 'deleted' : message.kind}`,
  });
  item.append(headOf(message, sight));
  if (isGone) {
    item.append(make('p', { class: 'gone' }, ['This message was deleted.']));
    return item;
  }
  if (message.is_forwarded) item.append(make('p', { class: 'faint' }, ['Forwarded']));
  if (message.quote !== null) {
    const quoted = sight.find(message.quote);
    item.append(make('blockquote', {}, [quoted === undefined ? 'a message' : summaryOf(quoted)]));
  }
  if (message.file !== null) item.append(fileElement(message, message.file));
  const words = wordsOf(message);
  if (words !== '') item.append(make('p', {}, [words]));
  const choices = choicesOf(message, sight, acts);
  if (choices !== undefined) item.append(choices);
  if (message.earlier.length > 0) {
    item.append(make('p', { class: 'faint' }, [`Before: ${message.earlier.join(' → ')}`]));
  }
  const emoji = message.reactions.map((reaction) => reaction.emoji).join(' ');
  if (emoji !== '') item.append(make('p', { 'aria-label': `Reactions: ${emoji}` }, [emoji]));
  item.append(moreOf(message, sight, acts));
  return item;
}

const TICKS = ['⏳ on its way', '✓ sent', '✓✓ delivered', '✓✓ read', '✓✓ played'];

/**
 * How far an own message came.
 *
 * @param {Seen} message
 * @param {boolean} isClient
 */
function tickOf({ ack, is_seen: isSeen }, isClient) {
  if (isClient) return isSeen ? '✓✓ read' : '✓✓ delivered';
  return TICKS[ack] ?? '⚠ failed';
}

/**
 * @param {Seen} message
 * @param {Sight} sight
 */
function headOf(message, sight) {
  const time = new Date(message.at);
  const isOwn = sight.isOwn(message);
  const notes = [
    message.edited_at === null ? '' : 'edited',
    isOwn && message.source === 'api' ? 'through the server' : '',
    isOwn && message.revoked_at === null ? tickOf(message, sight.isClient) : '',
  ].filter(Boolean);
  const author = isOwn
    ? 'You'
    : sight.isClient && message.source !== 'client'
      ? 'Business'
      : message.name;
  return make('div', { class: 'head' }, [
    make('strong', {}, [author]),
    make('span', { class: 'faint' }, [notes.join(' · ')]),
    make('time', { datetime: time.toISOString() }, [
      time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
    ]),
  ]);
}

/** @param {Seen} message */
export function summaryOf(message) {
  const words = wordsOf(message);
  return words === '' ? message.kind.replaceAll('_', ' ') : words.slice(0, 80);
}

/**
 * What the message says in words.
 *
 * @param {Seen} message
 */
function wordsOf({ text, location, contacts, kind, extra }) {
  if (location !== null) {
    const place = [location.name, location.address].filter(Boolean).join(', ');
    return `📍 ${place || `${location.latitude}, ${location.longitude}`}`;
  }
  if (contacts.length > 0) {
    return contacts.map(({ name, phone }) => `👤 ${name} +${phone}`).join('\n');
  }
  if (kind === 'poll') return `📊 ${extra.question}`;
  if (text !== null) return text;
  return ['event', 'order', 'unknown'].includes(kind) ? `(${kind})` : '';
}

/**
 * @param {Seen} message
 * @param {import('./requests.js').SeenFile} file
 */
function fileElement({ kind }, file) {
  const isSmall = file.size <= SHOWN_BYTES;
  const name = file.name ?? kind.replaceAll('_', ' ');
  if (isSmall && file.mime.startsWith('image/')) {
    return make('img', { src: file.url, alt: `${kind}: ${name}`, loading: 'lazy' });
  }
  const media = isSmall ? /^(video|audio)\//.exec(file.mime)?.[1] : undefined;
  if (media !== undefined && kind !== 'document') {
    return make(media, { src: file.url, controls: '', preload: 'metadata', 'aria-label': name });
  }
  const size = file.size < 1024 ? `${file.size} B` : `${Math.round(file.size / 1024)} KB`;
  const label = `📄 ${name} (${size})`;
  if (!isSmall) return make('p', { title: `SHA-256 ${file.sha256}` }, [label]);
  return make('p', { title: `SHA-256 ${file.sha256}` }, [
    make('a', { href: file.url, download: name }, [label]),
  ]);
}

/**
 * Rows of a list, buttons, options of a poll; what the client can press is a button.
 *
 * @param {Seen} message
 * @param {Sight} sight
 * @param {Acts} acts
 */
function choicesOf(message, { isClient }, acts) {
  const { kind, extra } = message;
  /** @type {{id: string, text: string, as: string}[]} */
  let choices = [];
  if (kind === 'list') {
    /** @type {{rows: {title: string, rowId: string}[]}[]} */
    const sections = extra.sections ?? [];
    choices = sections.flatMap(({ rows }) =>
      rows.map(({ title, rowId }) => ({ id: rowId, text: title, as: 'list_reply' })),
    );
  } else if (kind === 'buttons') {
    /** @type {{buttonParamsJson: string}[]} */
    const flow = extra.nativeFlowMessage?.buttons ?? [];
    choices = flow.map(({ buttonParamsJson }) => {
      const { id, display_text: text } = JSON.parse(buttonParamsJson);
      return { id: id ?? '', text: text ?? '', as: 'button_reply' };
    });
  } else if (kind === 'poll') {
    return make(
      'ul',
      {},
      (extra.options ?? []).map((/** @type {string} */ one) => make('li', {}, [`○ ${one}`])),
    );
  }
  if (choices.length === 0) return undefined;
  return make(
    'ul',
    {},
    choices.map(({ id, text, as }) =>
      make('li', {}, [
        isClient ? button(text, () => acts.press(message, { [as]: { id, text } }, text)) : text,
      ]),
    ),
  );
}

/**
 * @param {Seen} message
 * @param {Sight} sight
 * @param {Acts} acts
 */
function moreOf(message, sight, acts) {
  const isOwn = sight.isOwn(message);
  const chosen = message.reactions.find(({ by }) => by === sight.own)?.emoji;
  const details = make('details', { class: 'more' });
  /** What goes on below the chat leaves nothing open here. @param {(message: Seen) => void} begin */
  const leave = (begin) => () => {
    details.removeAttribute('open');
    begin(message);
  };
  const tools = make('div', { class: 'tools' }, [
    button('Quote', leave(acts.quote)),
    ...(isOwn && message.text !== null ? [button('Edit', leave(acts.edit))] : []),
    ...(isOwn ? [button('Delete', () => acts.remove(message))] : []),
    ...EMOJI.map((emoji) =>
      button(emoji, () => acts.react(message, emoji === chosen ? '' : emoji), {
        'aria-label': `React with ${emoji}`,
        'aria-pressed': String(emoji === chosen),
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
