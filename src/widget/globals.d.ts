/** Origin of the backend, set at build time. No trailing slash. */
declare const WIDGET_API_URL: string;
/** Version of the package; the cache key of its parts. */
declare const WIDGET_VERSION: string;
/** Ids of the connectors that the brand offers, in its order; null: all that the backend has. Set at build time. */
declare const OFFERED_SERVICES: readonly string[] | null;
/** Empty when analytics are off; then none of their code is shipped. */
declare const AMPLITUDE_API_KEY: string;

declare module '*.css';

/** The AMD loader of Kommo's page. */
interface AmdRequire {
  (ids: string[], ready: (...modules: unknown[]) => void, failed: (error: unknown) => void): void;
  /** Forgets a module, so that the next call fetches it again. */
  undef?(id: string): void;
}

/**
 * The part of Kommo's page object that the widget reads.
 * @see https://developers.kommo.com/docs/env-variables
 */
interface KommoApp {
  /** Language of the signed-in user: `en`, `es`, `pt` … */
  lang_id?: string;
  /** With `managers`: the account's users, by their id. */
  constant?(name: 'managers'): Record<string, { title?: string } | undefined> | undefined;
  notifications?: {
    show_message?(message: { header: string; text: string; date: number }): void;
    show_message_error?(message: { header: string; text: string; date: number }): void;
  };
}

interface Window {
  require: AmdRequire;
  APP?: KommoApp;
  /** The older name of `APP`. */
  AMOCRM?: KommoApp;
}
