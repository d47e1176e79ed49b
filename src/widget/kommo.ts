/**
 * Kommo's side of the widget, as far as we use it: types only.
 *
 * @see https://developers.kommo.com/docs/script-js
 */

/** How far Kommo says the installation has got. */
export type InstallStep = 'install' | 'not_configured' | 'installed' | 'error';

/** Options of `$authorizedAjax`: those of jQuery's `ajax`. */
export interface AjaxOptions {
  url: string;
  type: string;
  data?: string;
  contentType?: string;
  headers?: Record<string, string>;
  dataType: 'json';
  /** Milliseconds. */
  timeout: number;
}

/** The part of a jQuery request object that we read. */
export interface AjaxAnswer {
  status?: number;
  responseJSON?: unknown;
  responseText?: string;
  getResponseHeader?(name: string): string | null;
}

/** A jQuery 2 promise: `then` with two callbacks, no `catch`. */
export interface AjaxRequest {
  then(
    done: (data: unknown, status?: string, answer?: AjaxAnswer) => void,
    fail: (answer?: AjaxAnswer, status?: string) => void,
  ): unknown;
}

export interface WidgetParams {
  widget_code?: string;
  path?: string;
  cdn_path?: string;
}

/** `this` inside the constructor: Kommo puts these methods on the prototype before it calls `new`. */
export interface KommoWidget {
  callbacks?: KommoCallbacks;
  /** The language file of the signed-in user. */
  langs?: object;
  get_settings(): WidgetParams;
  get_install_status(): string;
  /** Sends a request with the `X-Auth-Token` of the signed-in user. Must not be called in loops. */
  $authorizedAjax(options: AjaxOptions): AjaxRequest;
}

/** `fields` is live: what we write into it is what Kommo stores. */
export interface SaveEvent {
  /** The requested state; `N` when the integration is being disabled. */
  active?: 'Y' | 'N';
  fields?: Record<string, unknown>;
}

export interface KommoCallbacks {
  render(): boolean;
  init(): boolean;
  bind_actions(): boolean;
  /** `body` is the jQuery node of the settings modal. */
  settings(body: ArrayLike<HTMLElement>): boolean;
  onInstall(): void;
  /** Kommo stores the fields when this becomes `true`. */
  onSave(event?: SaveEvent): boolean | Promise<boolean>;
  destroy(): void;
}

/** What the entry passes to the settings screen. */
export interface KommoPage {
  /** The settings modal. */
  body: HTMLElement;
  /** Where our screen is drawn; it has the title already, and is in the modal as soon as the styles are there. */
  node: HTMLElement;
  /** Puts the node into the modal, unless it is there. */
  place(): void;
  /** The widget's code in this account. */
  code: string;
  /** The folder the widget was loaded from, without a trailing slash. */
  folder: string;
  langs: object;
  ajax(options: AjaxOptions): AjaxRequest;
  installStep(): InstallStep;
}

/** A settings screen on the page. */
export interface MountedApp {
  /** Sends the draft to the backend; true once the backend has confirmed. */
  save(): Promise<boolean>;
  /** JSON that Kommo stores for us, so that it sees its own setting as filled in. */
  storedState(): string;
  /** Kommo says that the integration has just been installed. */
  installed(): void;
  unmount(): void;
}

/** The module `app.js`. */
export interface AppModule {
  /** @param seen when the title has been seen, which the first render of the screen shall not hold up */
  mount(page: KommoPage, seen: Promise<void>): MountedApp;
}
