/** Origin of the backend, set at build time. No trailing slash. */
declare const WIDGET_API_URL: string;
/** Version of the package; the cache key of its parts. */
declare const WIDGET_VERSION: string;
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
