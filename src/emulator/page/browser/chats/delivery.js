// @ts-check
/** Ticks: one sent, two delivered, two coloured read, and a mark for what failed. */
import { h, icon } from '../core/dom.js';

/** @typedef {import('../../chats/views.ts').MessageView} MessageView */
/** @typedef {import('../../chats/views.ts').Delivery} Delivery */

const ONE = 'M5 13l4 4L19 7';
const TWO = 'M1.500 13l4 4L15 7.500M11 16.500l.8.8L21.500 7.500';
const MARK = 'M12 7v6M12 16.500v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z';

/** @type {Record<Delivery['status'], { name: string, path: string }>} */
const STATUSES = {
  sent: { name: 'Sent', path: ONE },
  delivered: { name: 'Delivered', path: TWO },
  read: { name: 'Read', path: TWO },
  failed: { name: 'Not delivered', path: MARK },
};

/** @param {MessageView} message */
export function statusName({ delivery, refusal }) {
  if (delivery === null) return '';
  if (refusal !== null && delivery.status === 'sent') return 'Not taken by the integration';
  return STATUSES[delivery.status].name;
}

/** @param {MessageView} message */
export function tick(message) {
  if (message.delivery === null) return undefined;
  const name = statusName(message);
  const isLost = name.startsWith('Not');
  const { status } = message.delivery;
  return h(
    'span',
    {
      class: `tick tick_${isLost ? 'failed' : status}`,
      role: 'img',
      'aria-label': name,
      title: name,
    },
    icon(isLost ? MARK : STATUSES[status].path, 16),
  );
}

/** Why a message did not arrive. @param {MessageView} message */
export function failureOf({ delivery, refusal }) {
  if (delivery === null) return undefined;
  const { status, code, meaning, error } = delivery;
  if (status !== 'failed') return refusal === null ? undefined : refusalLine(refusal);
  return h('p', { class: 'failure' }, [
    h('strong', {}, error || 'Not delivered'),
    code !== null && h('small', {}, `Error ${code}: ${meaning}`),
  ]);
}

/** @param {number} status */
function refusalLine(status) {
  const said = status === 0 ? 'did not answer in 5 seconds' : `answered ${status}`;
  return h('p', { class: 'failure' }, [
    h('strong', {}, 'Not taken by the integration'),
    h('small', {}, `Its backend ${said}; Kommo does not send it again.`),
  ]);
}
