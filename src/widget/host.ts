import $ from 'jquery';
import { createTexts, type Texts } from './i18n.ts';
import type { AjaxAnswer, InstallStep, KommoPage } from './kommo.ts';

/** Longer than the slowest save, because Kommo can be slow to connect a chat channel. */
const REQUEST_TIMEOUT_MS = 60_000;

export interface HostRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path on the backend, with its leading slash. */
  path: string;
  body?: unknown;
  /** Lets the backend recognise a repeated write. */
  idempotencyKey?: string;
}

export interface HostAnswer {
  /** HTTP status; 0 when the backend could not be reached. */
  status: number;
  /** The parsed JSON, or undefined when the answer was not JSON. */
  body: unknown;
  /** The `Retry-After` header, if there is one. */
  retryAfter?: string | null | undefined;
}

/** The parts that are fetched when they are needed. */
export type PartName = 'sections' | 'dialogs' | 'list' | 'connect';

/** Everything the settings screen may ask of the page around it. */
export interface Host {
  /** Origin of the backend. */
  apiUrl: string;
  texts: Texts;
  installStep(): InstallStep;
  /** The name of a user of the account, as Kommo's page has it. */
  userName(id: number): string | undefined;
  /** Sends a request as the signed-in Kommo user. Resolves with any status; never rejects. */
  request(request: HostRequest): Promise<HostAnswer>;
  /** Fetches another part of the widget, an AMD module. Rejects when that fails. */
  loadPart<T>(name: PartName): Promise<T>;
  /** Shows a short message as a Kommo notification. */
  notify(kind: 'success' | 'error', text: string): void;
  /** There is something to save: `state` goes into the hidden field and Kommo's Save is enabled. */
  markDirty(state: string): void;
  /** Nothing to save, or not valid yet: Kommo's Save is disabled. */
  markClean(): void;
  /** Leads to Kommo's Save, because the admin asked for it. */
  focusSave(): void;
  /** The save in progress failed: the spinner on Kommo's Save stops. */
  endSave(): void;
}

/** The real host: Kommo's settings modal. */
export function createHost(page: KommoPage): Host {
  const app = window.APP ?? window.AMOCRM;
  const texts = createTexts(page.langs, app?.lang_id ?? 'en');
  const saveButton = () => $(page.body).find('.js-widget-save');

  return {
    apiUrl: WIDGET_API_URL,
    texts,
    installStep: page.installStep,
    userName: (id) => app?.constant?.('managers')?.[id]?.title || undefined,
    request: (request) => send(page, request),
    loadPart: (name) => loadPart(`${page.folder}/${name}.js?v=${WIDGET_VERSION}`),
    notify(kind, text) {
      const message = {
        header: texts.t('widget.name'),
        text,
        date: Math.floor(Date.now() / 1000),
      };
      if (kind === 'success') app?.notifications?.show_message?.(message);
      else app?.notifications?.show_message_error?.(message);
    },
    markDirty(state) {
      // Kommo notices a change of the hidden field only through this event.
      $(page.body).find('input[name="state"]').val(state).trigger('change');
      saveButton().trigger('button:save:enable');
    },
    markClean() {
      saveButton().trigger('button:save:disable');
    },
    focusSave() {
      saveButton()[0]?.focus();
    },
    endSave() {
      saveButton().trigger('button:load:stop').trigger('button:save:error');
    },
  };
}

/** Kommo's moderation rejects inserted scripts, so parts come through the page's own AMD loader. */
function loadPart<T>(id: string): Promise<T> {
  return new Promise((resolve, reject) => {
    window.require(
      [id],
      (part) => resolve(part as T),
      (error) => {
        // The loader remembers a failed module; after `undef`, the next try fetches it again.
        window.require.undef?.(id);
        reject(error);
      },
    );
  });
}

function send(page: KommoPage, request: HostRequest): Promise<HostAnswer> {
  return new Promise((resolve) => {
    page
      .ajax({
        url: WIDGET_API_URL + request.path,
        type: request.method,
        dataType: 'json',
        timeout: REQUEST_TIMEOUT_MS,
        ...(request.body === undefined
          ? {}
          : { contentType: 'application/json', data: JSON.stringify(request.body) }),
        ...(request.idempotencyKey === undefined
          ? {}
          : { headers: { 'Idempotency-Key': request.idempotencyKey } }),
      })
      .then(
        (data, _status, answer) => resolve({ status: answer?.status ?? 200, body: data }),
        (answer) =>
          resolve({
            status: answer?.status ?? 0,
            body: bodyOf(answer),
            retryAfter: answer?.getResponseHeader?.('Retry-After'),
          }),
      );
  });
}

function bodyOf(answer: AjaxAnswer | undefined): unknown {
  if (answer?.responseJSON !== undefined) return answer.responseJSON;
  try {
    return JSON.parse(answer?.responseText ?? '');
  } catch {
    return undefined;
  }
}
