// @ts-check
/** What a message says, by its kind. */
import { h, icon } from '../core/dom.js';
import { sizeOf } from './format.js';
import { isSafeAddress, linked, outsideLink } from './safe-text.js';

/** @typedef {import('../../chats/views.ts').MessageView} MessageView */
/** @typedef {import('../../chats/views.ts').FileView} FileView */
/** @typedef {import('../core/dom.js').Child} Child */

/** @type {Record<string, string>} */
export const KIND_NAMES = {
  picture: 'Picture',
  video: 'Video',
  voice: 'Voice message',
  audio: 'Audio',
  file: 'File',
  sticker: 'Sticker',
  location: 'Location',
  contact: 'Contact',
};

const DOCUMENT = 'M7 3h7l4 4v14H7zM14 3v4h4';
const BROKEN =
  'M12 9v4M12 17v.01M10.300 4 2.500 18a2 2 0 0 0 1.700 3h15.600a2 2 0 0 0 1.700-3L13.700 4a2 2 0 0 0-3.400 0z';
const PIN =
  'M12 21s7-6.200 7-11.500A7 7 0 0 0 5 9.500C5 14.800 12 21 12 21zM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z';
const PERSON =
  'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500';

/**
 * @param {MessageView} message
 * @returns {Child[]}
 */
export function contentOf(message) {
  const { file, location, contact, text, buttons, list } = message;
  return [
    file && fileOf(message.kind, file),
    location && locationCard(location),
    contact && contactCard(contact),
    text !== '' && h('p', { class: 'bubble__text' }, linked(text)),
    buttons.length > 0 && buttonRows(buttons),
    list && listCard(list),
  ];
}

/**
 * @param {string} kind
 * @param {FileView} file
 */
function fileOf(kind, file) {
  const name = file.name || KIND_NAMES[kind] || 'File';
  if (file.state === 'broken') return brokenFile(name, file);
  if (file.state === 'pending') return plainFile(name, 'Kommo has not fetched it yet');
  if (file.address === null) {
    return plainFile(name, `${sizeOf(file.size)}, too large for the emulator to keep`);
  }
  return viewer(kind, name, file.address) ?? download(name, file);
}

/**
 * @param {string} name
 * @param {string} remark
 */
function plainFile(name, remark) {
  return h('div', { class: 'file' }, [
    icon(DOCUMENT),
    h('span', {}, [name, h('small', {}, remark)]),
  ]);
}

/**
 * @param {string} kind
 * @param {string} name
 * @param {string} address
 */
function viewer(kind, name, address) {
  if (kind === 'picture' || kind === 'sticker') {
    const image = h('img', { class: `media media_${kind}`, src: address, alt: name });
    return h('a', { class: 'media-link', href: address, target: '_blank', rel: 'noopener' }, image);
  }
  if (kind === 'video') {
    const video = h('video', { class: 'media', src: address, controls: true, preload: 'metadata' });
    video.setAttribute('aria-label', name);
    return video;
  }
  if (kind !== 'voice' && kind !== 'audio') return undefined;
  const label = KIND_NAMES[kind] ?? '';
  const player = h('audio', { class: 'player', src: address, controls: true, preload: 'metadata' });
  player.setAttribute('aria-label', name === label ? label : `${label}: ${name}`);
  return h('div', { class: 'sound' }, [
    kind === 'voice' && h('small', {}, label),
    kind === 'audio' && h('small', {}, name),
    player,
  ]);
}

/**
 * @param {string} name
 * @param {FileView} file
 */
function download(name, file) {
  return h('a', { class: 'file', href: file.address ?? '', download: name }, [
    icon(DOCUMENT),
    h('span', {}, [name, h('small', {}, sizeOf(file.size))]),
  ]);
}

/**
 * @param {string} name
 * @param {FileView} file
 */
function brokenFile(name, file) {
  return h('div', { class: 'file file_broken' }, [
    icon(BROKEN),
    h('span', {}, [name, h('small', {}, `Kommo could not fetch it: ${file.reason}`)]),
  ]);
}

/** @param {{ lat: number, lon: number }} place */
function locationCard({ lat, lon }) {
  const point = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  const address = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
  return h('div', { class: 'file' }, [
    icon(PIN),
    h('span', {}, ['Location', h('small', {}, point), outsideLink(address, 'Open the map')]),
  ]);
}

/** @param {{ name: string, phone: string }} contact */
function contactCard({ name, phone }) {
  return h('div', { class: 'file' }, [
    icon(PERSON),
    h('span', {}, [name || 'Contact', h('small', {}, phone)]),
  ]);
}

/**
 * As the client sees them; pressing one is the client's act, so here they are only shown.
 * @param {import('../../chats/views.ts').Button[][]} rows
 */
function buttonRows(rows) {
  const row = (/** @type {import('../../chats/views.ts').Button[]} */ buttons) =>
    h('li', { class: 'keys__row' }, buttons.map(key));
  return h('ul', { class: 'keys', 'aria-label': 'Buttons' }, rows.map(row));
}

/** @param {import('../../chats/views.ts').Button} button */
function key({ text, url }) {
  if (!isSafeAddress(url)) return h('span', { class: 'keys__key' }, text);
  const link = outsideLink(String(url), text);
  link.className = 'keys__key keys__key_link';
  return link;
}

/** @param {import('../../chats/views.ts').ListMessage} list */
function listCard({ header, body, footer, button, sections }) {
  return h('div', { class: 'choices' }, [
    header !== '' && h('strong', {}, header),
    body !== '' && h('p', { class: 'bubble__text' }, linked(body)),
    footer !== '' && h('small', {}, footer),
    h('span', { class: 'keys__key' }, button),
    ...sections.map(({ title, rows }) =>
      h('div', { class: 'choices__section' }, [
        title !== '' && h('small', {}, title),
        h(
          'ul',
          {},
          rows.map((one) =>
            h('li', {}, [one.title, one.description !== '' && h('small', {}, one.description)]),
          ),
        ),
      ]),
    ),
  ]);
}
