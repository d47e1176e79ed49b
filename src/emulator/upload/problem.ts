/** One thing that is wrong with a widget. The same cause in several files or languages is one problem. */
export interface WidgetProblem {
  /** `error`: Kommo refuses the archive. `warning`: moderation would, sources disagree, or it is odd. */
  severity: 'error' | 'warning';
  /** Path inside the widget; of several files the first. */
  file: string;
  /** 1-based; absent where a line makes no sense. */
  line?: number;
  /** Path inside a JSON file, such as `settings.login.type`. */
  place?: string;
  /** What is wrong and what to do about it. */
  message: string;
  /** The public page the rule rests on; absent where no page is needed. */
  source?: string;
}

export type Severity = WidgetProblem['severity'];

/** `manifest.json:12 settings.login.type`. */
export function placeOf({ file, line, place }: WidgetProblem): string {
  const found = line === undefined ? file : `${file}:${line}`;
  return place === undefined || place === '' ? found : `${found} ${shortened(place, 120)}`;
}

/** A hostile file has names and values of any length; a person reads a line. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most / 2)} … ${text.slice(-most / 4)}`;
}

/** The line both commands print for a problem. */
export function describeProblem(problem: WidgetProblem): string {
  const { severity, message, source } = problem;
  const page = source === undefined ? '' : ` (${source})`;
  return `${severity}  ${placeOf(problem)}: ${shortened(message, 800)}${page}`;
}

/** The last line both commands print. */
export function verdictOf(problems: readonly WidgetProblem[]): string {
  const errors = countErrors(problems);
  return errors === 0
    ? 'Kommo would take this widget.'
    : `Kommo would refuse this widget: ${errors} error(s).`;
}

export function countErrors(problems: readonly WidgetProblem[]): number {
  return problems.filter(({ severity }) => severity === 'error').length;
}

const LISTED = 5;

/** `a, b and c`; of long lists only the beginning. */
export function listed(names: readonly string[]): string {
  if (names.length > LISTED) {
    return `${names.slice(0, LISTED).join(', ')} and ${names.length - LISTED} more`;
  }
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
