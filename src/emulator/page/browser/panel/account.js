// @ts-check
/** What people do elsewhere in the account while the widget runs: delete sources, archive pipelines, revoke rights. */
import { h } from '../core/dom.js';
import { log } from '../core/log.js';
import { boot } from '../core/page.js';
import { action, control, section } from './parts.js';

/**
 * @typedef {object} AccountState
 * @property {number} id
 * @property {string} subdomain
 * @property {string | null} amojo_id
 * @property {{ id: number, name: string, is_main: boolean, is_archive: boolean }[]} pipelines
 * @property {{ id: number, name: string, rights: { is_admin: boolean } }[]} users
 */
/** @typedef {{ id: number, account_id: number, name: string, external_id: string, is_hidden: boolean }} SourceState */
/** @typedef {{ accounts: AccountState[], sources: SourceState[] }} State */

export function accountSection() {
  const list = h('div', { class: 'servers' });
  const part = section('Account', [list]);
  const draw = async () => {
    const state = /** @type {State} */ (/** @type {unknown} */ (await control('GET', 'state')));
    list.replaceChildren(...actionsOf(state, draw));
  };
  part.addEventListener('toggle', () => {
    if (part.open) void draw();
  });
  return part;
}

/**
 * @param {State} state
 * @param {() => Promise<void>} redraw
 */
function actionsOf(state, redraw) {
  const account = state.accounts.find(({ subdomain }) => subdomain === boot.account.subdomain);
  if (!account) return [];
  const act = (
    /** @type {string} */ label,
    /** @type {string} */ path,
    /** @type {object} */ body,
  ) =>
    action(label, async () => {
      await control('POST', path, { account: account.subdomain, ...body });
      log('page', 'account', `${label} (control panel)`);
      await redraw();
    });
  const sources = state.sources.filter((one) => one.account_id === account.id && !one.is_hidden);
  const pipelines = account.pipelines.filter(({ is_main }) => !is_main);
  const user = account.users.find(({ id }) => id === boot.user.id);
  return [
    ...sources.map(({ id, name, external_id }) =>
      act(`Delete the source ${name} (${external_id})`, 'sources/delete', { id }),
    ),
    ...pipelines.map(({ id, name, is_archive }) =>
      act(`${is_archive ? 'Take from the archive' : 'Archive'}: pipeline ${name}`, 'pipeline', {
        id,
        is_archive: !is_archive,
      }),
    ),
    user &&
      act(
        user.rights.is_admin ? `Make ${user.name} no admin` : `Make ${user.name} an admin`,
        'user',
        { user_id: user.id, is_admin: !user.rights.is_admin },
      ),
    account.amojo_id !== null &&
      act('Take the chats (amojo_id) away', 'account', { amojo_id: null }),
  ].filter((one) => one instanceof HTMLElement);
}
