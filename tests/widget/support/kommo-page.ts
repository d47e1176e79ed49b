import { act } from '@testing-library/react';
import $ from 'jquery';
import ChatConnector from '../../../src/widget/index.ts';
import type { AjaxOptions, KommoCallbacks, KommoWidget } from '../../../src/widget/kommo.ts';
import * as app from '../../../src/widget/mount.tsx';
import * as sections from '../../../src/widget/parts/sections.ts';
import { readLanguage } from './fake-host.ts';
import { settingsShown } from './settings-shown.ts';

/** Kommo's modal, as far as the widget touches it. */
const MODAL = `
  <div class="modal-body">
    <div class="widget_settings_block">
      <div class="widget_settings_block__fields">
        <div class="widget_settings_block__item_field">
          <input type="hidden" name="state" id="chat_connector_custom" value="" />
        </div>
        <div class="widget_settings_block__controls">
          <button class="js-widget-save" data-onsave-destroy-modal="true">Save</button>
        </div>
      </div>
    </div>
  </div>`;

/** A page of Kommo with the real widget constructor in it. */
export interface Page {
  widget: KommoWidget;
  body: JQuery<HTMLElement>;
  /** Events the Save button and the hidden field got. */
  events: string[];
  /** Addresses the AMD loader was asked for. */
  fetched: string[];
  step: string;
  /** How often the loader fails before it succeeds. */
  failures: number;
  /** Whether the browser has the styles as soon as it is told of them; jsdom fetches none. */
  hasStyles: boolean;
}

export function openPage(): Page {
  document.body.innerHTML = MODAL;
  const body = $('.modal-body') as unknown as JQuery<HTMLElement>;
  const page: Page = {
    widget: undefined as never,
    body,
    events: [],
    fetched: [],
    step: 'not_configured',
    failures: 0,
    hasStyles: true,
  };
  Object.defineProperty(HTMLLinkElement.prototype, 'sheet', {
    configurable: true,
    get: () => (page.hasStyles ? {} : null),
  });
  for (const name of [
    'button:save:enable',
    'button:save:disable',
    'button:load:stop',
    'button:save:error',
  ])
    $(document).on(`${name}.test`, '.js-widget-save', () => void page.events.push(name));
  $(document).on('change.test', 'input', () => void page.events.push('change'));

  const load = (
    ids: string[],
    ready: (...modules: unknown[]) => void,
    failed: (error: unknown) => void,
  ) => {
    page.fetched.push(...ids);
    page.failures -= 1;
    if (page.failures >= 0) failed(new Error('not reached'));
    else
      ready(
        ...ids.map((id) =>
          id.includes('/sections.js') ? sections : id.includes('/app.js') ? app : {},
        ),
      );
  };
  Object.assign(window, { require: Object.assign(load, { undef: () => undefined }) });

  // Kommo puts its methods on the prototype before it calls `new`.
  Object.assign(ChatConnector.prototype as object, {
    langs: readLanguage('en'),
    get_settings: () => ({
      widget_code: 'chat_connector',
      path: 'https://demo.kommo.com/upl/chat_connector/widget/',
    }),
    get_install_status: () => page.step,
    $authorizedAjax: (options: AjaxOptions) => request(options),
  });
  page.widget = new (ChatConnector as unknown as new () => KommoWidget)();
  return page;
}

/** A request the way jQuery answers: more than one value, and no `catch`. */
function request(options: AjaxOptions): JQuery.Promise<unknown> {
  const answer = $.Deferred();
  const init = { method: options.type, headers: options.headers ?? {}, body: options.data };
  void fetch(options.url, init).then(
    async (response) => {
      const text = await response.text();
      const json: unknown = text === '' ? undefined : JSON.parse(text);
      const xhr = {
        status: response.status,
        responseJSON: json,
        responseText: text,
        getResponseHeader: (name: string) => response.headers.get(name),
      };
      if (response.ok) answer.resolve(json, 'success', xhr);
      else answer.reject(xhr, 'error');
    },
    () => answer.reject({ status: 0 }, 'error'),
  );
  return answer.promise();
}

export function callbacks(page: Page): KommoCallbacks {
  const { callbacks: all } = page.widget;
  if (!all) throw new Error('the constructor sets callbacks');
  return all;
}

/** Opens the settings and waits until they are there. */
export async function openModal(page: Page): Promise<void> {
  act(() => void callbacks(page).settings(page.body));
  await settingsShown();
}
