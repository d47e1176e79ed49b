import { ownRows } from '../../kommo/crm/own-rows.ts';
import type { CardKind } from '../../kommo/crm-entities.ts';
import type { Account, User } from '../../kommo/entities.ts';
import type { State } from '../../kommo/state.ts';
import type { Entity } from '../browser/types.d.ts';
import { newEntity, shownEntities } from './shown-entities.ts';

/** One emulated page: which part of the account an address shows. */
export interface PageArea {
  area: string;
  /** What `APP.getWidgetsArea()` returns there. */
  widgetsArea: string;
  entity?: Entity;
  /** Number of a list of own elements. */
  catalogId?: number;
  menuItem?: { location: string; itemCode: string; subitemCode: string };
}

type Params = Record<string, string>;

/** @returns undefined if the account does not have what the page shows */
export type Build = (
  params: Params,
  state: State,
  account: Account,
  user: User,
) => PageArea | undefined;

/**
 * The account's pages by address. Those of cards, lists and the pipeline are Kommo's; the addresses of the advanced settings,
 * of a widget's pages under Stats and Settings, and of the mobile application are our own, because no source gives them.
 */
export const PAGES: Record<string, Build> = {
  '/settings/widgets': settings,
  '/settings/widgets/:code': settings,
  '/settings/advanced/:code': ({ code }) => ({
    area: 'advanced_settings',
    widgetsArea: `advanced-settings:${code}`,
  }),
  '/leads/detail/:id': card('lcard', 'leads'),
  '/contacts/detail/:id': card('ccard', 'contacts'),
  '/companies/detail/:id': card('comcard', 'companies'),
  '/customers/detail/:id': card('cucard', 'customers'),
  '/leads/add': newCard('lcard', 'leads'),
  '/contacts/add': newCard('ccard', 'contacts'),
  '/companies/add': newCard('comcard', 'companies'),
  '/customers/add': newCard('cucard', 'customers'),
  '/leads/list': () => ({ area: 'llist', widgetsArea: 'leads' }),
  '/contacts/list': () => ({ area: 'clist', widgetsArea: 'contacts' }),
  '/customers/list': () => ({ area: 'culist', widgetsArea: 'customers' }),
  '/todo/list': () => ({ area: 'tlist', widgetsArea: 'todo' }),
  '/todo/line': () => ({ area: 'tline', widgetsArea: 'todo-line' }),
  '/todo/calendar': () => ({ area: 'tcalendar', widgetsArea: 'todo-calendar' }),
  '/catalogs/:id': catalog,
  '/settings/pipeline/leads': pipeline,
  '/settings/pipeline/leads/:id': pipeline,
  '/settings/communications': () => ({
    area: 'salesbot_designer',
    widgetsArea: 'settings-communications',
  }),
  '/widget_page/:code/:item': menuPage,
  '/widget_page/:code/:item/:subitem': menuPage,
  '/stats/widget/:code/:subitem': sectionPage('stats'),
  '/settings/widget/:code/:subitem': sectionPage('settings'),
  '/mobile/leads/detail/:id': card('mobile_card', 'leads'),
  '/mobile/customers/detail/:id': card('mobile_card', 'customers'),
};

function settings(): PageArea {
  return { area: 'settings', widgetsArea: 'widgetsSettings' };
}

function pipeline(): PageArea {
  return { area: 'digital_pipeline', widgetsArea: 'digital_pipeline' };
}

function catalog({ id }: Params, state: State, account: Account): PageArea | undefined {
  const found = ownRows(state.catalogs, account).find((one) => one.id === Number(id));
  return found && { area: 'catalogs', widgetsArea: 'catalogs', catalogId: found.id };
}

function menuPage({ code, item = '', subitem = '' }: Params): PageArea {
  return {
    area: 'widget_page',
    widgetsArea: `widget-page:${code}`,
    menuItem: { location: 'widget_page', itemCode: item, subitemCode: subitem },
  };
}

/** A widget's page under one of Kommo's own menu items. */
function sectionPage(location: 'stats' | 'settings'): Build {
  return ({ code, subitem = '' }) => ({
    area: 'widget_page',
    widgetsArea: `widget-page:${code}`,
    menuItem: { location, itemCode: '', subitemCode: subitem },
  });
}

/** The card of something that is not saved yet; its id is 0. */
function newCard(area: string, kind: CardKind): Build {
  return (_params, _state, account, user) => {
    const entity = newEntity(account, user, kind);
    return { area, widgetsArea: `${kind}_card`, entity };
  };
}

function card(area: string, kind: CardKind): Build {
  return ({ id }, state, account) => {
    const all = shownEntities(state, account);
    const entity = all.find((one) => one.id === Number(id) && one.kind === kind);
    return entity && { area, widgetsArea: `${kind}_card`, entity };
  };
}
