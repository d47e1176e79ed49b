import type { Severity, WidgetProblem } from './problem.ts';
import type { Widget } from './widget-package.ts';

/** Notes a problem of one file; the line is looked up. */
export type Say = (severity: Severity, place: string, message: string, source?: string) => void;

/** Collects the problems of one JSON file, with the lines of their places. */
export function sayOf(file: string, json: Widget['json'], problems: WidgetProblem[]): Say {
  return (severity, place, message, source) => {
    const line = json.get(file)?.lineOf(place);
    problems.push({
      severity,
      file,
      line,
      place: place === '' ? undefined : place,
      message,
      source,
    });
  };
}
