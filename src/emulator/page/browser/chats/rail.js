// @ts-check
/** The way to the account's other pages. */
import { h, icon } from '../core/dom.js';
import { boot } from './boot.js';

const PLACES = [
  {
    label: 'Leads',
    address: '/leads/list/',
    path: 'M12 3v18M16 7.500C16 6 14.200 5 12 5S8 6 8 8s2 2.700 4 3 4 1.300 4 3.500S14.200 18 12 18s-4-1-4-3',
  },
  { label: 'Chats', address: '/chats/', path: 'M4 5h16v11H9l-5 4z' },
  {
    label: 'Lists',
    address: '/contacts/list/',
    path: 'M9 6h11M9 12h11M9 18h11M4 6h1M4 12h1M4 18h1',
  },
  {
    label: 'Settings',
    address: '/settings/widgets/',
    path: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4',
  },
];

export function rail() {
  const items = PLACES.map(({ label, address, path }) => {
    const current = label === 'Chats' ? 'page' : undefined;
    const link = h('a', { href: address, 'aria-current': current }, [icon(path, 22), label]);
    return h('li', {}, link);
  });
  return h('nav', { class: 'rail', 'aria-label': 'Kommo' }, [
    h('ul', {}, items),
    h('span', { class: 'rail__account', title: boot.user.name }, boot.account.subdomain),
  ]);
}
