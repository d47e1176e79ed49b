// @ts-check
/** One message in the corner of the page. The classes are those that public widgets select by. */
import { h, icon } from './dom.js';
import { go } from './page.js';
import { text } from './texts.js';
import { widgetString } from './widget-strings.js';

const SHOWN_MS = 7000;
const PICTURES = {
  message: 'M8 4h8v4H8zM5 8h14v11H5zM9 12v2M15 12v2M12 4V2',
  error: 'M12 3l10 18H2zM12 10v5M12 17v1',
};

/**
 * @typedef {object} Shown
 * @property {string} [header]
 * @property {string} text HTML of the widget
 * @property {string} [details]
 * @property {number} [duration] seconds
 * @property {string} [recording] address of a recorded call
 * @property {number | string} [date] Unix time
 * @property {string} [icon] address of a picture
 * @property {string} [address] where a click leads
 * @property {boolean} isError
 * @property {() => void} [onClose] the user has closed it
 */

/**
 * @param {Shown} shown
 * @returns {HTMLElement}
 */
export function drawNotification(shown) {
  const close = h('button', {
    type: 'button',
    class: 'notification__close',
    'aria-label': text('close'),
  });
  close.append(icon('M6 6l12 12M18 6L6 18', 16));
  const content = h('div', { class: 'notification__content' }, [
    header(shown),
    shown.details && h('div', { class: 'notification__details' }, shown.details),
    shown.text !== '' &&
      h('div', { class: 'notification__text' }, widgetString('notification: text', shown.text)),
    facts(shown),
  ]);
  const box = h(
    'div',
    {
      class: `notification__item notification-inner${shown.isError ? ' notification__item_error' : ''}${shown.address ? ' notification__item_link' : ''}`,
    },
    [picture(shown), content, close],
  );
  close.addEventListener('click', () => {
    box.remove();
    shown.onClose?.();
  });
  const { address } = shown;
  if (address) {
    box.addEventListener('click', (event) => {
      // A link in the text goes where it says.
      if (!(event.target instanceof Element) || event.target.closest('a, button')) return;
      go(address);
    });
  }
  holder().append(box);
  window.setTimeout(() => box.remove(), SHOWN_MS);
  return box;
}

/** The header is the link, so that the keyboard has one, too. @param {Shown} shown */
function header(shown) {
  const title = shown.header || (shown.address ? shown.address : '');
  if (title === '') return null;
  const words = widgetString('notification: header, from, to', title);
  return h(
    'strong',
    { class: 'notification__header' },
    shown.address ? h('a', { class: 'notification__link', href: shown.address }, words) : words,
  );
}

/** @param {Shown} shown */
function facts({ date, duration, recording }) {
  const parts = [
    duration !== undefined && h('span', { class: 'notification__duration' }, minutes(duration)),
    recording &&
      h(
        'a',
        { class: 'notification__recording', href: recording, target: '_blank', rel: 'noreferrer' },
        text('recording'),
      ),
    Number(date) > 0 &&
      h(
        'time',
        { class: 'notification__date', datetime: new Date(Number(date) * 1000).toISOString() },
        new Date(Number(date) * 1000).toLocaleString(document.documentElement.lang),
      ),
  ];
  return parts.some(Boolean) ? h('div', { class: 'notification__facts' }, parts) : null;
}

/** @param {number} seconds */
function minutes(seconds) {
  const whole = Math.max(0, Math.round(Number(seconds) || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** @param {Shown} shown */
function picture({ icon: address, isError }) {
  if (address)
    return h('img', { class: 'notification__icon', src: address, alt: '', width: 24, height: 24 });
  return h(
    'span',
    { class: 'notification__icon' },
    icon(isError ? PICTURES.error : PICTURES.message, 24),
  );
}

function holder() {
  const existing = document.querySelector('#notifications_holder');
  if (existing) return existing;
  const created = h('div', { id: 'notifications_holder', class: 'notifications', role: 'status' });
  document.body.append(created);
  return created;
}
