// @ts-check
/** The page's account, user, language, theme and area; and what may happen to the account from outside. */

import { log } from '../core/log.js';
import { $, boot, go } from '../core/page.js';
import { action, choice, control, section } from './parts.js';

/**
 * The account's first card of a kind, as far as it has one.
 * @param {import('../types.d.ts').Entity['kind']} kind
 * @param {string} label
 */
function firstCard(kind, label, under = '') {
  const card = boot.entities.find((one) => one.kind === kind);
  return card ? [{ value: `${under}/${kind}/detail/${card.id}`, label }] : [];
}

export function placeSection() {
  const code = boot.widget?.code ?? 'widget';
  const firstMenuItem = Object.keys(boot.widget?.manifest?.left_menu ?? {})[0] ?? 'page';
  const areas = [
    { value: '/settings/widgets/', label: 'Integrations, settings modal' },
    ...firstCard('leads', 'Lead card'),
    ...firstCard('contacts', 'Contact card'),
    ...firstCard('companies', 'Company card'),
    ...firstCard('customers', 'Customer card'),
    { value: '/leads/list/', label: 'List of leads' },
    { value: '/contacts/list/', label: 'List of contacts' },
    { value: '/customers/list/', label: 'List of customers' },
    { value: '/todo/list/', label: 'List of tasks' },
    { value: '/todo/line/', label: 'Tasks by day' },
    { value: '/todo/calendar/', label: 'Calendar of tasks' },
    ...boot.catalogs
      .slice(0, 1)
      .map(({ id }) => ({ value: `/catalogs/${id}`, label: 'List of own elements' })),
    { value: `/settings/advanced/${code}/`, label: 'Advanced settings' },
    { value: '/settings/pipeline/leads/', label: 'Pipeline: sources and triggers' },
    { value: '/settings/communications/', label: 'Salesbot designer' },
    ...firstCard('leads', 'Lead card, mobile application', '/mobile'),
    { value: `/widget_page/${code}/${firstMenuItem}/`, label: 'Left-menu page' },
  ];
  const here = areas.find(({ value }) => window.location.pathname.startsWith(value))?.value ?? '';
  return section(
    'Page',
    [
      choice('Area', areas, here, go),
      choice(
        'Account',
        boot.accounts.map(({ url, name, subdomain }) => ({
          value: url,
          label: `${name} (${subdomain})`,
        })),
        boot.accounts.find(({ subdomain }) => subdomain === boot.account.subdomain)?.url ?? '',
        go,
      ),
      choice(
        'User',
        boot.people.filter(({ isActive }) => isActive).map(person),
        String(boot.user.id),
        logIn,
      ),
      choice(
        'Language',
        ['of the user', ...boot.languages].map(same),
        String(boot.switches.language),
        (value) => setAndReload('language', value),
      ),
      choice('Theme', ['light', 'dark'].map(same), boot.theme, setTheme),
      action('Leave this page and come back', () => window.__emulator.leaveAndReturn()),
      action('Revoke the tokens of this account', () => outside('revoke')),
      action('Disable the integration from outside', () => outside('disable')),
      action('Reset the emulator', async () => {
        await control('POST', 'reset', {});
        window.location.reload();
      }),
    ],
    true,
  );
}

/** @param {import('../types.d.ts').Person} user */
function person(user) {
  const role = user.isAdmin ? 'admin' : user.isFree ? 'free user' : 'not an admin';
  return { value: String(user.id), label: `${user.name}, ${role}` };
}

/** @param {string} value */
function same(value) {
  return { value, label: value };
}

/** @param {string} id the server logs in the user that the address names */
function logIn(id) {
  go(`${window.location.pathname}?user=${id}${window.location.hash}`);
}

/** @param {string} theme Kommo switches the theme without a page load */
function setTheme(theme) {
  boot.theme = theme === 'dark' ? 'dark' : 'light';
  document.documentElement.dataset.colorScheme = boot.theme;
  log('page', 'theme', boot.theme);
  $(document).trigger('theme:changed', [boot.theme]);
  void control('POST', 'switches', { theme: boot.theme });
}

/**
 * @param {string} name
 * @param {string} value
 */
async function setAndReload(name, value) {
  await control('POST', 'switches', { [name]: value });
  window.location.reload();
}

/** @param {string} what */
async function outside(what) {
  const answer = await control('POST', what, { account: boot.account.subdomain });
  log('page', what, 'done from the control panel', answer);
}
