/** One thing Kommo would say about a widget. */
export interface WidgetProblem {
  /** `error`: the upload is refused. `warning`: moderation, or sources disagree. */
  severity: 'error' | 'warning';
  file: string;
  message: string;
}

/** A widget as it was found, with its faults; opened as far as they allow. */
export interface WidgetPackage {
  path: string;
  /** Content by path inside the widget, with `/`; as if the files lay where they belong. */
  files: Map<string, Uint8Array>;
  /** Undefined when there is none, or it is not JSON. */
  manifest: Record<string, unknown> | undefined;
  /** Content of `i18n/<language>.json` by language; unreadable ones are left out. */
  i18n: Record<string, Record<string, unknown>>;
  problems: WidgetProblem[];
}

/** What the rules look at. */
export type Widget = Pick<WidgetPackage, 'files' | 'manifest' | 'i18n'>;
