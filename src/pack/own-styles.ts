import { type AtRule, parse } from 'postcss';
import { lintStyles } from '../emulator/upload/css-lint.ts';
import { PAGES } from '../emulator/upload/pages.ts';
import type { WidgetProblem } from '../emulator/upload/problem.ts';

/** Root class of everything the widget draws. */
const ROOT_CLASS = 'chat-connector';

/** A selector may start with Kommo's dark theme. Then it must continue with a class of ours. */
const OWN_SELECTOR = new RegExp(
  `^((html|:root)?\\[data-color-scheme=['"]?dark['"]?\\]\\s+)?\\.${ROOT_CLASS}(?![A-Za-z0-9])`,
);

/** At-rules whose content reaches no further than its selectors. */
const HARMLESS = ['media', 'supports', 'container', 'layer'];

/** Of our own stylesheet more is asked: every selector begins with our class, and no name is global. */
export function checkOwnStyles(file: string, source: string): WidgetProblem[] {
  const faults = lintStyles(source, (selector) => !OWN_SELECTOR.test(selector));
  const found = faults.map(({ line, message, subject }) => ({
    line,
    message: subject === undefined ? message : `"${subject}" is ${message}`,
  }));
  // Styles that cannot be parsed have said so.
  const isParsed = faults.every(({ message }) => !message.startsWith('is not CSS'));
  for (const rule of isParsed ? atRules(source) : []) {
    const message = problemOf(rule);
    if (message !== undefined) found.push({ line: rule.source?.start?.line, message });
  }
  return found.map((fault) => ({ severity: 'error', file, ...fault, source: PAGES.styles }));
}

function atRules(source: string): AtRule[] {
  const found: AtRule[] = [];
  parse(source).walkAtRules((rule) => void found.push(rule));
  return found;
}

function problemOf({ name, params }: AtRule): string | undefined {
  if (HARMLESS.includes(name)) return undefined;
  if (name === 'import') {
    return '@import fetches a stylesheet that no one has checked; put the rules here';
  }
  if (name !== 'keyframes') return `${`@${name} ${params}`.trim()} reaches the whole page`;
  if (params.startsWith(`${ROOT_CLASS}-`)) return undefined;
  return `@keyframes ${params}: the name is global on the page; begin it with ${ROOT_CLASS}-`;
}
