/** One thing Kommo would say about a widget. */
export interface WidgetProblem {
  /** `error`: the upload is refused. `warning`: moderation, or sources disagree. */
  severity: 'error' | 'warning';
  file: string;
  message: string;
}

/** A widget as it was found, opened as far as its faults allow. */
export interface WidgetPackage {
  path: string;
  /** Content by path inside the widget, with `/`; as if every file were in its place. */
  files: Map<string, Uint8Array>;
  /** Undefined if it is missing or not JSON. */
  manifest: Record<string, unknown> | undefined;
  /** Content of `i18n/<language>.json` by language; unreadable ones are left out. */
  i18n: Record<string, Record<string, unknown>>;
  problems: WidgetProblem[];
}

/** What the rules check. */
export type Widget = Pick<WidgetPackage, 'files' | 'manifest' | 'i18n'>;
